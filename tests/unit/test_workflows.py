"""The workflows of docs/ci: accepted by the linters of those who run them, pinned, with no more rights than they need."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from commands.main import main
from tools.engine import go_build, go_toolchain
from tools.failure import Failure

ROOT = Path(__file__).parents[2]
CI = ROOT / "docs" / "ci"
GITHUB = sorted((CI / "github").glob("*.yml"))
GITLAB = CI / "gitlab-ci.yml"
each_of_github = pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)


def read(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow, by name."""
    if path != GITLAB:
        found: dict[str, dict[str, Any]] = read(path)["jobs"]
        return found
    return {name: said for name, said in read(path).items() if isinstance(said, dict) and "script" in said}


def scripts(path: Path) -> list[str]:
    if path != GITLAB:
        return [step["run"] for job in jobs(path).values() for step in job["steps"] if "run" in step]
    return ["\n".join(job["script"]) for job in jobs(path).values()]


def calls(program: str) -> set[tuple[str, ...]]:
    """Every call of a program in any workflow, without what the shell makes of it."""
    lines = [line for path in (*GITHUB, GITLAB) for script in scripts(path) for line in re.split(r"[\n;]", script)]
    found = [re.match(rf"\s*({program} [^|>]*)", line) for line in lines]
    return {tuple(shlex.split(match[1].rstrip())[1:]) for match in found if match}


@pytest.fixture(scope="session")
def actionlint() -> tuple[list[str], dict[str, str]]:
    """The linter of rhysd/actionlint, built of the module that tools/actionlint pins, and the environment to run it in."""
    folder = ROOT / "tools" / "actionlint"
    try:
        go = go_toolchain.find(os.environ)
    except Failure as failure:
        pytest.skip(f"actionlint is built by Go: {failure}")
    command = [go.program, "-C", str(folder), "tool", "actionlint"]
    done = subprocess.run([*command, "-version"], env={**go.environ}, capture_output=True, text=True, check=False)
    if any(sign in done.stderr for sign, sentence in go_build.PROBLEMS if sentence == go_build.NETWORK):
        pytest.skip(f"actionlint's Go modules could not be downloaded: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return command, {**go.environ}


def linted(actionlint: tuple[list[str], dict[str, str]], path: Path) -> tuple[int, str]:
    command, environ = actionlint
    # Where shellcheck is installed it has its say, too.
    done = subprocess.run([*command, "-oneline", str(path)], env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@each_of_github
def test_actionlint_accepts_a_workflow_of_github(actionlint: tuple[list[str], dict[str, str]], path: Path) -> None:
    assert linted(actionlint, path) == (0, "")


def test_actionlint_is_really_asked(actionlint: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    spoilt = tmp_path / "drift.yml"
    spoilt.write_text(
        (CI / "github" / "drift.yml").read_text(encoding="utf-8").replace("steps.drift.outputs", "steps.drfit.outputs")
    )
    code, said = linted(actionlint, spoilt)
    assert (code, 'property "drfit" is not defined in object type' in said) == (1, True)


def accepted(path: Path, schema: str) -> bool:
    """Whether the schema of that name, which check-jsonschema ships, accepts a file."""
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", schema, str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("path", "schema", "right", "wrong"),
    [
        *((path, "vendor.github-workflows", "timeout-minutes", "timeout") for path in GITHUB),
        (GITLAB, "vendor.gitlab-ci", "when: manual", "when: by-hand"),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_the_published_schema_accepts_a_workflow(tmp_path: Path, path: Path, schema: str, right: str, wrong: str) -> None:
    assert accepted(path, schema)
    spoilt = tmp_path / path.name
    spoilt.write_text(path.read_text(encoding="utf-8").replace(right, wrong))
    assert not accepted(spoilt, schema)


@each_of_github
def test_actions_are_github_s_own_pinned_by_commit_and_leave_no_token_behind(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for one in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one
    checkouts = [step for job in jobs(path).values() for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
    assert {step["with"]["persist-credentials"] for step in checkouts} == {False}


RIGHTS = {
    ("catalog", "catalog"): {"contents": "write", "pull-requests": "write"},
    ("drift", "drift"): {"contents": "read", "issues": "write"},
    ("pull-request", "validate"): {"contents": "read"},
    ("pull-request", "preview"): {"contents": "read", "pull-requests": "write"},
    ("promote", "proven"): {"contents": "read"},
    ("promote", "propose"): {"contents": "write", "pull-requests": "write"},
    ("promote", "apply"): {"contents": "read"},
    ("apply", "dev"): {"contents": "read"},
    ("apply", "staging"): {"contents": "read"},
    ("apply", "prod"): {"contents": "read"},
}


def test_a_job_has_the_rights_that_it_needs_and_an_end() -> None:
    assert {(path.stem, name): job["permissions"] for path in GITHUB for name, job in jobs(path).items()} == RIGHTS
    assert [read(path)["permissions"] for path in GITHUB] == [{}] * len(GITHUB)
    assert all(job["timeout-minutes"] for path in GITHUB for job in jobs(path).values())


def test_secrets_are_given_to_the_steps_that_need_them_in_environments_alone() -> None:
    for path in GITHUB:
        for name, job in jobs(path).items():
            needing = [step for step in job["steps"] if "secrets." in str(step.get("env", {}))]
            assert all(re.search(r"pulumi |vectorize (drift|promote|catalog)", step["run"]) for step in needing)
            assert ("environment" in job) == bool(needing), name
            assert "secrets." not in str(job.get("env", {}))


def test_of_what_writes_only_one_runs_at_a_time_and_is_never_stopped() -> None:
    concurrency = {path.stem: read(path)["concurrency"]["cancel-in-progress"] for path in GITHUB}
    assert concurrency == {"apply": False, "catalog": False, "drift": False, "promote": False, "pull-request": True}
    one_at_a_time = {name for name, job in read(GITLAB).items() if isinstance(job, dict) and "resource_group" in job}
    assert one_at_a_time == {"apply dev", "apply staging", "apply prod", "drift"}


def test_what_the_workflows_call_of_vectorize_exists_with_these_options() -> None:
    found = calls("vectorize")
    assert {call[0] for call in found} == {"catalog", "drift", "promote", "validate"}
    for name, *arguments in found:
        context, command = click.Context(main), main.get_command(click.Context(main), name)
        while isinstance(command, click.Group):
            name, *arguments = arguments  # noqa: PLW2901 -- of the group's own commands
            command = command.get_command(context, name)
        assert command
        command.make_context(name, arguments)


def test_the_documentation_names_every_workflow_and_what_they_are_given() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for path in (*GITHUB, GITLAB):
        text = path.read_text(encoding="utf-8")
        assert f"({path.relative_to(ROOT / 'docs')})" in page
        for name in (*re.findall(r"(?:secrets|vars)\.(\w+)", text), *re.findall(r"\$(GITLAB_\w+)", text)):
            assert f"`{name}`" in page
