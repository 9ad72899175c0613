"""The command line of `vectorize import`: which calls are refused before anything is asked, and how an import is told."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from astra import catalog, validation
from astra.drift import Resource
from astra.import_differences import Difference
from astra.importing import LeftOut
from commands.importing.report import OUTCOMES, Report, as_json, text
from commands.main import main

LEFT = LeftOut("collection", "kb.docs.odd", "unknown embedding provider")
DIFFERENT = Difference("collection", "kb.docs.c", "vector.metric", "cosine", "euclidean")
DONE = Report(
    "prod",
    "environments/prod.yaml",
    new_stack=True,
    new_file=True,
    result="imported",
    taken=(("database", "kb"), ("keyspace", "kb.docs"), ("index", "kb.docs.t.a"), ("index", "kb.docs.t.b")),
    content="target: {kind: astra}\n",
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say which databases: --database ID or --endpoint URL, several times, or --all"),
        (["--all", "--database", "x"], "say which databases: --database ID or --endpoint URL, several times, or --all"),
        (["--database", "x", "--name", "kb-*"], "--name and --region choose among --all"),
        (["--database", "x", "--region", "us-east-2"], "--name and --region choose among --all"),
        (["--all", "--name", ""], "Error: --name is empty"),
        (["--all", "--region", " "], "Error: --region is empty"),
        (["--database", ""], "Error: --database is empty"),
        (["--endpoint", ""], "Error: --endpoint is empty"),
        (["--all", "--stack", ""], "--stack names no stack: it is empty"),
        (["--all", "--format", "sarif"], "'sarif' is not one of 'text', 'json'"),
    ],
)
def test_a_call_that_says_too_little_or_too_much_is_refused(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["import", *arguments])
    assert (done.exit_code, said in done.output) == (1, True), done.output


def test_an_import_is_told_in_a_few_lines() -> None:
    assert text(DONE) == (
        "prod: imported: 1 database, 1 keyspace, 2 indexes\n"
        "  made the stack prod\n"
        "  wrote environments/prod.yaml\n"
        "  the preview shows no change\n"
    )


def test_what_was_left_out_and_what_differs_is_told_with_what_to_do() -> None:
    assert text(replace(DONE, new_stack=False, new_file=False, left_out=(LEFT,), differences=(DIFFERENT,))) == (
        "prod: imported: 1 database, 1 keyspace, 2 indexes\n"
        "  added to environments/prod.yaml\n"
        "  the preview shows no change\n"
        "  left out: kb.docs.odd (collection): unknown embedding provider\n"
        '  differs: kb.docs.c (collection), vector.metric: the file says "cosine", there is "euclidean"\n'
        "What is left out stands as before, and drift.ignore of the file names it.\n"
        "What differs was left as it is, here and there: correct the file, or bring it up with pulumi up.\n"
    )


@pytest.mark.parametrize(
    ("result", "kinds", "said"),
    [
        ("imported", ["table"], ", and drift.ignore of the file names it"),
        ("planned", ["table"], ", and drift.ignore of the file would name it"),
        ("imported", ["database", "table"], ", and drift.ignore of the file names what of it is in a declared database"),
        ("imported", ["database"], ""),
        ("refused", ["table"], ""),
    ],
)
def test_what_drift_ignores_is_said_where_it_is_so(result: str, kinds: list[Resource], said: str) -> None:
    left_out = tuple(LeftOut(kind, "kb", "why") for kind in kinds)
    assert f"\nWhat is left out stands as before{said}.\n" in text(replace(DONE, result=result, left_out=left_out))


def test_what_only_the_file_stands_against_is_told_with_the_reason() -> None:
    behind = Difference("index", "kb.docs.t.new", "", None, "stands", "column: none")
    report = replace(DONE, result="nothing", taken=(), content="", differences=(behind,))
    assert text(report) == (
        "prod: nothing was added: everything else is declared and managed already\n"
        "  differs: kb.docs.t.new (index): it stands, and the file as it is cannot declare it: column: none\n"
        "What differs was left as it is, here and there: correct the file, or bring it up with pulumi up.\n"
    )
    assert report.exit_code == 2
    assert json.loads(as_json(report))["differences"] == [
        {"kind": "index", "address": "kb.docs.t.new", "path": "", "file": None, "live": "stands", "reason": "column: none"}
    ]


def test_what_had_begun_when_it_failed_is_told() -> None:
    report = DONE.failed(["cannot take over", "the same call finishes it"], begun=True)
    assert text(report) == (
        "prod: not finished\n"
        "  made the stack prod\n"
        "  wrote environments/prod.yaml\n"
        "  cannot take over\n"
        "  the same call finishes it\n"
    )
    assert report.exit_code == 1


def test_a_dry_run_shows_the_file() -> None:
    assert text(replace(DONE, result="planned", taken=(("database", "kb"),))) == (
        "prod: would be imported; nothing was written: 1 database\n  database kb\n\ntarget: {kind: astra}\n"
    )


@pytest.mark.parametrize("result", OUTCOMES)
@pytest.mark.parametrize("differs", [False, True])
def test_the_json_keeps_its_promise(result: str, differs: bool) -> None:
    made = replace(DONE, result=result, left_out=(LEFT,), differences=(DIFFERENT,) if differs else (), problems=("a reason",))
    said = json.loads(as_json(made))
    promise = validation.validator(catalog.schema("reports:import-1"))
    assert [error.message for error in promise.iter_errors(said)] == []
    assert (said["outcome"], said["exitCode"]) == (result, OUTCOMES[result] or (2 if differs else 0))
