"""The formats of `vectorize validate`: golden texts of one fixed set of findings, and what their readers demand of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from astra import catalog, validation
from astra.finding import Finding
from commands.output import FORMATS, format_of
from commands.reports import Checked, github, junit, markdown, report, sarif, summary, text
from tests.unit.report_formats import GOLDEN, JUNIT, golden, sarif_schema

FILES = [
    Checked(file["name"], tuple(Finding(file["name"], **finding) for finding in file["findings"]))
    for file in json.loads((GOLDEN / "reports" / "input.json").read_text(encoding="utf-8"))
]
VALID = [Checked("environments/dev.yaml"), Checked("environments/prod.yaml")]


def one(
    sentence: str = "wrong", *, line: int = 1, path: str = "a.b", severity: str = "error", file: str = "f.yaml"
) -> list[Checked]:
    """One file with one finding."""
    return [Checked(file, (Finding(file, line, 1, path, sentence, "shape", severity),))]


@pytest.mark.parametrize("name", FORMATS)
def test_findings_are_reported_as_in_the_golden_file(name: str) -> None:
    assert report(name, FILES) == golden(f"reports/findings.{name}", "rules")


@pytest.mark.parametrize("name", FORMATS)
def test_files_in_which_nothing_was_found_are_reported_as_in_the_golden_file(name: str) -> None:
    assert report(name, VALID) == golden(f"reports/valid.{name}", "rules")


@pytest.mark.parametrize("files", [FILES, VALID], ids=["findings", "valid"])
def test_json_keeps_the_promise_of_its_schema(files: list[Checked]) -> None:
    promise = validation.validator(catalog.schema("reports:validate-1"))
    assert [error.message for error in promise.iter_errors(json.loads(report("json", files)))] == []


def test_the_schema_of_the_json_describes_every_field_and_refuses_a_report_without_it() -> None:
    promise = validation.validator(catalog.schema("reports:validate-1"))
    whole = json.loads(report("json", FILES))
    for field in whole:
        part = {name: value for name, value in whole.items() if name != field}
        assert [problem.key for problem in validation.problems_by(promise, part)] == [field]


@pytest.mark.parametrize("files", [FILES, VALID], ids=["findings", "valid"])
def test_sarif_satisfies_the_official_schema(files: list[Checked]) -> None:
    assert [error.message for error in sarif_schema().iter_errors(json.loads(report("sarif", files)))] == []


@pytest.mark.parametrize("files", [FILES, VALID], ids=["findings", "valid"])
def test_junit_satisfies_the_schema_of_its_subset_and_its_reader(files: list[Checked]) -> None:
    made = report("junit", files)
    JUNIT.validate(made)
    read = JUnitXml.fromstring(made.encode())
    assert [suite.name for suite in read] == [file.name for file in files]
    assert [case.is_passed for suite in read for case in suite] == [
        severity != "error" for file in files for severity in ([finding.severity for finding in file.findings] or ["none"])
    ]


def results(files: list[Checked]) -> list[Any]:
    found: list[Any] = json.loads(sarif.report(files))["runs"][0]["results"]
    return found


def test_every_rule_that_a_finding_breaks_is_described_in_the_sarif() -> None:
    run = json.loads(sarif.report(FILES))["runs"][0]
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def fingerprint(**said: Any) -> str:
    made: str = results(one(**said))[0]["partialFingerprints"]["vectorizeFinding/v1"]
    return made


def test_a_fingerprint_stays_when_lines_move_and_changes_with_what_is_wrong() -> None:
    stands = fingerprint(sentence="this key stands twice; the first is in line 2", line=5)
    assert stands == fingerprint(sentence="this key stands twice; the first is in line 7", line=10)
    assert stands != fingerprint(sentence="unknown key")
    assert stands != fingerprint(sentence="this key stands twice; the first is in line 2", path="a.c")
    assert stands != fingerprint(sentence="this key stands twice; the first is in line 2", file="g.yaml")


def test_identical_findings_have_fingerprints_of_their_own() -> None:
    [file] = one()
    first, second = results([Checked(file.name, file.findings * 2)])
    assert first["partialFingerprints"] != second["partialFingerprints"]


def location(file: str) -> Any:
    return results(one(file=file))[0]["locations"][0]["physicalLocation"]["artifactLocation"]


def test_sarif_names_a_file_below_the_current_directory_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    relative = {"uri": "environments/dev.yaml", "uriBaseId": "%SRCROOT%", "index": 0}
    assert location("environments/dev.yaml") == relative
    assert location(f"{tmp_path}/environments/dev.yaml") == relative
    assert location(f"../{tmp_path.name}/environments/dev.yaml") == relative
    assert location("../other.yaml") == {"uri": f"file://{tmp_path.parent}/other.yaml", "index": 0}


def test_sarif_columns_are_characters_and_braces_are_no_placeholders() -> None:
    made = json.loads(sarif.report(one("does not match ^[a-z]{1,48}$")))
    assert made["runs"][0]["columnKind"] == "unicodeCodePoints"
    assert made["runs"][0]["results"][0]["message"] == {"text": "a.b: does not match ^[a-z]{{1,48}}$"}


def test_junit_replaces_what_xml_cannot_hold() -> None:
    made = junit.report(one("\x00 \x1b \ufffe \ud800"))
    assert 'message="\\u0000 \\u001b \\ufffe \\ud800"' in made
    JUNIT.validate(made)


def test_a_warning_is_a_case_that_passes_and_prints_it() -> None:
    assert "<system-out>f.yaml:1:1: warning: a.b: wrong</system-out>" in junit.report(one(severity="warning"))


def test_a_workflow_command_cannot_be_left_by_a_finding() -> None:
    assert github.report(one("100%\r\n::set-env name=A::b", path="a,b:c", severity="warning")) == (
        "::warning file=f.yaml,line=1,col=1,title=a%2Cb%3Ac::100%25%0D%0A::set-env name=A::b\n"
    )


def test_without_a_path_an_annotation_has_no_title() -> None:
    assert github.report(one(path="")) == "::error file=f.yaml,line=1,col=1::wrong\n"


def test_a_row_of_markdown_cannot_be_left_by_a_finding() -> None:
    assert markdown.report(one("a | b\n<!-- @all #1", path="x|y", file="`.yaml")).splitlines()[-1] == (
        r"| error | \`.yaml:1:1 | x\|y | a \| b \<\!-- @<!-- -->all \#<!-- -->1 |"
    )


def test_markdown_begins_with_a_marker_by_which_the_comment_is_found_again() -> None:
    assert {markdown.report(files).splitlines()[0] for files in (FILES, VALID)} == {"<!-- vectorize validate -->"}


def test_text_in_colours_says_the_same() -> None:
    assert text.report(one(severity="warning"), coloured=True) == (
        "\x1b[1mf.yaml:1:1:\x1b[0m \x1b[33mwarning: \x1b[0m\x1b[36ma.b\x1b[0m: wrong\n"
    )


@given(st.text(min_size=1), st.text(), st.text(min_size=1).filter(lambda name: "\0" not in name and not name.startswith("/")))
def test_whatever_a_finding_says_every_report_is_well_formed(sentence: str, path: str, file: str) -> None:
    files = one(sentence, path=path, file=file)
    assert json.loads(report("json", files))["files"][0]["findings"][0]["sentence"] == sentence
    assert json.loads(report("sarif", files))["runs"][0]["results"][0]["level"] == "error"
    JUNIT.validate(report("junit", files))
    assert report("github", files).count("\n") == 1
    assert report("markdown", files).count("\n") == 8


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (VALID, "2 files are valid"),
        (VALID[:1], "1 file is valid"),
        (FILES, "5 problems and 1 warning in 3 of 4 files"),
        (one(), "1 problem in 1 file"),
        (one(severity="warning"), "1 warning in 1 file"),
        ([Checked("f", one()[0].findings * 1200)], "1,200 problems in 1 file"),
    ],
)
def test_the_summary_counts(files: list[Checked], line: str) -> None:
    assert summary(files) == line


@pytest.mark.parametrize(
    ("file", "stated", "form"),
    [
        ("a.json", None, "json"),
        ("a.sarif", None, "sarif"),
        ("a.sarif.json", None, "sarif"),
        ("a.xml", None, "junit"),
        ("a.md", None, "markdown"),
        ("a.txt", None, "text"),
        ("A.JSON", None, "json"),
        ("a.json", "sarif", "sarif"),
        ("a.txt", "github", "github"),
        ("a.sarif", "github", "sarif"),
        ("a.log", "junit", "junit"),
        ("a.log", None, None),
        ("a", None, None),
    ],
)
def test_the_format_of_a_file(file: str, stated: str | None, form: str | None) -> None:
    assert format_of(file, stated) == form
