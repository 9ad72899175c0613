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


def test_of_a_key_that_stands_twice_the_place_is_that_of_the_value_which_is_kept() -> None:
    document = parse(b"a:\n  b: 1\na:\n  b: 2\n  b: 3\na:\n  b: 4\n  c: 5\n", "f")
    assert document.data == {"a": {"b": 4, "c": 5}}
    assert (document.positions["a",], document.positions["a", "b"]) == ((6, 1), (7, 3))
    assert [str(one) for one in document.findings([Problem(("a",), "wrong"), Problem(("a", "b"), "wrong")])] == [
        "f:3:1: a: this key stands twice; the first is in line 1",
        "f:5:3: a.b: this key stands twice; the first is in line 4",
        "f:6:1: a: this key stands twice; the first is in line 1",
        "f:6:1: a: wrong",
        "f:7:3: a.b: wrong",
    ]


def test_an_absurdly_long_key_is_shortened() -> None:
    document = parse(b"? " + b"k_" * 100_000 + b"\n: 1\n", "f")
    assert [str(one) for one in document.findings([Problem(tuple(document.data), "wrong")])] == [
        f"f:1:3: {'k_' * 35}…{'_k' * 14}_: wrong"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(b"a: &x 1\n", "f:1:4: anchors are not supported; write the value out", id="anchor"),
        pytest.param(b"b: 1\n&a workload: {}\n", "f:2:1: anchors are not supported; write the value out", id="anchor of a key"),
        pytest.param(b"a: &x {}\n", "f:1:4: anchors are not supported; write the value out", id="anchor of a mapping"),
        pytest.param(b"&x [a]\n", "f:1:1: anchors are not supported; write the value out", id="anchor of all"),
        *(
            pytest.param(
                text, f"{place}: the tag {tag} is not supported; take it out (only !!str before text is)", id=f"tag {tag}"
            )
            for text, place, tag in (
                (b"name: !!null x\n", "f:1:7", "!!null"),
                (b"a: !vault x\n", "f:1:4", "!vault"),
                (b"a: ! x\n", "f:1:4", "!"),
                (b"workload: !foo {}\n", "f:1:11", "!foo"),
                (b"a: !!str {}\n", "f:1:4", "!!str"),
                (b"a: !!python/object/apply:os.system [x]\n", "f:1:4", "!!python/object/apply:os.system"),
                (b"b: 1\n!key a: 1\n", "f:2:1", "!key"),
                (b"!all\na: 1\n", "f:1:1", "!all"),
                (b"a: !<http://x.example> 1\n", "f:1:4", "http://x.example"),
                (b"a: !hf_abcdefghijklmnop 1\n", "f:1:4", "!(hidden)"),
            )
        ),
        pytest.param(b"a: *x\n", "f:1:4: aliases are not supported; write the value out", id="alias"),
        pytest.param(b"a: 1\n<<: {b: 2}\n", "f:2:1: merge keys are not supported; write the values out", id="merge key"),
        pytest.param("# ü\na:\n\tb: 1\n".encode(), "f:3:1: a tab cannot indent in YAML; use spaces", id="tab"),
        pytest.param(b"? [a]\n: 1\n", "f:1:3: a key must be text", id="list as key"),
        pytest.param(b"? {a: b}\n: 1\n", "f:1:3: a key must be text", id="mapping as key"),
        pytest.param(b"a: 1\n---\nb: 1\n", "f:2:1: a second document begins; one file holds one", id="two documents"),
        pytest.param(b"a: 1\nb: \xff\n", "f:2:4: the text is not UTF-8", id="not UTF-8"),
        pytest.param("\ufeffü: ü".encode() + b"\xff", "f:1:5: the text is not UTF-8", id="not UTF-8 in the first line"),
        pytest.param(
            "ü: 1\nb: ü\x07\n".encode(), "f:2:5: the control character U+0007 is not allowed in YAML", id="control character"
        ),
        pytest.param("a: b\ufeff\n".encode(), "f:1:5: the control character U+FEFF is not allowed in YAML", id="late BOM"),
        pytest.param(b"[" * 10_000, f"f:1:51: nested deeper than {DEEPEST} levels", id="10,000 lists deep"),
        pytest.param(b"{a: " * 10_000, f"f:1:201: nested deeper than {DEEPEST} levels", id="10,000 mappings deep"),
        pytest.param(b"#" * (LARGEST + 1), "f:1:1: the file has 4,194,305 bytes; at most 4,194,304 are read", id="too large"),
    ],
)
def test_refused(text: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, "f")
    assert str(refused.value) == sentence


NO_KEY = "did not find expected key (while parsing a block mapping, which begins in line 1)"
FURTHER_IN = "the indentation does not fit: the key in the line before has its value already"
NO_ITEM = "the indentation does not fit: only an item of the list (-) can stand here"
NO_COLON = "this colon makes a key of text that begins in a line before; give that line its colon, or quote the text"
FOLLOWS = "text follows the closing {0}; quote the whole value, and write a {0} within it as {1}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((f"b: 1\na: {c}b\n", f"2:4: quote the value: it begins with {c}") for c in "@`%,]}"),
        ("a: **b**\n", "1:4: quote the value: it begins with *"),
        ("a: & b\n", "1:4: quote the value: it begins with &"),
        ("a: > b\n", "1:4: quote the value: it begins with >"),
        ("%a: 1\n", "1:1: quote the value: it begins with %"),
        ("a: b: c\n", '1:5: quote the value: it holds a second ": "'),
        ("workload:{}\nb: 1\n", "1:9: a space must follow the colon"),
        ("x:\n  y:1\n\n  # why\n  z: 2\n", "2:4: a space must follow the colon"),
        ("a: 1\nworkload:{}\nb: 2\n", "2:9: a space must follow the colon"),
        ("a: 1\nworkload:{}\n", "2:9: a space must follow the colon"),
        ("a: 1\nb\nc: 2\n", "2:1: a colon and a space must follow a key"),
        ("a\nb: 1\n", f"2:2: {NO_COLON}"),
        (f"{'k' * 1025}: 1\n", "1:1: a key has 1,024 characters at most"),
        (f"a: 1\n{'k' * 1025}: 1\n", "2:1: a key has 1,024 characters at most"),
        ("a: 1\n  b: 2\n", f"2:3: {FURTHER_IN}"),
        ("a:\n  b: 1\n c: 2\n", "3:2: the indentation does not fit any line above"),
        (" a: 1\nb: 2\n", "2:1: the indentation does not fit: this line stands further out than the first"),
        ("a:\n  - 1\n  b: 2\n", f"3:3: {NO_ITEM}"),
        ("a: 1\n- b\n", "2:1: a list item cannot stand among keys; its list belongs below a key of its own"),
        ("a: - 1\n", "1:4: a list begins in a line of its own, below its key"),
        ("a: 1\nworkload: {\n\n\n", "2:11: this { is never closed"),
        ("a: {b: [c, {}], d: [\n", "1:20: this [ is never closed"),
        ("a: [1, 2\nb: 3\n", "1:4: this [ is not closed, or a comma is missing; noticed in line 2, column 2"),
        ("a: {b: 1\nc: 2\n", "1:4: this { is not closed, or a comma is missing; noticed in line 2, column 2"),
        ("- [\n- b\n", "1:3: this [ is not closed, or a comma is missing; noticed in line 2, column 1"),
        ("a: [1,\n  2}\n", "2:4: this } does not close the [ of line 1"),
        ("a: [1, , 2]\n", "1:8: a value is missing before this comma"),
        ("a: [1]]\n", "1:7: this ] closes nothing"),
        ("a: 'b\n", "1:4: this quote is never closed"),
        ('a: 1\nb: "c\n', "2:4: this quote is never closed"),
        ("a: 'it's'\n", f"1:8: {FOLLOWS.format(chr(39), chr(39) * 2)}"),
        ('a: "b" c\n', f"1:8: {FOLLOWS.format(chr(34), chr(92) + chr(34))}"),
        (r'a: "\d"', "1:5: YAML knows no such escape; double the backslash, or use single quotes"),
        ("a: !x!y 1\n", "1:4: tags are not supported; take it out"),
        ("a: 1\n: 2\n", f"2:1: this is not YAML: {NO_KEY}"),
        ("a: 1\n...\nb\n", "3:1: this is not YAML: did not find expected <document start>"),
        ("a: ? b\n", "1:4: this is not YAML: mapping keys are not allowed in this context"),
    ],
)
def test_what_is_not_yaml_is_explained_where_the_mistake_is(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text.encode(), "f")
    assert str(refused.value) == f"f:{sentence}"


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
