"""Which commit a deployment says it is made from."""

import os
import subprocess
from pathlib import Path

import pytest

from providers import revision

COMMIT = "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f"
ANOTHER = "0" * 64


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without git, and no CI system."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for name in ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


def git(*arguments: str) -> str:
    person = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    return subprocess.run(["git", *person, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def write(name: str, text: str = "text") -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def head() -> str:
    """A repository with one commit."""
    git("init", "--quiet")
    write("environments/dev.yaml")
    write("README.md")
    write(".gitignore", "environments/mine.yaml\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "All")
    return git("rev-parse", "HEAD")


def test_the_commit_is_told_whole(head: str) -> None:
    assert revision.commit() == head
    assert len(head) == 40


def test_git_is_believed_before_the_ci_system(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    assert revision.commit() == head


@pytest.mark.parametrize(
    ("changed", "dirty"),
    [
        ("environments/dev.yaml", True),
        ("README.md", True),
        ("environments/new.yaml", True),
        # Nobody who has the commit has it.
        ("environments/mine.yaml", True),
        ("notes.txt", False),
        ("environments/notes.txt", False),
    ],
)
def test_what_was_not_committed_is_said(head: str, changed: str, dirty: bool) -> None:
    write(changed, "another")
    assert revision.commit() == (f"{head}-dirty" if dirty else head)


def test_what_is_staged_or_deleted_is_not_committed_either(head: str) -> None:
    Path("README.md").unlink()
    assert revision.commit() == f"{head}-dirty"
    git("add", "--all")
    assert revision.commit() == f"{head}-dirty"


def test_a_project_in_a_folder_of_its_repository_is_told_as_well(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write("inner/environments")
    Path("inner/environments").unlink()
    monkeypatch.chdir("inner")
    assert revision.commit() == head
    write("../README.md", "another")
    assert revision.commit() == f"{head}-dirty"
    write("../README.md")
    write("environments/prod.yaml")
    assert revision.commit() == f"{head}-dirty"


@pytest.mark.parametrize(
    ("variables", "commit"),
    [
        ({"GITHUB_SHA": COMMIT}, COMMIT),
        ({"CI_COMMIT_SHA": ANOTHER}, ANOTHER),
        ({"GITHUB_SHA": COMMIT, "CI_COMMIT_SHA": ANOTHER}, COMMIT),
        ({"GITHUB_SHA": "", "CI_COMMIT_SHA": ANOTHER}, ANOTHER),
        ({"GITHUB_SHA": "main"}, ""),
        ({"GITHUB_SHA": f"{COMMIT}\n"}, ""),
        ({}, ""),
    ],
)
def test_where_git_cannot_tell_the_ci_system_is_believed(
    variables: dict[str, str], commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert revision.commit() == commit


def test_a_repository_without_a_commit_tells_none(monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "--quiet")
    assert revision.commit() == ""
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    assert revision.commit() == COMMIT


def test_without_git_at_all_nothing_fails(head: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert head
    monkeypatch.setenv("PATH", str(tmp_path))
    assert revision.commit() == ""


def test_git_that_does_not_answer_ends(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(call: list[str], *, timeout: int, **_: object) -> None:
        raise subprocess.TimeoutExpired(call, timeout)

    assert head
    monkeypatch.setattr(subprocess, "run", silent)
    monkeypatch.setenv("CI_COMMIT_SHA", COMMIT)
    assert revision.commit() == COMMIT


def test_nothing_is_locked_or_written_that_somebody_at_work_there_needs(head: str) -> None:
    # Git would note down that the file is the same all the same.
    os.utime("README.md", (1, 1))
    index = Path(".git/index").read_bytes()
    assert revision.commit() == head
    assert Path(".git/index").read_bytes() == index
