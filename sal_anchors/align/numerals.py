"""Figures as words, by num2words: ``3`` as three, ``10:30`` as ten thirty, ``$5`` as five dollars.

Each function takes figures as a transcript writes them and a language, and gives words separated
by spaces; None where the language has none. English is American: no "and" inside a number
unless the language names another country, as en-GB does.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

MAX_DIGITS = 15
CURRENCIES = {
    "$": ("USD", "dollar", "dollars", "cent", "cents"),
    "\u00a3": ("GBP", "pound", "pounds", "penny", "pence"),
    "\u20ac": ("EUR", "euro", "euros", "cent", "cents"),
    "\u00a5": ("JPY", "yen", "yen", "sen", "sen"),
    "\u20b9": ("INR", "rupee", "rupees", "paisa", "paise"),
}
"""Sign: its code, and the English names of one and more of the unit and of its hundredth."""

_PHONE_DIGITS = 7
_POINT_LANGUAGES = frozenset(
    (
        *("bn", "en", "gu", "he", "hi", "ja", "kn", "ko", "ml"),
        *("mr", "ms", "pa", "ta", "te", "th", "tl", "ur", "zh"),
    )
)
_SWAP_POINT_AND_COMMA = str.maketrans(".,", ",.")
_NO_WORD = re.compile(r"[^\w\s]")
_CENTS = "|"


def is_english(language: str) -> bool:
    """Whether a BCP 47 tag is one of English."""
    return _primary(language) == "en"


def has_decimal_point(language: str) -> bool:
    """Whether ``1,234.5`` is how the language writes what others write as ``1.234,5``."""
    return _primary(language) in _POINT_LANGUAGES


def with_decimal_point(figures: str, language: str) -> str:
    """Figures as English writes them: ``1,234.5``."""
    return figures if has_decimal_point(language) else figures.translate(_SWAP_POINT_AND_COMMA)


def number(figures: str, language: str) -> str | None:
    """A whole or decimal number, with or without thousands separators: ``1,234.5``.

    Whole numbers that begin with 0 or have at least 7 figures and no separator are said figure by
    figure; English ones from 1100 to 1999 and 2010 to 2099 as years are.
    """
    whole, point, fraction = figures.replace(",", "").partition(".")
    if len(whole) > MAX_DIGITS or len(fraction) > MAX_DIGITS:
        return digits(whole + fraction, language)
    if point:
        return _decimal(whole, fraction, language)
    if "," not in figures and (len(whole) >= _PHONE_DIGITS or (whole[0] == "0" and len(whole) > 1)):
        return digits(whole, language)
    if is_english(language) and "," not in figures and _is_year(whole):
        return _said(whole, language, "year")
    return _said(whole, language)


def digits(figures: str, language: str) -> str | None:
    """Figure by figure; anything else in between is left out."""
    said = [_said(figure, language) for figure in figures if figure.isdecimal()]
    return " ".join(filter(None, said)) if said and all(said) else None


def ordinal(figures: str, language: str) -> str | None:
    """``21`` as twenty first."""
    return _said(figures.replace(",", ""), language, "ordinal") if _short(figures) else None


def dotted(figures: str) -> str:
    """``1.2.3`` as one point two point three, four parts with dot; English."""
    parts = [number(part, "en") or "" for part in figures.split(".")]
    return (" dot " if len(parts) == 4 else " point ").join(parts)


def fraction(above: str, below: str) -> str | None:
    """``3``, ``4`` as three quarters; English."""
    if not _short(above) or not _short(below):
        return None
    names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
    named = _said(below, "en", "ordinal") or ""
    one, many = names.get(int(below), (named, f"{named}s"))
    return f"{number(above, 'en')} {one if int(above) == 1 else many}"


def decade(figures: str) -> str | None:
    """``1990`` as nineteen nineties; English."""
    said = _said(figures, "en", "year" if _is_year(figures) else "cardinal")
    return (f"{said[:-1]}ies" if said.endswith("y") else f"{said}s") if said else None


def clock(hour: str, minute: str, second: str | None, *, bare: bool) -> str:
    """``10:05`` as ten oh five; English.

    Args:
        bare: no a.m. or p.m. follows, so that a full hour is said with o'clock.
    """
    said = _said(hour, "en") or ""
    if int(minute) == 0 and not second:
        return f"{said} o'clock" if bare and 1 <= int(hour) <= 12 else said
    for part in filter(None, (minute, second)):
        said += f" oh {_said(part[1], 'en')}" if int(part[0]) == 0 else f" {_said(part, 'en')}"
    return said


def money(sign: str, figures: str, magnitude: str | None, language: str) -> str | None:
    """``$``, ``5.20`` as five dollars twenty cents; ``$``, ``2``, ``million``."""
    code, *names = CURRENCIES[sign]
    plain = figures.replace(",", "")
    if not is_english(language):
        return (_short(plain) and _currency(plain, code, language)) or number(figures, language)
    whole, _, hundredths = plain.partition(".")
    if magnitude or len(hundredths) not in (0, 2) or not _short(plain):
        return " ".join(filter(None, (number(figures, language), magnitude, names[1])))
    units = f"{_said(whole, language)} {names[int(whole) != 1]}"
    if not hundredths or int(hundredths) == 0:
        return units
    cents = f"{_said(hundredths, language)} {names[2 + (int(hundredths) != 1)]}"
    return f"{units} {cents}" if int(whole) else cents


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def _short(figures: str) -> bool:
    return sum(map(str.isdecimal, figures)) <= MAX_DIGITS


def _is_year(figures: str) -> bool:
    return len(figures) == 4 and (1100 <= int(figures) <= 1999 or 2010 <= int(figures) <= 2099)


@lru_cache(maxsize=4096)
def _said(figures: str, language: str, kind: str = "cardinal") -> str | None:
    value = Decimal(figures) if "." in figures else int(figures)
    text = _num2words(value, language, to=kind)
    return _words(text, language) if text else None


def _decimal(whole: str, fraction: str, language: str) -> str | None:
    """Zeros at its end are said too, and num2words leaves them out."""
    if is_english(language):
        return f"{_said(whole, language)} point {digits(fraction, language)}"
    figures = fraction.rstrip("0") if any(map(int, fraction)) else ""
    said = _said(f"{whole}.{figures}" if figures else whole, language)
    zeros = fraction[len(figures) :] if figures else ""
    return said and " ".join(filter(None, (said, digits(zeros, language))))


@lru_cache(maxsize=4096)
def _currency(figures: str, code: str, language: str) -> str | None:
    value = Decimal(figures).quantize(Decimal("0.01"))
    text = _num2words(value, language, to="currency", currency=code, separator=_CENTS)
    if not text:
        return None
    whole, _, cents = text.partition(_CENTS)
    return _words(f"{whole} {cents}" if value % 1 else whole, language)


def _num2words(value: int | Decimal, language: str, **options: str) -> str | None:
    """None for a language, currency or size that num2words does not know."""
    from num2words import num2words

    tag = language.replace("-", "_")
    for name in dict.fromkeys((tag, _primary(language))):
        try:
            return str(num2words(value, lang=name, **options))
        except (ArithmeticError, AttributeError, LookupError, NotImplementedError):
            continue
        except (TypeError, ValueError):
            continue
    return None


def _words(text: str, language: str) -> str:
    words = _NO_WORD.sub(" ", text).split()
    if language.lower().replace("_", "-") in ("en", "en-us"):
        words = [word for word in words if word != "and"]
    return " ".join(words)
