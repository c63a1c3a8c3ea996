"""Nested values key by key."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sal_anchors.differences import Difference, differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(differences(value, value)) == []


@given(VALUES, VALUES)
def test_both_directions_name_the_same_keys(before: Any, after: Any) -> None:
    there = {(d.key, str(d.before), str(d.after)) for d in differences(before, after)}
    back = {(d.key, str(d.after), str(d.before)) for d in differences(after, before)}
    assert there == back


def test_keys_are_named_as_in_a_recipe() -> None:
    before = {"a": {"b": 1, "same": 2}, "c": [1, {"d": 2}], "gone": {"x": 1}}
    after = {"a": {"b": 3, "same": 2}, "c": [1, {"d": 4}, 5]}
    assert list(differences(before, after)) == [
        Difference("a.b", 1, 3),
        Difference("c[1].d", 2, 4),
        Difference("c[2]", None, 5),
        Difference("gone", {"x": 1}, None),
    ]
