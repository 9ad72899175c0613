"""YAML as the environment files may use it, and where each value stands."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra.document import DEEPEST, LARGEST, parse
from astra.errors import Invalid, Problem


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\nb: [x, 2.5, -3]\n", {"a": 1, "b": ["x", 2.5, -3]}),
        ("a:\nb: ~\nc: null\n", {"a": None, "b": None, "c": None}),
        ("a: true\nb: False\n", {"a": True, "b": False}),
        ("a: yes\nb: off\nc: no\n", {"a": "yes", "b": "off", "c": "no"}),
        ("a: 2026-11-22\nb: 1:30\n", {"a": "2026-11-22", "b": "1:30"}),
        ("a: 0x10\nb: 010\nc: 1e3\n", {"a": "0x10", "b": 10, "c": 1000.0}),
        ("a: \"1\"\nb: 'true'\nc: !!str 5\n", {"a": "1", "b": "true", "c": "5"}),
        ("5: x\ntrue: y\n", {"5": "x", "true": "y"}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("{a: {b: [{c: 1}]}}", {"a": {"b": [{"c": 1}]}}),
        ("\ufeffa: ü\n", {"a": "ü"}),
        (f"a: {'9' * 5000}\n", {"a": "9" * 5000}),
        ("", None),
        ("# a comment\n", None),
    ],
)
def test_data(text: str, data: Any) -> None:
    assert parse(text.encode(), "f").data == data


def test_positions_are_those_of_keys_and_items_from_1() -> None:
    found = parse(b"a:\n  b: 1\n  c: [x, y]\n", "f").positions
    assert found == {("a",): (1, 1), ("a", "b"): (2, 3), ("a", "c"): (3, 3), ("a", "c", 0): (3, 7), ("a", "c", 1): (3, 10)}


def test_problems_are_reported_in_the_order_of_the_text_with_the_place_of_the_nearest_parent() -> None:
    document = parse(b"a:\n  b: 1\nc: 2\n", "env.yaml")
    found = [Problem(("c",), "third"), Problem(("a", "b", "missing"), "second"), Problem((), "first"), Problem(("a", 0), "x")]
    assert [str(one) for one in document.findings(found)] == [
        "env.yaml:1:1: first",
        "env.yaml:1:1: a[0]: x",
        "env.yaml:2:3: a.b.missing: second",
        "env.yaml:3:1: c: third",
    ]


def test_a_key_that_stands_twice_is_a_problem_among_the_others() -> None:
    document = parse(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", "f")
    assert [str(one) for one in document.findings([Problem(("b",), "wrong")])] == [
        "f:2:1: b: wrong",
        "f:4:3: b.c: this key stands twice; the first is in line 3",
        "f:5:1: a: this key stands twice; the first is in line 1",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(b"a: &x 1\n", "f:1:4: anchors are not supported; write the value out", id="anchor"),
        pytest.param(b"a: *x\n", "f:1:4: aliases are not supported; write the value out", id="alias"),
        pytest.param(b"a: 1\n<<: {b: 2}\n", "f:2:1: merge keys are not supported; write the values out", id="merge key"),
        pytest.param("# ü\na:\n\tb: 1\n".encode(), "f:3:1: a tab cannot indent in YAML; use spaces", id="tab"),
        pytest.param(b"? [a]\n: 1\n", "f:1:3: a key must be text", id="list as key"),
        pytest.param(b"? {a: b}\n: 1\n", "f:1:3: a key must be text", id="mapping as key"),
        pytest.param(b"a: 1\n---\nb: 1\n", "f:2:1: a second document begins; one file holds one", id="two documents"),
        pytest.param(b"a: 1\nb: \xff\n", "f:2:1: the text is not UTF-8", id="not UTF-8"),
        pytest.param(
            "ü: 1\nb: ü\x07\n".encode(), "f:2:5: the control character U+0007 is not allowed in YAML", id="control character"
        ),
        pytest.param("a: b\ufeff\n".encode(), "f:1:5: the control character U+FEFF is not allowed in YAML", id="late BOM"),
        pytest.param(
            b'a: "b\n',
            "f:2:1: this is not YAML: found unexpected end of stream (while scanning a quoted scalar, which begins in line 1)",
            id="open quote",
        ),
        pytest.param(
            b"a: [1, 2\nb: 3\n",
            "f:2:2: this is not YAML: did not find expected ',' or ']' (while parsing a flow sequence, which begins in line 1)",
            id="open bracket",
        ),
        pytest.param(b"[" * 10_000, f"f:1:51: nested deeper than {DEEPEST} levels", id="10,000 lists deep"),
        pytest.param(b"{a: " * 10_000, f"f:1:201: nested deeper than {DEEPEST} levels", id="10,000 mappings deep"),
        pytest.param(b"#" * (LARGEST + 1), "f:1:1: the file has 4,194,305 bytes; at most 4,194,304 are read", id="too large"),
    ],
)
def test_refused(text: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, "f")
    assert str(refused.value) == sentence


def test_the_largest_file_is_read() -> None:
    assert parse(b"a: 1 #".ljust(LARGEST, b"#"), "f").data == {"a": 1}


def test_the_deepest_nesting_is_read() -> None:
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST, "f").data is not None


@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@`,? \n\t\r\x85\u2028", max_size=60).map(str.encode))
def test_whatever_the_bytes_only_invalid_is_raised_with_line_and_column(text: bytes) -> None:
    said = "f:1:1: nothing is wrong"
    try:
        parse(text, "f")
    except Invalid as error:
        said = str(error)
    assert re.fullmatch(r"f:[1-9][0-9]*:[1-9][0-9]*: .+", said)
