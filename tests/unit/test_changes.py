"""The one diff: its laws, and what counts as a difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra.changes import ABSENT, Change, apply, changes

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.text("ab", max_size=2)
KEYS = st.text("abc", min_size=1, max_size=2)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
MAPPINGS = st.dictionaries(KEYS, DATA, max_size=4)


@given(DATA)
def test_nothing_differs_from_itself(data: Any) -> None:
    assert changes(data, data) == ()


@given(MAPPINGS, MAPPINGS)
def test_applying_the_changes_makes_the_new_out_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    made = apply(changes(old, new), old)
    assert changes(made, new) == ()
    assert made == new


@given(MAPPINGS, MAPPINGS)
def test_applying_leaves_the_old_as_it_was(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = repr(old)
    apply(changes(old, new), old)
    assert repr(old) == before


@given(MAPPINGS, MAPPINGS)
def test_changes_are_sorted_by_path_and_name_each_path_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    paths = [change.path for change in changes(old, new)]
    assert paths == sorted(set(paths))


@given(MAPPINGS, MAPPINGS)
def test_the_way_back_is_the_way_there_with_sides_swapped(old: dict[str, Any], new: dict[str, Any]) -> None:
    swapped = tuple(Change(change.path, change.new, change.old) for change in changes(old, new))
    assert changes(new, old) == swapped


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({"d": 1024}, {"d": 1024.0}, (), id="a whole float is the integer"),
        pytest.param({"d": 1}, {"d": True}, (Change(("d",), 1, True),), id="a flag is not a number"),
        pytest.param({"d": [1]}, {"d": [True]}, (Change(("d",), [1], [True]),), id="nor is it within a list"),
        pytest.param({"d": [{"x": 1}]}, {"d": [{"x": 1.0}]}, (), id="within a list too, a whole float is the integer"),
        pytest.param({"a": None}, {}, (Change(("a",), None, ABSENT),), id="null is not absent"),
        pytest.param({}, {"a": {}}, (Change(("a",), ABSENT, {}),), id="empty is not absent"),
        pytest.param(
            {"deny": ["a", "b"]},
            {"deny": ["b", "a"]},
            (Change(("deny",), ["a", "b"], ["b", "a"]),),
            id="a list is one thing and its order counts",
        ),
        pytest.param(
            {"vector": {"metric": "cosine", "dimension": 8}},
            {"vector": {"dimension": 9, "metric": "cosine"}, "name": "x"},
            (Change(("name",), ABSENT, "x"), Change(("vector", "dimension"), 8, 9)),
            id="mappings are compared key by key, in any order",
        ),
        pytest.param({"a": {"b": 1}}, {"a": 5}, (Change(("a",), {"b": 1}, 5),), id="another kind replaces the whole"),
    ],
)
def test_example(old: Any, new: Any, expected: tuple[Change, ...]) -> None:
    assert changes(old, new) == expected


def test_a_change_reads_as_path_old_and_new() -> None:
    assert str(Change(("vector", "metric"), "cosine", ABSENT)) == "vector.metric: 'cosine' -> (absent)"
