"""Figures as words."""

from __future__ import annotations

import pytest

from sal_anchors.align import numerals


@pytest.mark.parametrize(
    ("figures", "language", "words"),
    [
        ("1100", "en", "eleven hundred"),
        ("2000", "en", "two thousand"),
        ("2,015", "en", "two thousand fifteen"),
        ("123456", "en", "one hundred twenty three thousand four hundred fifty six"),
        ("1234567", "en", "one two three four five six seven"),
        ("1" * 16 + ".5", "en", "one " * 16 + "five"),
        ("10.0", "de", "zehn"),
        ("21", "pt-BR", "vinte e um"),
        ("21", "xx", None),
    ],
)
def test_numbers(figures: str, language: str, words: str | None) -> None:
    assert numerals.number(figures, language) == words


def test_only_a_full_hour_up_to_twelve_is_o_clock() -> None:
    assert numerals.clock("12", "00", None, bare=True) == "twelve o'clock"
    assert numerals.clock("13", "00", None, bare=True) == "thirteen"
    assert numerals.clock("9", "00", None, bare=False) == "nine"
    assert numerals.clock("9", "05", "30", bare=True) == "nine oh five thirty"


def test_units_agree_with_their_amounts() -> None:
    assert numerals.money("$", "1.01", None, "en") == "one dollar one cent"
    assert numerals.money("\u00a3", "2.10", None, "en") == "two pounds ten pence"
    assert numerals.money("\u20ac", "1", "billion", "en") == "one billion euros"
    assert numerals.money("$", "2.5", None, "en") == "two point five dollars"


def test_parts_of_one() -> None:
    assert numerals.fraction("1", "2") == "one half"
    assert numerals.fraction("3", "4") == "three quarters"
    assert numerals.fraction("2", "3") == "two thirds"


def test_dots_of_an_address_are_said_as_dots() -> None:
    assert numerals.dotted("10.0.0.1") == "ten dot zero dot zero dot one"
