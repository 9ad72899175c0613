"""The repository as a template: `pulumi new` makes a project of a fresh clone, and that project works, under its own name."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.acceptance.conftest import ROOT, Run
from tools import virtualenv
from tools.places import Places

NAME = "my-knowledge"
# What a fresh clone does not have: git's own folder, and what git ignores because set-up, make or a tool wrote it.
LEFT_OUT = shutil.ignore_patterns(".git", ".vectorize", ".hypothesis", ".*_cache", "__pycache__")


def cloned(folder: Path) -> Path:
    """A copy of the repository without what was made in it."""

    def ignored(parent: str, names: list[str]) -> set[str]:
        settings = {name for name in names if name.startswith("Pulumi.") and name != "Pulumi.yaml"}
        return LEFT_OUT(parent, names) | (settings if Path(parent) == ROOT else set())

    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return cloned(tmp_path / "template")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for the new project."""
    made = tmp_path / NAME
    made.mkdir()
    return made


class Shell:
    """Runs commands in the folder of the new project, as docs/getting-started.md has them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        # What is imported is the project's own copy, and not what the environment of the tests has installed.
        self.environment = {**environment, "PYTHONPATH": str(folder)}
        # Set-up makes one for the project.
        self.environment.pop("PULUMI_CONFIG_PASSPHRASE")

    def run(self, *command: str) -> Run:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def shell(folder: Path, engine_environment: dict[str, str]) -> Shell:
    return Shell(folder, engine_environment)


def made_ready(folder: Path) -> None:
    """Lends the project the environment that runs the tests, so that its set-up installs nothing."""
    places = Places(folder)
    places.make()
    places.venv.symlink_to(Places(ROOT).venv)
    (places.stamps / "virtualenv.json").write_text(virtualenv.fingerprint(places, virtualenv.TESTING))


def test_a_fresh_clone_becomes_a_project_that_works(template: Path, folder: Path, shell: Shell) -> None:
    shown = shell.run("pulumi", "new", str(template), "--generate-only", "--yes", "--name", NAME).ok().output
    assert "Instead of the steps above: `git init`, then `make up`" in shown

    # Everything was copied as it is; the engine rewrote one file.
    copied, original = files(folder), files(template)
    assert {name for name in original if copied.get(name) != original[name]} == {"Pulumi.yaml"}
    assert set(copied) == set(original)
    project = yaml.safe_load(copied["Pulumi.yaml"])
    assert (project["name"], project["runtime"], "template" in project) == (NAME, "python", False)

    shell.run("vectorize", "validate", "--strict").ok()
    made_ready(folder)
    shown = shell.run("make", "up").ok().output
    assert "support_tickets" in shown
    shell.run("sh", "-ec", ". .vectorize/activate; pulumi stack select local; pulumi preview --expect-no-changes").ok()
    state = json.loads(shell.run("sh", "-ec", ". .vectorize/activate; pulumi stack export --stack local").ok().output)
    urns = [one["urn"] for one in state["deployment"]["resources"]]
    assert {urn.split("::")[1] for urn in urns} == {NAME}
    # The last resource is made only where all before it were.
    assert any(urn.endswith("::deployment") for urn in urns)
    shell.run("make", "down").ok()


def test_a_clone_that_was_worked_in_is_refused_before_its_secrets_are_copied(template: Path, folder: Path, shell: Shell) -> None:
    places = Places(template)
    places.make()
    places.passphrase.write_text("a passphrase of the template\n")
    refused = shell.run("pulumi", "new", str(template), "--generate-only", "--yes", "--name", NAME)
    assert (refused.code == 0, refused.output) == (False, f"error: read {places.guard}: is a directory\n")
    assert places.guard.name == ".pulumi-new-needs-a-fresh-clone"
    assert list((folder / ".vectorize").iterdir()) == []
