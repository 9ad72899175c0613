"""The formats of `vectorize promote`, and what their readers demand of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from astra import catalog, validation
from astra.deployment import Deployment
from astra.drift import Place
from astra.promotion import Gate, Report
from astra.promotion_changes import Effort, Property, WorkloadChange
from commands.output import FORMATS
from commands.promotion_reports import github, markdown, report, shown, summary, text, versioned_json
from tests.unit.report_formats import JUNIT, sarif_schema

DIGEST = f"sha256:{'0a' * 32}"
COMMIT = "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f"
KEY = "sk-CANARY0123456789CANARY"
DEPLOYED = Deployment(DIGEST, "{}", "2026-01-02T03:04:05Z", COMMIT, "0.1.0", f"sha256:{'b' * 64}")
REPLACED = WorkloadChange(
    "ReplaceCollection",
    "knowledge.docs.articles",
    "re-embed",
    "replaced (vector.dimension: 512 becomes 256)",
    (Property("vector.dimension", 512, 256),),
    Effort(12, exact=True, requests=1, dollars=0.01),
)
GATES = (
    Gate("promotion/edited", "passed", "environments/dev.yaml is what is deployed in dev"),
    Gate("promotion/re-embed", "refused", "its documents are lost", "knowledge.docs.articles", "Allow it."),
    Gate("policy", "refused", "not allowed", "integrations.openai", place=Place("environments/staging.yaml", 7, 3)),
    Gate("promotion/room", "warning", "101 collections", "knowledge"),
    Gate("promotion/taken", "note", "taken over", "knowledge.docs.new"),
    Gate("promotion/unknown", "unknown", "it does not answer", "knowledge"),
)
APPLY = "apply it with vectorize promote dev staging --apply, or with pulumi up --stack staging"
MADE = Report("staging", "environments/staging.yaml", "failed", "dev", DEPLOYED, GATES, (REPLACED,), ("done",))


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("refused", "refused for 2 reasons"),
        ("failed", "could not be done: 1 thing could not be told or done, and 2 reasons to refuse it"),
        ("nothing", "nothing to do, it is deployed already"),
        ("planned", "1 change: 1 re-embed; nothing was written"),
        (
            "written",
            "1 change: 1 re-embed; environments/staging.yaml has it, and it is not applied: " + APPLY,
        ),
        ("applied", "1 change: 1 re-embed; promoted"),
        ("proven", "environments/staging.yaml has what dev has proven"),
    ],
)
def test_one_line_says_what_became_of_it(outcome: Any, line: str) -> None:
    assert summary(replace(MADE, outcome=outcome)) == f"dev to staging, sha256:0a0a0a0a0a0a: {line}"


def test_text_says_what_changes_what_stands_in_the_way_and_what_to_do() -> None:
    assert report("text", MADE).splitlines() == [
        f"deployed in dev at 2026-01-02T03:04:05Z, of commit {COMMIT}",
        "",
        "re-embed: ReplaceCollection knowledge.docs.articles",
        "  what     replaced (vector.dimension: 512 becomes 256)",
        "",
        "unknown: promotion/unknown: knowledge",
        "  what     it does not answer",
        "",
        "refused: promotion/re-embed: knowledge.docs.articles",
        "  what     its documents are lost",
        "  do       Allow it.",
        "",
        "refused: policy: integrations.openai",
        "  what     not allowed",
        "  where    environments/staging.yaml:7:3",
        "",
        "warning: promotion/room: knowledge",
        "  what     101 collections",
        "",
        "note: promotion/taken: knowledge.docs.new",
        "  what     taken over",
        "",
        "passed: environments/dev.yaml is what is deployed in dev",
        "",
        "done",
        "dev to staging, sha256:0a0a0a0a0a0a: could not be done: 1 thing could not be told or done, and 2 reasons to refuse it",
    ]
    assert "\x1b[" in text.report(shown(MADE), coloured=True)


def test_json_keeps_the_promise_of_its_schema_and_the_schema_demands_every_field() -> None:
    promise = validation.validator(catalog.schema("reports:promotion-1"))
    for made in (MADE, Report("prod", "environments/prod.yaml", "refused")):
        assert [error.message for error in promise.iter_errors(json.loads(report("json", made)))] == []
    whole = json.loads(report("json", MADE))
    places = [whole, whole["deployment"], whole["gates"][2], whole["gates"][2]["place"], whole["changes"][0]]
    for place in (*places, whole["changes"][0]["properties"][0], whole["changes"][0]["effort"]):
        for name in [*place]:
            kept = place.pop(name)
            assert not promise.is_valid(whole), name
            place[name] = kept
    history = json.loads(versioned_json.history("staging", [DEPLOYED]))
    promise = validation.validator(catalog.schema("reports:promotion-history-1"))
    assert [error.message for error in promise.iter_errors(history)] == []
    assert not promise.is_valid({**history, "deployments": [{}]})


def test_markdown_is_made_for_a_pull_request() -> None:
    lines = report("markdown", MADE).splitlines()
    assert lines[0] == "<!-- vectorize promote staging -->"
    assert f"Digest `{DIGEST}`, deployed in dev at 2026-01-02T03:04:05Z, commit `{COMMIT}`." in lines
    row = "| re-embed | ReplaceCollection | `knowledge.docs.articles` | replaced (vector.dimension: 512 becomes 256) |"
    refused = "- `knowledge.docs.articles`: its documents are lost. Allow it. (promotion/re-embed)"
    headings = [line for line in lines if line.startswith("####")]
    assert row in lines
    assert lines.index(refused) == lines.index("#### Refused") + 2
    assert headings == [
        "#### Could not be told or done",
        "#### Refused",
        "#### Changes in staging",
        "#### Worth knowing",
        "#### Notes",
        "#### Passed",
        "#### Done",
    ]


def test_however_much_there_is_to_say_the_markdown_fits_a_comment() -> None:
    many = replace(MADE, changes=tuple(replace(REPLACED, address=f"knowledge.docs.c{number}") for number in range(2_000)))
    made = report("markdown", many)
    assert markdown.LARGEST - 200 < len(made) < 65_536
    assert made.endswith("more did not fit here; `vectorize promote` prints all.\n")


def test_sarif_has_what_refuses_or_warns_at_its_place_and_what_is_unknown_makes_it_fail() -> None:
    made = json.loads(report("sarif", MADE))
    assert list(sarif_schema().iter_errors(made)) == []
    (run,) = made["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["promotion/room", "promotion/re-embed", "policy"]
    assert run["results"][2]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 3}
    assert [one["associatedRule"]["id"] for one in run["invocations"][0]["toolExecutionNotifications"]] == ["promotion/unknown"]
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} >= {one["ruleId"] for one in run["results"]}


def test_junit_has_a_case_for_every_gate() -> None:
    JUNIT.validate(report("junit", MADE))
    found = JUnitXml.fromstring(report("junit", MADE).encode())
    assert (found.tests, found.failures, found.errors) == (6, 2, 1)
    assert [suite.name for suite in found] == ["dev to staging"]


def test_github_is_handed_annotations_a_summary_and_outputs(tmp_path: Path) -> None:
    assert report("github", MADE).splitlines()[-1] == (
        "::error file=environments/staging.yaml,line=7,col=3,title=integrations.openai::not allowed."
    )
    variables = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    assert github.hand_over(MADE, variables) == []
    assert (tmp_path / "GITHUB_OUTPUT").read_text().splitlines() == [
        "outcome=failed",
        f"digest={DIGEST}",
        "changes=1",
        "refused=2",
        "unknown=1",
    ]
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == report("markdown", MADE)
    assert github.hand_over(MADE, {"GITHUB_OUTPUT": str(tmp_path)}) == [f"{tmp_path}: cannot be written: Is a directory"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_key_that_was_pasted_as_a_name_is_in_no_report(form: str) -> None:
    pasted = Report(
        KEY,
        f"environments/{KEY}.yaml",
        "refused",
        KEY,
        DEPLOYED,
        (
            Gate(
                "promotion/taken", "refused", f"it is called {KEY}", f"knowledge.{KEY}", f"Rename {KEY}.", Place(f"{KEY}.yaml", 1)
            ),
        ),
        (replace(REPLACED, address=f"k.docs.{KEY}", sentence=f"{KEY} is new", properties=(Property(KEY, KEY, {KEY: [KEY]}),)),),
        (f"{KEY} was written",),
    )
    assert "CANARY" not in report(form, pasted) + summary(pasted) + github.flags(pasted)
