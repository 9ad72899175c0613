"""What commands write into an environment file, and that all else stays as it is."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from astra import document
from astra.errors import Invalid
from commands.environment_text import added, promoted
from commands.yaml_text import block, layout
from commands.yaml_text.comments import comments

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "environments").glob("*.yaml"))
VALID = sorted((ROOT / "tests" / "examples" / "valid").rglob("*.yaml"))
DEV = ROOT / "environments" / "dev.yaml"

ORIGIN = {"from": "dev", "digest": "sha256:" + "0a" * 32, "commit": "1b" * 20, "deployedAt": "2026-11-22T16:22:00Z"}
PROMOTED = (
    'promoted: {from: dev, digest: "sha256:' + "0a" * 32 + '", commit: ' + "1b" * 20 + ', deployedAt: "2026-11-22T16:22:00Z"}'
)


def read(text: bytes) -> Any:
    return document.parse(text, "f").data


def exact(data: Any) -> str:
    """What tells 1 from true and from 1.0, and one order of keys from another."""
    return json.dumps(data)


def changes() -> dict[str, tuple[str, str]]:
    """Of each example the section `workload` before and after, whose data is what is to be written."""
    text = (ROOT / "tests" / "examples" / "written" / "workloads.txt").read_text(encoding="utf-8")
    _, *examples = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)
    sections = [example.partition("---\n") for example in examples[1::2]]
    return {name: (before, after) for name, (before, _, after) in zip(examples[::2], sections, strict=True)}


@pytest.mark.parametrize(("before", "after"), changes().values(), ids=changes())
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_what_changes_within_the_workload(before: str, after: str, line_end: str) -> None:
    text, expected = (f"target: {{kind: emulator}}\n{PROMOTED}\nworkload:\n{section}" for section in (before, after))
    text, expected = text.replace("\n", line_end), expected.replace("\n", line_end)
    assert promoted(text.encode(), read(expected.encode())["workload"], ORIGIN).decode() == expected


def test_a_line_is_long_enough_without_the_quotes_that_its_key_has() -> None:
    """131 columns with them."""
    text = "workload:\n  k:\n    docs:\n      tables:\n        t:\n          indexes:\n            'i': {column: %s, metric: y}\n"
    old, new = text % ("x" * 5), text % ("x" * 93)
    assert promoted(f"{PROMOTED}\n{old}".encode(), read(new.encode())["workload"], ORIGIN).decode() == f"{PROMOTED}\n{new}"


FILES = {
    "above the workload": ("target: {kind: astra}\nworkload: {}\n", f"target: {{kind: astra}}\n{PROMOTED}\nworkload: {{}}\n"),
    "with the lines that stand between the sections": (
        "a: 1\n\n# what runs\nworkload: {}\n\n# end\n",
        f"a: 1\n\n{PROMOTED}\n\n# what runs\nworkload: {{}}\n\n# end\n",
    ),
    "below what is said of the file": ("# all\n\nworkload: {}\n", f"# all\n\n{PROMOTED}\nworkload: {{}}\n"),
    "instead of what it was": (
        'promoted: {from: staging, digest: "sha256:00", commit: ""} # by hand\na: 1\nworkload: {}\n',
        f"{PROMOTED} # by hand\na: 1\nworkload: {{}}\n",
    ),
    "in the lines that it has": (
        "promoted:\n  # whence\n  from: prod\n  digest: x\nworkload: {}\n",
        "promoted:\n  # whence\n  from: dev\n"
        + PROMOTED.partition("{from: dev, ")[2][:-1].replace(", ", "\n  ").join(["  ", "\n"])
        + "workload: {}\n",
    ),
    "with the section that is missing": ("a: 1\n\nb: 1\n\n\n", f"a: 1\n\nb: 1\n\n{PROMOTED}\n\nworkload: {{}}\n\n\n"),
    "in a file without an end of its last line": ("a: 1", f"a: 1\n{PROMOTED}\nworkload: {{}}"),
    "with a workload in which nothing is left": (
        f"a: 1\n{PROMOTED}\nworkload:  # why\n  # of k\n  k: {{}}\n# end\n",
        f"a: 1\n{PROMOTED}\nworkload: {{}}  # why\n# end\n",
    ),
    "in a file that says nothing": ("# nothing\n", f"# nothing\n{PROMOTED}\nworkload: {{}}\n"),
    "in a document that says nothing": ("--- # all\n", f"--- # all\n{PROMOTED}\nworkload: {{}}\n"),
    "in an empty file": ("", f"{PROMOTED}\nworkload: {{}}\n"),
    "in a document that has a beginning and an end": (
        "%YAML 1.1\n--- # all\na: 1\n...\n",
        f"%YAML 1.1\n--- # all\na: 1\n{PROMOTED}\nworkload: {{}}\n...\n",
    ),
    "within { }": ("{a: 1, # why\n workload: {} }\n", f"{{a: 1, # why\n {PROMOTED},\n workload: {{}} }}\n"),
}


@pytest.mark.parametrize("where", FILES)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_where_the_origin_is_put(where: str, mark: str) -> None:
    before, after = FILES[where]
    assert promoted((mark + before).encode(), {}, ORIGIN).decode() == mark + after


def test_a_comment_of_the_next_section_is_not_the_workloads() -> None:
    before = f"{PROMOTED}\nworkload:\n  a:\n    b: 1\n    # c: 1\n\n# of z\nz: 1\n"
    assert promoted(before.encode(), {}, ORIGIN).decode() == f"{PROMOTED}\nworkload: {{}}\n\n# of z\nz: 1\n"


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_what_is_there_already_changes_nothing(file: Path) -> None:
    text = promoted(file.read_bytes(), read(file.read_bytes())["workload"], ORIGIN)
    assert text.decode().replace(f"{PROMOTED}\n\n", "", 1) == file.read_text(encoding="utf-8")
    assert promoted(text, read(text)["workload"], ORIGIN) == text


def test_promoting_the_samples_adds_the_collection_that_has_not_come_so_far() -> None:
    prod = (ROOT / "environments" / "prod.yaml").read_text(encoding="utf-8")
    written = promoted(prod.encode(), read(DEV.read_bytes())["workload"], ORIGIN).decode().replace(f"{PROMOTED}\n\n", "")
    glossary = (
        "        glossary:\n          vector:\n            dimension: 1024\n"
        "            service: {integration: openai, modelName: text-embedding-3-large}\n"
    )
    assert glossary in written
    assert written.replace(glossary, "") == prod


def outside(text: bytes) -> tuple[bytes, bytes]:
    """What stands before `workload` or `promoted`, whichever comes first, and the comments above it; what follows `workload`."""
    positions = document.parse(text, "f").positions
    keys = {path[0]: position[0] - 1 for path, position in positions.items() if len(path) == 1}
    lines = text.splitlines(keepends=True)
    begin = min(keys.get(name, len(lines)) for name in ("promoted", "workload"))
    while begin and lines[begin - 1].strip()[:1] in (b"", b"#"):
        begin -= 1
    behind = min((line for line in keys.values() if line > keys["workload"]), default=len(lines))
    return b"".join(lines[:begin]), b"".join(lines[behind:])


def holds(text: bytes, wanted: Any) -> None:
    """Writes a workload into a file, and asserts what is promised of that."""
    written = promoted(text, wanted, ORIGIN)
    assert read(written) == {**(read(text) or {}), "promoted": ORIGIN, "workload": wanted}
    assert exact(read(written)["workload"]) == exact(wanted)
    assert promoted(written, wanted, ORIGIN) == written
    assert written[-1:].isspace() == text[-1:].isspace()


@pytest.mark.parametrize("file", [*SAMPLES, *VALID], ids=lambda file: str(file.relative_to(ROOT)))
def test_the_law_for_every_environment(file: Path) -> None:
    text, wanted = file.read_bytes(), read(DEV.read_bytes())["workload"]
    holds(text, wanted)
    holds(text.replace(b"\n", b"\r\n").rstrip(), wanted)


KEYS = st.sampled_from(["a", "b", "docs", "collections", "5", "true", "k: v", "# x", "ü🌍", "", "no", "1e3", "k" * 200])
SCALARS = st.none() | st.booleans() | st.integers(-9, 2000) | st.floats(-9, 9) | KEYS | st.text(max_size=9)
DATA = st.recursive(
    SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(SCALARS, max_size=3), max_leaves=12
)
SECTIONS = st.dictionaries(KEYS, DATA, max_size=4)


@st.composite
def blocks(draw: st.DrawFn, data: dict[str, Any], column: int = 0) -> str:
    """The lines of a mapping as people write them: with comments, blank lines, { }, and quotes where they like."""
    text, indent = "", " " * column
    for key, value in data.items():
        text += draw(st.sampled_from(["", "", "\n", f"{indent}# of it\n", "# far out\n", f"\n{indent}# of it\n"]))
        remark = draw(st.sampled_from(["", "", "  # why", "     # {"])) + "\n"
        name = layout.in_line(key)
        if isinstance(value, dict) and value and draw(st.booleans()):
            text += f"{indent}{name}:{remark}{draw(blocks(value, column + draw(st.sampled_from([1, 2, 4]))))}"
        elif isinstance(value, dict) and value and draw(st.booleans()):
            inner = (
                f"{indent}  {layout.in_line({one: value[one]})[1:-1]},{draw(st.sampled_from(['', ' # why']))}" for one in value
            )
            text += f"{indent}{name}: {{ # why\n" + "\n".join(inner) + f"\n{indent} }}{remark}"
        elif isinstance(value, list) and value and draw(st.booleans()):
            text += f"{indent}{name}:{remark}{draw(items(value, indent, remark))}"
        else:
            text += f"{indent}{name}: {layout.in_line(value)}{remark}"
        text += draw(st.sampled_from(["", "", f"{indent} # more of it\n"]))
    return text


@st.composite
def items(draw: st.DrawFn, values: list[Any], indent: str, remark: str) -> str:
    """The lines of a list that is not empty, below its key: a dash before each item, or [ ] around all."""
    inner = indent + draw(st.sampled_from(["", "  ", "    "]))
    above = draw(st.sampled_from(["", f"{inner}# of it\n", f"\n{inner}# of it\n"]))
    below = draw(st.sampled_from(["", f"{inner} # more of it\n"]))
    if draw(st.booleans()):
        dash = draw(st.sampled_from(["-", "-  "]))
        return "".join(f"{above}{inner}{dash} {layout.in_line(one)}{remark}{below}" for one in values)
    last = draw(st.sampled_from(["", ","]))
    lines = "".join(f"{above}{indent}  {layout.in_line(one)},{remark}{below}" for one in values[:-1])
    return f"{indent} [\n{lines}{above}{indent}  {layout.in_line(values[-1])}{last}{remark}{below}{indent} ]\n"


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file with a workload and something before and behind it."""
    sections = {"target": draw(DATA), "workload": draw(SECTIONS), **draw(st.dictionaries(st.sampled_from("xyz"), DATA))}
    text = (
        draw(st.sampled_from(["", "# all\n", "--- # all\n\n"]))
        + draw(blocks(sections))
        + draw(st.sampled_from(["", "\n# end\n"]))
    )
    written = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])).encode() + (written.rstrip() if draw(st.booleans()) else written).encode()


@given(files(), SECTIONS, st.data())
def test_the_law_for_whatever_file_and_workload(text: bytes, wanted: dict[str, Any], data: st.DataObject) -> None:
    stands = read(text)["workload"]
    holds(text, stands)
    holds(text, wanted)
    mixed = {**stands, **wanted}
    holds(text, {key: mixed[key] for key in data.draw(st.permutations(list(mixed)))})


@given(files(), SECTIONS)
def test_whatever_is_written_the_other_sections_keep_their_bytes(text: bytes, wanted: dict[str, Any]) -> None:
    written = promoted(text, wanted, ORIGIN)
    before, behind = outside(text)
    assert written.startswith(before)
    assert outside(written)[1] == behind


@given(files(), SECTIONS)
def test_whatever_is_added_no_comment_is_lost(text: bytes, more: dict[str, Any]) -> None:
    new = {f"new {key}": value for key, value in more.items()}
    written = added(text, {"workload": new, "integrations": new})
    assert read(written) == {**read(text), "workload": {**read(text)["workload"], **new}, "integrations": new}
    comments = re.compile(rb"# (?:of it|far out|why|more of it|all|end)")
    assert comments.findall(written) == comments.findall(text)
    assert added(written, {"workload": new, "integrations": new}) == written


def continued(data: Any, draw: st.DataObject) -> Any:
    """Other data that holds all of it: more keys in mappings, more items behind lists, mappings where nothing was."""
    more = draw.draw(st.dictionaries(st.sampled_from(["new", "newer"]), SCALARS, max_size=1))
    if isinstance(data, dict):
        return {**{key: continued(value, draw) for key, value in data.items()}, **more}
    if isinstance(data, list):
        return [*data, *more.values()]
    return more if data is None and more else data


@given(files(), st.data())
def test_whatever_is_continued_every_comment_stands_as_it_stood(text: bytes, draw: st.DataObject) -> None:
    stands = read(text)
    wanted = {**stands, "workload": continued(stands["workload"], draw), "target": continued(stands["target"], draw)}
    written = added(text, wanted)
    assert read(written) == wanted
    assert comments(written.decode().removeprefix("\ufeff")) == comments(text.decode().removeprefix("\ufeff"))
    assert added(written, wanted) == written


class Addition(NamedTuple):
    """A file, what is added to it, and the file afterwards."""

    before: str
    more: dict[str, Any]
    after: str


ADDED = {
    "a section where the schema lists it": Addition(
        "target: {kind: astra}\n\ndatabases: {}\n\nworkload: {}\n",
        {"integrations": {"openai": {"authentication": "HEADER"}}},
        "target: {kind: astra}\n\ndatabases: {}\n\nintegrations:\n  openai: {authentication: HEADER}\n\nworkload: {}\n",
    ),
    "a section above where the workload came from": Addition(
        f"databases: {{}}\n{PROMOTED}\nworkload: {{}}\n",
        {"integrations": {}},
        f"databases: {{}}\nintegrations: {{}}\n{PROMOTED}\nworkload: {{}}\n",
    ),
    "a section above the first": Addition(
        "# all\ndatabases: {}\n\nworkload: {}\n",
        {"target": {"kind": "astra"}},
        "# all\ntarget: {kind: astra}\n\ndatabases: {}\n\nworkload: {}\n",
    ),
    "a database behind those that stand": Addition(
        "databases:\n  a:  # why\n    name: a\n# what runs\nworkload: {}\n",
        {"databases": {"b": {"name": "b", "additionalRegions": ["x"]}}},
        "databases:\n  a:  # why\n    name: a\n  b:\n    name: b\n    additionalRegions: [x]\n# what runs\nworkload: {}\n",
    ),
    "an integration with its parameters in a line": Addition(
        "integrations:\n  openai: {authentication: HEADER} # why\n",
        {"integrations": {"azure": {"provider": "azureOpenAI", "parameters": {"resourceName": "r"}}}},
        "integrations:\n  openai: {authentication: HEADER} # why\n"
        "  azure:\n    provider: azureOpenAI\n    parameters: {resourceName: r}\n",
    ),
    "a collection beside another": Addition(
        "workload:\n  k:\n    docs:\n      collections:\n        a: {}  # why\n    more: {}\n",
        {"workload": {"k": {"docs": {"collections": {"b": {}}}}}},
        "workload:\n  k:\n    docs:\n      collections:\n        a: {}  # why\n        b: {}\n    more: {}\n",
    ),
    "a table into a keyspace that was empty": Addition(
        "workload:\n  k:\n    docs:  # nothing yet\n",
        {"workload": {"k": {"docs": {"tables": {"t": {}}}}}},
        "workload:\n  k:\n    docs:  # nothing yet\n      tables:\n        t: {}\n",
    ),
    "an item behind the last, what is said of that one, and before what is said of the list": Addition(
        "databases:\n  k:\n    additionalRegions:\n    # first\n    - x  # dr\n      # of x\n    # last\n",
        {"databases": {"k": {"additionalRegions": ["x", "y"]}}},
        "databases:\n  k:\n    additionalRegions:\n    # first\n    - x  # dr\n      # of x\n    - y\n    # last\n",
    ),
    "items as far from their dashes as the first": Addition(
        "drift:\n  ignore:\n    -   k.a\n    - k.b",
        {"drift": {"ignore": ["k.a", "k.b", "k.c", "k.d"]}},
        "drift:\n  ignore:\n    -   k.a\n    - k.b\n    -   k.c\n    -   k.d",
    ),
    "an item in a line, whatever its quotes and its length": Addition(
        f"drift: # why\n  ignore: [ 'k.a' ,{'k.b':130}]  # all\n",
        {"drift": {"ignore": ["k.a", "k.b", "k.c"]}},
        f"drift: # why\n  ignore: [ 'k.a' ,k.b, k.c{'':127}]  # all\n",
    ),
    "an item within [ ] over lines, with the commas and remarks that stand": Addition(
        "drift:\n  ignore: [\n    # nightly\n    'k.a',  # why\n    k.b   # until May\n    # more\n  ]  # all\n",
        {"drift": {"ignore": ["k.a", "k.b", "k.c"]}},
        "drift:\n  ignore: [\n    # nightly\n    'k.a',  # why\n    k.b,   # until May\n    k.c\n    # more\n  ]  # all\n",
    ),
    "an item behind the comma that stands": Addition(
        "{drift: {ignore: [a, # why\n  b ,\n  ]}}",
        {"drift": {"ignore": ["a", "b", "c"]}},
        "{drift: {ignore: [a, # why\n  b ,\n  c ,\n  ]}}",
    ),
    "one key a line where a line does not hold it, with its remark": Addition(
        "workload: {k: {docs: {}}}  # all of it\n",
        {"workload": {"l" * 60: {"docs": {}}, "m" * 60: {"docs": {}}}},
        f"workload:  # all of it\n  k:\n    docs: {{}}\n  {'l' * 60}:\n    docs: {{}}\n  {'m' * 60}:\n    docs: {{}}\n",
    ),
    "nothing where all of it stands": Addition(
        "workload: {k: {docs: }, l: {docs: {tables: {}}}}\n",
        {"workload": {"k": {"docs": {}}, "l": {"docs": None}}},
        "workload: {k: {docs: }, l: {docs: {tables: {}}}}\n",
    ),
    "all to an empty file": Addition(
        "",
        {"target": {"kind": "astra"}, "workload": {"k": {"docs": None}}},
        "target: {kind: astra}\nworkload:\n  k:\n    docs: null\n",
    ),
}


@pytest.mark.parametrize(("before", "more", "after"), ADDED.values(), ids=ADDED)
def test_what_is_added(before: str, more: dict[str, Any], after: str) -> None:
    assert added(before.encode(), more).decode() == after


def test_what_stands_is_never_overwritten() -> None:
    text = b"databases: {a: {name: a}}\nworkload: {k: {docs: {collections: {a: {vector: {dimension: 5}}}}}}\n"
    collection = {"vector": {"dimension": 6}}
    with pytest.raises(Invalid) as refused:
        added(text, {"databases": {"a": "b"}, "workload": {"k": {"docs": {"collections": {"a": collection}}}}}, "dev.yaml")
    assert str(refused.value) == (
        "dev.yaml: nothing was added, since databases.a, workload.k.docs.collections.a.vector.dimension have another value "
        "there. Change or remove it there, or leave it out of what is added."
    )


NOT_LAID_OUT = (
    "f: nothing was written, since as it is laid out not all of it would have stayed as it is. "
    "Write it with one key a line, and text in quotes where it uses | or >, and run the command again."
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a\n", "f: nothing was written, since the file has no sections. Begin it with target: {kind: astra}."),
        ("a: 1\na: 2\n", "f:2:1: a: this key stands twice; the first is in line 1"),
        ("a: &x 1\n", "f:1:4: anchors are not supported; write the value out"),
        ("? workload\n: {}\n", NOT_LAID_OUT),
        ("{}\n", NOT_LAID_OUT),
        ("a: |\n  no line ends", NOT_LAID_OUT),
    ],
)
def test_what_cannot_be_written_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        promoted(text.encode(), {"k": {}}, ORIGIN, "f")
    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", ["a: [x # why\n , y]\n", "a: [\n  # none\n]\n", "b: { # none\n}\n"])
def test_what_would_lose_a_comment_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=re.escape(NOT_LAID_OUT)):
        added(text.encode(), {"a": [*read(text.encode()).get("a", ()), "z"], "b": {"new": 1}}, "f")


COMMENTS = {
    "a: 1 # b\n# c\n": ["# b", "# c"],
    "a: \"# b\"\nc: d#e\nf: '# g' # h": ["# h"],
    "a: | # b\n  # c\n# d\n": ["# b", "# d"],
    "a: >-2 # b #\n  # c\n": ["# b #"],
    "# all\n--- # of it\na: [ # b\n 1 # c\n ,2]\n... # end\n": ["# all", "# of it", "# b", "# c", "# end"],
    "": [],
}


@pytest.mark.parametrize(("text", "found"), COMMENTS.items())
def test_what_a_comment_is(text: str, found: list[str]) -> None:
    assert comments(text) == found


@pytest.mark.parametrize(
    "wrong",
    [
        "target: {kind: astra}\nz: 1\nworkload: {}\n",
        "target: {kind:  astra}\nz: 1\npromoted: {}\nworkload: {}\n",
        "target: {kind: astra}\nz: 1\npromoted: {from: dev}\nworkload: {}\n",
        "target: {kind: astra} # why\nz: 1\npromoted: {}\nworkload: {}\n",
        "target: {kind: astra}\n\nz: 1\npromoted: {}\nworkload: {}\n",
        "# all\ntarget: {kind: astra}\nz: 1\npromoted: {}\nworkload: {}\n",
        "target: {kind: astra}\nz: 1\npromoted: {}\nworkload: {}\n# end\n",
        "target: {kind: astra}\nz: 1\npromoted: {}\nworkload: {\n",
    ],
)
def test_what_was_written_is_read_again_and_believed_only_then(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, right = b"target: {kind: astra}\nz: 1\n", "target: {kind: astra}\nz: 1\npromoted: {}\nworkload: {}\n"
    assert promoted(text, {}, {}).decode() == right
    monkeypatch.setattr(block.Text, "replaced", lambda *_: wrong)
    with pytest.raises(Invalid, match=re.escape(NOT_LAID_OUT)):
        promoted(text, {}, {}, "f")


def test_a_workload_that_is_new_looks_like_the_samples() -> None:
    """But for the comments, and one column that stands in several lines although it fits into one."""
    sample = "\n".join(
        line for line in (re.sub(r" *#.*", "", one) for one in DEV.read_text(encoding="utf-8").splitlines()) if line
    )
    sample = re.sub(r":\n +type: vector\n +(dimension: 384)\n +(service: .*)\n", r": {type: vector, \1, \2}\n", sample)
    written = promoted(b"target: {kind: astra}\n", read(DEV.read_bytes())["workload"], ORIGIN).decode()
    assert written.partition("workload:\n")[2] == sample.partition("workload:\n")[2] + "\n"


def test_text_that_other_tools_read_as_something_else_is_quoted() -> None:
    texts = [
        "yes",
        "off",
        "1:30",
        "0x10",
        "2026-13-45",
        "~",
        "=",
        "<<",
        "a: b",
        "a #b",
        "- a",
        "a ",
        "\ufeff",
        "\x7f",
        "ü",
        "a\nb",
    ]
    line = layout.in_line(texts)
    assert yaml.safe_load(line.replace("2026-13-45", "x")) == [text.replace("2026-13-45", "x") for text in texts]
    assert read(line.encode()) == texts
