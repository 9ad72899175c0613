"""What can be missing on a fresh machine is said in one sentence that names the next step."""

import ast
import errno
import re
import shutil
from pathlib import Path

import pytest

from tools import failure, virtualenv
from tools.child import run
from tools.places import Places
from tools.setup import too_old


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "may not write"),
        (errno.EROFS, "read-only"),
        (errno.ENOEXEC, "The operating system refused /project"),
    ],
)
def test_the_operating_systems_refusals(number: int, words: str) -> None:
    sentence = failure.of_operating_system(OSError(number, "reason", "/project"))
    assert words in sentence
    assert "/project" in sentence


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES from the requirements file.", "does not match its hash"),
        ("OSError: [Errno 28] No space left on device", "no space left on the disk"),
        ("[Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("Name or service not known\nERROR: No matching distribution found for click==8.5.1", "cannot be reached"),
        ("ERROR: No matching distribution found for click==8.5.1", "not to be had for this Python"),
        ("Traceback\nValueError: odd", "ValueError: odd"),
        ("", "pip said nothing"),
    ],
)
def test_what_pip_says_becomes_a_reason(printed: str, words: str) -> None:
    assert words in virtualenv.explain(printed)


LOCKS = (virtualenv.RUNNING, virtualenv.TESTING)


def fingerprint_of_copy(folder: Path, lock: str, **replaced: str) -> str:
    folder.mkdir(exist_ok=True)
    for name in (*LOCKS, "pyproject.toml"):
        shutil.copy(Places.here().root / name, folder / name)
    for name, text in replaced.items():
        with (folder / name.replace("_", ".")).open("a") as file:
            file.write(text)
    return virtualenv.fingerprint(Places(folder), lock)


def test_the_environment_is_made_anew_for_a_changed_lock_or_a_moved_project_only(tmp_path: Path) -> None:
    first = fingerprint_of_copy(tmp_path / "a", virtualenv.RUNNING)
    assert fingerprint_of_copy(tmp_path / "a", virtualenv.RUNNING, pyproject_toml="\n[tool.anything]\nx = 1\n") == first
    assert fingerprint_of_copy(tmp_path / "a", virtualenv.RUNNING, requirements_lock="new==1\n") != first
    assert fingerprint_of_copy(tmp_path / "b", virtualenv.RUNNING) != first
    assert fingerprint_of_copy(tmp_path / "a", virtualenv.TESTING) != first


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    running, testing = (set(re.findall(r"^(\S+==\S+)", (Places.here().root / lock).read_text(), re.MULTILINE)) for lock in LOCKS)
    assert running < testing


def test_a_child_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    outcome = run(["sh", "-c", "sleep 600 & echo started; wait"], log=tmp_path / "log", seconds=0.5)
    assert outcome.code is None
    assert (tmp_path / "log").read_text() == "started\n"


def test_a_child_is_heard_line_by_line(tmp_path: Path) -> None:
    heard = list[str]()
    outcome = run(["sh", "-c", "echo one; echo two >&2; exit 3"], log=tmp_path / "log", on_line=heard.append)
    assert (outcome.code, outcome.tail, heard) == (3, "one\ntwo", ["one", "two"])


def test_an_old_python_is_told_which_one_is_needed() -> None:
    told = too_old((3, 9), "/usr/bin/python3")
    assert told.startswith("Set-up needs Python 3.11 or newer, this is 3.9 (/usr/bin/python3): install")


def test_the_first_file_of_set_up_can_be_read_by_old_pythons() -> None:
    text = (Places.here().root / "tools" / "setup.py").read_text()
    ast.parse(text, feature_version=(3, 7))
