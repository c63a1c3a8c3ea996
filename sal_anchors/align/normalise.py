"""From a transcript to the words that are said, with a record of each piece said otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sal_anchors.align import numerals
from sal_anchors.align.alignment import Change

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bb\u02bc\u00b4`\u2032", "'"))
_SYMBOLS = {
    "&": "and",
    "%": "percent",
    "+": "plus",
    "@": "at",
    "=": "equals",
    "\u00b0": "degrees",
    **{sign: names[2] for sign, names in numerals.CURRENCIES.items()},
}
_MAGNITUDES = "hundred|thousand|million|billion|trillion"
_NOISES = (
    "applause|breath|breathing|coughs?|crosstalk|gasps?|inaudible|inhales?|exhales?|laugh|laughs|"
    "laughing|laughter|lipsmack|mumbles?|music|noise|pause|sighs?|silence|sniffs?|throat|unclear|"
    "unintelligible"
)
_NO_SPEECH = frozenset({"applause", "music", "noise", "no speech", "sil", "silence"})
_DOMAINS = "ai|biz|com|dev|edu|eu|gov|info|io|mil|net|org|tv|uk"


@dataclass(frozen=True, slots=True)
class Normalised:
    """The words of a transcript.

    Attributes:
        words: in lower case, composed (NFKC), without whitespace or punctuation other than inner
            apostrophes. ``normalise(" ".join(words)).words == words``.
        changes: each number, symbol, acronym with dots, address and annotation, in order, with
            what is said for it; ``spoken`` is empty for what is not said. ``written`` is as
            in the transcript after NFKC. Case and punctuation are not recorded.
        acronyms: those of ``words`` that stand in capitals in a transcript that is not all in
            capitals; they are said letter by letter unless a dictionary has them.
    """

    words: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    acronyms: frozenset[str] = frozenset()

    @property
    def says_nothing(self) -> bool:
        """Whether it states that nobody speaks: it is nothing but ``[noise]``, ``[music]``,
        ``[applause]``, ``[silence]``, ``[no speech]`` or ``<sil>``, in any brackets and case."""
        marks = {change.written.strip("[]{}<>()").strip().lower() for change in self.changes}
        return not self.words and bool(marks) and marks <= _NO_SPEECH


def normalise(transcript: str, language: str = "en") -> Normalised:
    """The words to align a transcript as.

    Annotations such as ``[noise]``, ``<unk>``, ``{cough}`` and ``(laughter)`` are left out. Words
    with hyphens or slashes are several words. Numbers become words in every language that
    num2words knows, and keep their figures in others; times of day, decades, symbols and
    addresses in English only. Acronyms with dots become letters: ``U.S.`` is ``u s``, since
    ``us`` is another word; those without dots stay one word.

    Args:
        transcript: any text.
        language: BCP 47 tag.
    """
    if _is_plain(transcript):
        return Normalised(tuple(transcript.split(" ")))
    text = _cleaned(transcript)
    mixed_case = any(character.islower() for character in text)
    words: list[str] = []
    changes: list[Change] = []
    acronyms: set[str] = set()
    for kind, written, spoken in _pieces(text, language):
        if kind != "word":
            changes.append(Change(written, " ".join(spoken)))
        elif mixed_case and 2 <= len(written) <= 5 and written.isupper():
            acronyms.update(spoken)
        words.extend(spoken)
    return Normalised(tuple(words), tuple(changes), frozenset(acronyms))


def _is_plain(transcript: str) -> bool:
    """Whether it is words in lower case between single spaces, as :func:`normalise` leaves them;
    keywords of stored recipes are, and need no pattern compiled."""
    return (
        all(p.isalpha() for word in transcript.split(" ") for p in word.split("'"))
        and transcript == transcript.lower()
        and unicodedata.is_normalized("NFKC", transcript)
        and transcript == transcript.translate(_APOSTROPHES)
    )


def _cleaned(transcript: str) -> str:
    """NFKC with straight apostrophes, without invisible characters.

    NFKC makes figures of signs such as those of halves and squares; a space keeps them apart from
    figures before and after.
    """
    categories = ((c, unicodedata.category(c)) for c in transcript)
    kept = (f" {c} " if category == "No" else c for c, category in categories if category != "Cf")
    text = unicodedata.normalize("NFKC", "".join(kept).translate(_APOSTROPHES))
    return text.translate(_APOSTROPHES)


def _pieces(text: str, language: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Kind, text and words of each piece that is more than punctuation and space."""
    english = numerals.is_english(language)
    for match in _pattern(english, numerals.has_decimal_point(language)).finditer(text):
        kind = match.lastgroup or ""
        written = match[0].strip()
        if kind == "word":
            yield kind, written, _word(written)
            continue
        said = _said(kind, match, text, language, english)
        if said is None:
            said = numerals.digits(written, language) or _bare_figures(written)
        yield kind, written, tuple(part for raw in said.split() for part in _word(raw))


def _said(kind: str, match: Any, text: str, language: str, english: bool) -> str | None:
    written: str = match[0]
    if kind == "annotation":
        return ""
    if kind == "letters":
        return " ".join(written.replace(".", ""))
    if kind == "address":
        return _address(written, language)
    if kind == "symbol":
        return _symbol(match, text) if english else ""
    return _figures(kind, match, text, language, english)


def _figures(kind: str, match: Any, text: str, language: str, english: bool) -> str | None:
    if kind == "time":
        follows = text[match.end() : match.end() + 8].lstrip().lower().replace(".", "")
        bare = not follows.startswith(("am", "pm"))
        return numerals.clock(match["hour"], match["minute"], match["second"], bare=bare)
    if kind == "money":
        figures = numerals.with_decimal_point(match["amount"] or match["before"], language)
        magnitude = match.groupdict().get("magnitude")
        sign = match["sign"] or match["after"]
        return numerals.money(sign, figures, magnitude and magnitude.lower(), language)
    if kind == "ordinal":
        return numerals.ordinal(match["nth"], language)
    if kind == "decade":
        return numerals.decade(match["tens"])
    if kind == "fraction":
        return numerals.fraction(match["above"], match["below"])
    if kind == "dotted":
        return numerals.dotted(match[0])
    if kind == "telephone":
        return numerals.digits(match[0], language)
    said = numerals.number(numerals.with_decimal_point(match["figures"], language), language)
    minus = english and said is not None and match["minus"]
    return f"minus {said}" if minus else said


def _bare_figures(written: str) -> str:
    """The runs of figures in it, for a language whose numbers are not known."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else " " for c in written)


def _address(written: str, language: str) -> str:
    """A web or mail address: its dots, at signs, slashes and figures are said."""
    parts = _address_parts().findall(written)
    names = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", ":": "colon"}
    return " ".join(
        names.get(part) or (numerals.number(part, language) or part if part.isdecimal() else part)
        for part in parts
    )


def _symbol(match: Any, text: str) -> str:
    """What an English reader says for a symbol; empty for one that is not said."""
    symbol: str = match[0]
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    if symbol == "#":
        return "number" if after.isdecimal() else "hashtag" if after.isalpha() else "pound"
    if symbol == "*":
        return "" if before.strip() or after.strip() else "star"
    if symbol == "/":
        return "" if before.isalpha() or after.isalpha() else "slash"
    return _SYMBOLS.get(symbol, "")


@lru_cache(maxsize=4096)
def _word(written: str) -> tuple[str, ...]:
    """Lower case and composed; several words where lower case brings a mark that splits it."""
    text = unicodedata.normalize("NFKC", written.lower()).translate(_APOSTROPHES)
    return tuple(_plain_word().findall(text)) or ((text,) if text.isdecimal() else ())


_SIGNS = "".join(numerals.CURRENCIES)
_WORD = r"\p{L}\p{M}*(?:[\p{L}\p{M}]|'(?=\p{L}))*"
_PATTERN = rf"""
    (?P<annotation> \[[^\[\]]{{0,60}}\] | \{{[^{{}}]{{0,60}}\}} | <[/\p{{L}}][^<>]{{0,60}}>
      | \((?i:{_NOISES})\) )
  | (?P<money> (?P<sign>[{_SIGNS}])\s?(?P<amount>NUMBER)MAGNITUDE
      | (?P<before>NUMBER)\s?(?P<after>[{_SIGNS}])(?!\s?\d) )
  ENGLISH
  | (?P<telephone> (?<![\d\-])\+?(?:1[\-.])?\(?\d{{3}}\)?[\-.\s]\d{{3}}[\-.]\d{{4}}(?![\d\-])
      | (?<![\d\-])\d{{3}}-\d{{4}}(?![\d\-]) )
  | (?P<number> (?P<minus>(?<![^\s(])[\-\u2212](?=\d))?(?P<figures>NUMBER) )
  | (?P<letters> (?<![\p{{L}}\p{{M}}'.])(?:\p{{L}}\.){{2,}}\p{{L}}?(?![\p{{L}}\p{{M}}]) )
  | (?P<word> {_WORD} )
  | (?P<symbol> [^\s\p{{P}}\p{{C}}\p{{Z}}] | [&%@\#/*] )
"""
_ENGLISH = rf"""
  | (?P<address> (?i: (?:https?://|www\.)[\w.@/:\-]*\w)
      | (?<![\w.\-])(?: [\w.\-]{{1,64}}@[\w\-]{{1,63}}(?:\.[\w\-]{{1,63}}){{1,8}}
          | [\w\-]{{1,63}}(?:\.[\w\-]{{1,63}}){{0,8}}\.(?:{_DOMAINS})\b(?!\.\w) ) )
  | (?P<time> (?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?
      (?![\d:]) )
  | (?P<ordinal> (?P<nth>\d{{1,3}}(?:,\d{{3}})+|\d+)(?i:st|nd|rd|th)(?!\p{{L}}) )
  | (?P<decade> '?(?P<tens>(?:1[1-9]|20)?\d0)'?s(?!\p{{L}}) )
  | (?P<fraction> (?P<above>\d+)\u2044(?P<below>\d+) )
  | (?P<dotted> (?<![\d.])\d+(?:\.\d+){{2,3}}(?!\.?\d) )
"""
_MAGNITUDE = rf"(?:\s(?P<magnitude>(?i:{_MAGNITUDES}))\b)?"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_COMMA_NUMBER = r"(?:\d{1,3}(?:\.\d{3})+(?!\d)|\d+)(?:,\d+)?"


@lru_cache(maxsize=4)
def _pattern(english: bool, decimal_point: bool) -> Any:
    pattern = _PATTERN.replace("ENGLISH", _ENGLISH if english else "")
    pattern = pattern.replace("MAGNITUDE", _MAGNITUDE if english else "")
    return _compiled(pattern.replace("NUMBER", _NUMBER if decimal_point else _COMMA_NUMBER))


@lru_cache(maxsize=1)
def _plain_word() -> Any:
    return _compiled(_WORD)


@lru_cache(maxsize=1)
def _address_parts() -> Any:
    return _compiled(r"\p{L}[\p{L}\p{M}]*|\d+|[.@/\-_:]")


def _compiled(pattern: str) -> Any:
    import regex

    return regex.compile(pattern, regex.VERBOSE)
