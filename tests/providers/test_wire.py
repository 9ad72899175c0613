"""The engine's wire habits, and what reaches the user of a failure."""

import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import Unknown as PulumiUnknown

from astra.errors import Conflict, NotFound
from astra.validation import UNKNOWN
from providers.wire import Failure, known, plain, told

UNKNOWN_YET = PulumiUnknown()  # type: ignore[no-untyped-call]
TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"dimension": 1024.0}, {"dimension": 1024}),
        ({"a": 0.5, "b": -0.0, "c": 1e300}, {"a": 0.5, "b": 0, "c": int(1e300)}),
        ({"a": float("inf")}, {"a": float("inf")}),
        ({"flag": True}, {"flag": True}),
        ({"a": None, "b": {"c": None}}, {"b": {}}),
        ({"__provider": "gASV", "name": "x"}, {"name": "x"}),
        ({"list": [1.0, {"a": None}, [2.0]]}, {"list": [1, {}, [2]]}),
        ({"deep": {"list": [UNKNOWN_YET]}}, {"deep": {"list": [UNKNOWN]}}),
        (UNKNOWN_YET, UNKNOWN),
        ("text", "text"),
    ],
)
def test_plain(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert repr(found) == repr(expected)


WIRED = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(WIRED)
def test_plain_data_stays_plain(value: Any) -> None:
    assert plain(plain(value)) == plain(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, {"b": "c"}]}, True),
        (UNKNOWN, False),
        ({"a": {"b": UNKNOWN}}, False),
        ({"deny": ["a", UNKNOWN]}, False),
    ],
)
def test_known_means_all_the_way_down(value: Any, expected: bool) -> None:
    assert known(value) is expected


def raised(error: BaseException) -> Failure:
    def fail() -> None:
        try:
            int(TOKEN)
        except ValueError:
            raise error  # noqa: B904 - the chain is what must not be seen

    with pytest.raises(Failure) as caught:
        told(fail)
    return caught.value


def test_what_succeeds_is_handed_on() -> None:
    assert told(lambda: 5) == 5


def test_an_error_of_ours_is_its_sentence_without_a_chain() -> None:
    failure = raised(Conflict("cannot x: y."))
    assert traceback.format_exception(failure, limit=0) == ["AstraError: cannot x: y.\n"]


def test_any_other_error_is_one_redacted_line_that_asks_for_a_report() -> None:
    failure = raised(ValueError(f"bad token {TOKEN}"))
    (line,) = traceback.format_exception(failure, limit=0)
    assert line.startswith("AstraError: unexpected ValueError at fail, line ")
    assert line.endswith(": bad token (hidden). This is a mistake of astra-vectorize: please report it with this line.\n")


def test_what_may_pass_passes_as_it_is() -> None:
    def fail() -> None:
        raise NotFound("gone")

    with pytest.raises(NotFound, match=r"^gone$"):
        told(fail, passing=NotFound)
    with pytest.raises(Failure, match=r"^gone$"):
        told(fail, passing=Conflict)
