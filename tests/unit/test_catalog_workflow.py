"""The pull request of docs/ci/github/catalog.yml: written anew by every run, unless a person committed to its branch.

The step itself runs, with the real git and as much of GitHub's command line as it uses.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.acceptance import forges

WORKFLOW = Path(__file__).parents[2] / "docs" / "ci" / "github" / "catalog.yml"
STEP = "Open or update the pull request"
BRANCH = "vectorize-catalog"
NOTICE = "::notice title=vectorize catalog::vectorize-catalog has commits of others: merge or delete it. Nothing was pushed.\n"

pytestmark = pytest.mark.skipif(not (shutil.which("git") and shutil.which("jq")), reason="git or jq is missing")


@dataclass(frozen=True)
class Repository:
    """A project on a forge."""

    folder: Path
    forge: forges.Forge

    def run(self, command: str, folder: Path) -> str:
        environ = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "FORGE": str(self.forge.file),
            "GH_TOKEN": "a token",
            "BASE": "main",
        }
        # As GitHub calls it where a step names no shell.
        done = subprocess.run(["bash", "-e", "-c", command], cwd=folder, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def clone(self, name: str, branch: str = "main") -> Path:
        self.run(f"git clone --quiet --branch {branch} origin.git {name}", self.folder)
        return self.folder / name

    def commit(self, folder: Path, file: str, text: str, email: str = "person@example.org") -> None:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text)
        who = f"-c user.name=a -c user.email={email}"
        self.run(f"git add . && git {who} commit --quiet --message a && git push --quiet origin HEAD", folder)

    def weekly(self, name: str, told: str) -> str:
        """A run of the step, of a service that told that; what it printed."""
        folder = self.clone(name)
        (folder / "schemas" / "openai.json").write_text(told)
        (folder / "schemas" / f"{name}.json").write_text("a new provider")
        (folder / "docs" / "integrations").mkdir(parents=True, exist_ok=True)
        (folder / "docs" / "integrations" / f"{name}.md").write_text("its page")
        (folder / "catalog.md").write_text(f"differs: {told}\n")
        (folder / "update.txt").write_text("Written\n")
        (step,) = (one for one in yaml.safe_load(WORKFLOW.read_text())["jobs"]["catalog"]["steps"] if one.get("name") == STEP)
        return self.run(step["run"], folder)

    def offered(self) -> str:
        """What the branch's file says."""
        return self.run(f"git show {BRANCH}:schemas/openai.json", self.folder / "origin.git")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    forges.command_line(tmp_path / "bin")
    made = Repository(tmp_path, forges.forge(tmp_path))
    made.run("git init --quiet --bare --initial-branch main origin.git && git clone --quiet origin.git first", tmp_path)
    made.run("git switch --quiet --create main", tmp_path / "first")
    made.commit(tmp_path / "first", "schemas/openai.json", "old")
    return made


def test_every_run_writes_the_branch_anew(repository: Repository) -> None:
    assert NOTICE not in repository.weekly("one", "new")
    repository.commit(repository.clone("other"), "README.md", "The default branch goes on.")
    assert NOTICE not in repository.weekly("two", "newer")
    assert (repository.offered(), [one["body"] for one in repository.forge.pulls]) == (
        "newer",
        ["differs: newer\n\n    Written\n"],
    )
    assert repository.run(f"git rev-list --count main..{BRANCH}", repository.folder / "origin.git") == "1\n"


def test_a_new_provider_comes_with_its_page_and_without_what_the_job_needs(repository: Repository) -> None:
    repository.weekly("new", "new")
    changed = repository.run(f"git diff --name-only main {BRANCH}", repository.folder / "origin.git")
    assert changed.split() == ["docs/integrations/new.md", "schemas/new.json", "schemas/openai.json"]


def test_the_recipe_for_another_forge_takes_a_new_provider_and_its_page_too(repository: Repository) -> None:
    """The last two lines of docs/catalog.md; those before them are the commands."""
    *_, add, commit = re.findall(r"^git .*", (WORKFLOW.parents[2] / "catalog.md").read_text(), re.MULTILINE)
    folder = repository.clone("recipe")
    for file in ("docs/new.md", "schemas/new.json", "CHANGELOG.md", "update.txt"):
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text("new")
    who = "git config user.name a && git config user.email a@b"
    repository.run(f"{who} && {add} && {commit} && {add} && {commit}", folder)
    changed = repository.run("git diff --name-only origin/main HEAD", folder)
    assert changed.split() == ["CHANGELOG.md", "docs/new.md", "schemas/new.json"]


@pytest.mark.parametrize("pulls", [True, False], ids=["open", "closed"])
def test_what_a_person_committed_is_not_overwritten(repository: Repository, pulls: bool) -> None:
    repository.weekly("one", "new")
    repository.commit(repository.clone("person", BRANCH), "schemas/openai.json", "new, and looked up")
    if not pulls:
        repository.forge.file.write_text(repository.forge.file.read_text().replace(BRANCH, "another"))
    assert repository.weekly("two", "newer").endswith(NOTICE)
    assert repository.offered() == "new, and looked up"
    said = "Nothing was pushed, since this branch has commits of others. The service differs from the default branch:"
    (pull,) = repository.forge.pulls
    assert (pull["body"], pull.get("comments", [])) == (
        "differs: new\n\n    Written\n",
        [f"{said}\n\ndiffers: newer\n\n    Written\n"] if pulls else [],
    )
