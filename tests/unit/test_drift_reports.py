"""The formats of `vectorize drift`: golden texts of one fixed set of findings, and what their readers demand of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from astra import catalog, validation
from astra.drift import KINDS, Coverage, Drift, Place, Property, Report
from astra.wording import HIDDEN
from commands.drift_reports import github, markdown, placed, report, summary, text
from commands.output import FORMATS
from tests.unit.report_formats import GOLDEN, JUNIT, golden, sarif_schema


def drift(said: dict[str, Any]) -> Drift:
    made = {**said, "contents": tuple(said.get("contents", ()))}
    if "place" in said:
        made["place"] = Place(**said["place"])
    made["properties"] = tuple(Property(**one) for one in said.get("properties", ()))
    return Drift(**made)


def read(said: dict[str, Any]) -> Report:
    findings, pending, unknown = (tuple(map(drift, said.get(name, ()))) for name in ("findings", "pending", "unknown"))
    return Report(said["stack"], said["updated"], findings, pending, unknown, Coverage(**said["coverage"]))


FOUND = [read(said) for said in json.loads((GOLDEN / "drift" / "input.json").read_text(encoding="utf-8"))]
PENDING = drift({"kind": "pending", "resource": "table", "address": "a.b.c", "severity": "note", "sentence": "not applied"})
QUIET = [
    Report("dev", "2026-01-02T03:04:05Z", coverage=Coverage(11, 11)),
    Report("prod", "2026-01-02T03:04:05Z", pending=(PENDING,), coverage=Coverage(3, 3, 1)),
]
each_case = pytest.mark.parametrize("stacks", [FOUND, QUIET], ids=["found", "quiet"])


def one(stack: str = "dev", updated: str = "", **said: Any) -> list[Report]:
    """One stack with one finding."""
    made = {"kind": "changed", "resource": "collection", "address": "a.b.c", "severity": "error", "sentence": "wrong", **said}
    part: dict[str, Any] = {made["kind"] if made["kind"] in {"unknown", "pending"} else "findings": (Drift(**made),)}
    return [Report(stack, updated, **part)]


@pytest.mark.parametrize("name", FORMATS)
def test_drift_is_reported_as_in_the_golden_file(name: str) -> None:
    assert report(name, FOUND) == golden(f"drift/found.{name}", "drift-rules")


@pytest.mark.parametrize("name", FORMATS)
def test_stacks_without_drift_are_reported_as_in_the_golden_file(name: str) -> None:
    assert report(name, QUIET) == golden(f"drift/quiet.{name}", "drift-rules")


@each_case
def test_json_keeps_the_promise_of_its_schema(stacks: list[Report]) -> None:
    promise = validation.validator(catalog.schema("reports:drift-1"))
    assert [error.message for error in promise.iter_errors(json.loads(report("json", stacks)))] == []


def parts(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    """Every field of every mapping in a report, but for what a property holds."""
    if isinstance(data, dict):
        below = [
            found for name, value in data.items() if name not in {"applied", "live"} for found in parts(value, (*path, name))
        ]
        return [*((path, name) for name in data), *below]
    return [found for place, value in enumerate(data) for found in parts(value, (*path, place))] if isinstance(data, list) else []


def test_the_schema_of_the_json_demands_every_field() -> None:
    promise = validation.validator(catalog.schema("reports:drift-1"))
    for path, name in parts(json.loads(report("json", FOUND))):
        whole = json.loads(report("json", FOUND))
        inner = whole
        for step in path:
            inner = inner[step]
        del inner[name]
        assert [error.message for error in promise.iter_errors(whole)] == [name]


def test_the_schema_of_the_json_has_a_word_for_every_kind_and_each_has_a_rule() -> None:
    entry = catalog.schema("reports:drift-1")["$defs"]["entry"]["properties"]
    assert set(entry["kind"]["enum"]) == {*KINDS}
    assert {*catalog.schema("drift-rules")["$defs"]} == {f"drift/{kind}" for kind in KINDS}


@each_case
def test_sarif_satisfies_the_official_schema(stacks: list[Report]) -> None:
    assert [error.message for error in sarif_schema().iter_errors(json.loads(report("sarif", stacks)))] == []


@each_case
def test_junit_satisfies_the_schema_of_its_subset_and_its_reader(stacks: list[Report]) -> None:
    made = report("junit", stacks)
    JUNIT.validate(made)
    read_back = JUnitXml.fromstring(made.encode())
    assert [(suite.name, suite.failures, suite.errors) for suite in read_back] == [
        (stack.stack, len(stack.findings), len(stack.unknown)) for stack in stacks
    ]
    assert (read_back.failures, read_back.errors) == (
        sum(len(stack.findings) for stack in stacks),
        sum(len(stack.unknown) for stack in stacks),
    )


@pytest.mark.parametrize("severity", ["error", "warning", "note"])
def test_in_junit_drift_fails_whatever_its_severity(severity: str) -> None:
    assert JUnitXml.fromstring(report("junit", one(severity=severity)).encode()).failures == 1


def test_what_could_not_be_read_is_no_result_of_the_sarif_but_a_run_that_failed() -> None:
    (run,) = json.loads(report("sarif", one(kind="unknown", place=Place("environments/dev.yaml", 3))))["runs"]
    assert run["results"] == []
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == ["a.b.c: wrong. Found in dev."]
    assert "invocations" not in json.loads(report("sarif", QUIET))["runs"][0]


def stacks_with(*places: tuple[str, Place | None], **said: Any) -> list[Report]:
    return [stack for name, place in places for stack in one(name, "2026-01-02T03:04:05Z", place=place, **said)]


def test_an_equal_cause_in_several_stacks_is_one_entry_with_the_places_of_all() -> None:
    stacks = stacks_with(
        ("dev", Place("environments/dev.yaml", 3)), ("prod", Place("environments/prod.yaml", 4, 2)), ("test", None)
    )
    (entry,) = json.loads(report("json", stacks))["findings"]
    assert entry["stacks"] == [
        {"name": "dev", "place": {"file": "environments/dev.yaml", "line": 3, "column": 1}},
        {"name": "prod", "place": {"file": "environments/prod.yaml", "line": 4, "column": 2}},
        {"name": "test", "place": None},
    ]
    assert report("text", stacks) == (
        "error: changed: collection a.b.c in dev, prod, test\n"
        "  what     wrong\n"
        "  where    environments/dev.yaml:3:1\n"
        "  where    environments/prod.yaml:4:2\n"
        "  since    some time after 2026-01-02T03:04:05Z, the last update of dev\n"
        "  since    some time after 2026-01-02T03:04:05Z, the last update of prod\n"
        "  since    some time after 2026-01-02T03:04:05Z, the last update of test\n"
        "\n"
        "drift in 3 stacks: 1 error; 0 of 0 managed\n"
    )


def test_what_is_not_the_same_is_an_entry_of_its_own() -> None:
    first, second, third = stacks_with(("dev", None), ("prod", None), ("test", None))
    second = replace(second, findings=(replace(second.findings[0], properties=(Property("a", 1, [2]),)),))
    third = replace(third, findings=(replace(third.findings[0], accept="--stack STACK"),))
    found = json.loads(report("json", [first, second, third]))["findings"]
    assert sorted((one["stacks"][0]["name"], len(one["stacks"]), one["accept"]) for one in found) == [
        ("dev", 1, ""),
        ("prod", 1, ""),
        ("test", 1, "--stack test"),
    ]


def test_a_program_that_declares_several_stacks_has_one_annotation_a_line() -> None:
    stacks = stacks_with(("dev", Place("__main__.py", 7)), ("prod", Place("__main__.py", 7)), severity="note")
    assert report("github", stacks) == "::notice file=__main__.py,line=7,col=1,title=a.b.c::wrong. Found in dev, prod.\n"


def test_what_is_declared_nowhere_is_shown_at_the_project_itself() -> None:
    assert report("github", one()) == "::error file=Pulumi.yaml,line=1,col=1,title=a.b.c::wrong. Found in dev.\n"
    assert [file.name for file in placed.by_file(one())] == ["Pulumi.yaml"]


@pytest.mark.parametrize("name", ["sarif", "junit", "github"])
def test_what_is_pending_is_left_to_the_formats_that_can_tell_it_apart(name: str) -> None:
    assert "not applied" not in report(name, QUIET)


def test_markdown_is_empty_when_there_is_nothing_and_begins_with_its_marker_when_there_is() -> None:
    assert report("markdown", QUIET) == ""
    for kind in ("changed", "unknown"):
        assert report("markdown", one(kind=kind)).splitlines()[0] == "<!-- vectorize drift -->"


def test_markdown_has_room_in_an_issue_however_much_was_found() -> None:
    many = [Report("dev", findings=tuple(one(address=f"a.b.c{number:04}")[0].findings[0] for number in range(2000)))]
    made = report("markdown", many)
    assert len(made) < 65_536
    shown = made.count("\n\nwrong.")
    assert made.endswith(f"\n\n{2000 - shown:,} more did not fit here; `vectorize drift` prints all.\n")


def test_a_row_of_markdown_cannot_be_left_by_a_finding() -> None:
    made = report("markdown", one(address="a|b\n<!-- vectorize drift -->", sentence="@all #1 | <b>\n# x"))
    assert made.splitlines()[-3:] == [
        r"**error: changed: collection a\|b\\u000a\<\!-- vectorize drift --\>** in dev",
        "",
        r"@<!-- -->all \#<!-- -->1 \| \<b\>\\u000a\#<!-- --> x.",
    ]


def test_text_cannot_steer_the_terminal() -> None:
    assert "what     \\u001b[31m\\u202e\\u000ax\n" in report("text", one(sentence="\x1b[31m\u202e\nx"))


def test_text_in_colours_says_the_same() -> None:
    assert text.report(one(severity="warning"), coloured=True) == (
        "\x1b[33m\x1b[1mwarning:\x1b[0m changed: \x1b[1mcollection a.b.c\x1b[0m in dev\n"
        "  \x1b[2mwhat    \x1b[0m wrong\n"
        "\n"
        "\x1b[33mdrift in 1 stack: 1 warning; 0 of 0 managed\x1b[0m\n"
    )


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_holds_a_secret_that_a_property_had(name: str) -> None:
    planted = "sk-proj-plantedplantedplanted0123456789"
    properties = (Property("vector.service", {"providerKey": planted}, [{"n": 1, "a": planted}]),)
    made = report(name, one(properties=properties))
    assert "planted" not in made
    if name == "json":
        (stated,) = json.loads(made)["findings"][0]["properties"]
        assert stated == {"path": "vector.service", "applied": {"providerKey": HIDDEN}, "live": [{"n": 1, "a": HIDDEN}]}


PREFIXED = "hf_PlantedAbCdEfGhIjKlMnOpQrStUvWxYz"
BARE = "planted0123456789abcdef0123456789"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("planted", [PREFIXED, BARE])
@pytest.mark.parametrize("kind", ["unmanaged", "unknown", "pending"])
def test_no_report_holds_a_key_that_something_is_called_by(name: str, planted: str, kind: str) -> None:
    address = f"knowledge.docs.{planted}"
    said = f"collection docs.{planted} stands here"
    properties = (Property(f"columns.{planted}", None, {planted: planted}),)
    stacks = one(
        kind=kind, address=address, sentence=said, meaning=said, restore=said, accept=f"name {address}", properties=properties
    )
    more = one(kind=kind, address="knowledge.docs", contents=(address, "knowledge.docs.b"), sentence="holds")
    made = report(name, stacks) + report(name, more)
    assert planted not in made
    if name == "json":
        part = kind if kind in {"unknown", "pending"} else "findings"
        (shown,) = json.loads(report(name, stacks))[part]
        assert (shown["address"], shown["sentence"]) == ("knowledge.docs.(hidden)", "collection docs.(hidden) stands here")
        assert shown["accept"] == "name knowledge.docs.(hidden)"
        assert shown["properties"] == [{"path": "columns.(hidden)", "applied": None, "live": {"(hidden)": HIDDEN}}]
        assert json.loads(report(name, more))[part][0]["contents"] == ["knowledge.docs.(hidden)", "knowledge.docs.b"]


def test_two_that_look_the_same_when_their_names_are_hidden_are_two() -> None:
    two = tuple(one(address=f"knowledge.docs.{name}")[0].findings[0] for name in (PREFIXED, BARE))
    assert [shown["address"] for shown in json.loads(report("json", [Report("dev", findings=two)]))["findings"]] == [
        "knowledge.docs.(hidden)"
    ] * 2


ALL = "drift in 2 of 3 stacks: 2 errors, 2 warnings, 1 note; 2 could not be read; 1 not applied yet; 31 of 34 managed, 2 ignored"


@pytest.mark.parametrize(
    ("stacks", "line"),
    [
        (QUIET, "no drift in 2 stacks; 1 not applied yet; 14 of 14 managed, 1 ignored"),
        (QUIET[:1], "no drift in 1 stack; 11 of 11 managed"),
        (FOUND, ALL),
        (one(kind="unknown"), "no drift seen in 1 stack; 1 could not be read; 0 of 0 managed"),
        (one("dev") + one("prod"), "drift in 2 stacks: 1 error; 0 of 0 managed"),
    ],
)
def test_the_summary_counts_causes_and_coverage(stacks: list[Report], line: str) -> None:
    assert summary(stacks) == line
    assert report("text", stacks).splitlines()[-1] == line


def test_a_step_of_github_actions_has_flags_and_counts() -> None:
    assert github.flags(FOUND).splitlines() == [
        "drift=true",
        "unknown=true",
        "errors=2",
        "warnings=2",
        "notes=1",
        "unread=2",
        "pending=1",
        "managed=31",
        "found=34",
    ]
    assert github.flags(QUIET).splitlines()[:2] == ["drift=false", "unknown=false"]


def test_what_a_job_is_handed_is_added_to_what_stands_in_its_files(tmp_path: Path) -> None:
    page, outputs = tmp_path / "page", tmp_path / "outputs"
    page.write_text("before\n")
    assert github.hand_over(FOUND, {"GITHUB_STEP_SUMMARY": str(page), "GITHUB_OUTPUT": str(outputs)}) == []
    assert page.read_text() == f"before\n{markdown.report(FOUND)}"
    assert outputs.read_text() == github.flags(FOUND)


def test_a_job_without_drift_has_one_line_on_its_page() -> None:
    assert github.step_summary(QUIET) == "no drift in 2 stacks; 1 not applied yet; 14 of 14 managed, 1 ignored.\n"


def test_outside_of_a_job_nothing_is_handed_over(tmp_path: Path) -> None:
    assert github.hand_over(FOUND, {"GITHUB_OUTPUT": ""}) == []
    missing = tmp_path / "missing" / "page"
    assert github.hand_over(FOUND, {"GITHUB_STEP_SUMMARY": str(missing)}) == [
        f"{missing}: cannot be written: No such file or directory"
    ]


@given(st.text(min_size=1), st.text(), st.text(min_size=1).filter(lambda name: "\0" not in name and not name.startswith("/")))
def test_whatever_a_finding_says_every_report_is_well_formed(sentence: str, address: str, file: str) -> None:
    stacks = one(sentence=sentence, address=address, place=Place(file, 1))
    assert json.loads(report("json", stacks))["findings"][0]["sentence"] == sentence
    assert json.loads(report("sarif", stacks))["runs"][0]["results"][0]["level"] == "error"
    JUNIT.validate(report("junit", stacks))
    assert report("github", stacks).count("\n") == 1
    assert report("text", stacks).count("\n") == 5
    assert report("markdown", stacks).count("\n") == 10
