"""Keys: one plain name an id, and back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.convert import ConvertError
from sal_anchors.convert.names import file_below, id_of, key_of

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)


@given(TEXT)
def test_a_key_is_plain_and_gives_its_id_back(id_: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_%-]+", key_of(id_))
    assert id_of(key_of(id_)) == id_


@given(TEXT, TEXT)
def test_two_ids_never_share_a_key(one: str, other: str) -> None:
    assert (one == other) == (key_of(one) == key_of(other))


@pytest.mark.parametrize(
    "id_", ["..", "../up", "/etc/passwd", "a/../b", "a//b", "", "a\\b", "a\0b"]
)
def test_an_id_that_leaves_the_folder_names_no_file(tmp_path: Path, id_: str) -> None:
    with pytest.raises(ConvertError, match="another id"):
        file_below(tmp_path, id_, ".TextGrid")


def test_an_id_of_folders_is_a_file_in_them(tmp_path: Path) -> None:
    assert file_below(tmp_path, "a/b.c", ".txt") == tmp_path / "a" / "b.c.txt"
