"""What a terminal is told and nobody else: colours, unless NO_COLOR or its kind says otherwise, and progress."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astra import deployment

VECTORIZE = str(Path(sys.executable).with_name("vectorize"))
URN = "urn:pulumi:dev::p::pulumi-python:dynamic/astra:Collection::k.docs.a"
DEPLOYED = deployment.Deployment("sha256:0", "{}", "2026-01-02T03:04:05Z")
STATE = {
    "deployment": {
        "resources": [
            {"urn": URN, "type": "pulumi-python:dynamic/astra:Collection"},
            {
                "urn": "urn:p::deployment",
                "type": "pulumi-python:dynamic/astra:Deployment",
                "outputs": {**DEPLOYED.outputs(), "history": deployment.packed([DEPLOYED])},
            },
        ]
    }
}
OUTPUTS = {"databases": {"knowledge": {"apiEndpoint": "http://localhost:8181", "keyspaces": {"docs": {}}}}}
READ = {"resOutputsEvent": {"metadata": {"op": "same", "urn": URN, "new": {"outputs": {}}}}}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a broken environment, and an engine that reads one resource."""
    answers = {
        "output": OUTPUTS,
        "export": STATE,
        "config": {},
        "ls": [{"name": "dev", "current": True}],
        "refresh": READ,
        "history": [],
    }
    for name, answer in answers.items():
        (tmp_path / f"pulumi.{name}").write_text(json.dumps(answer))
    program = tmp_path / "pulumi"
    program.write_text('#!/bin/sh\ncase "$1" in stack) name="$2" ;; *) name="$1" ;; esac\ncat "$0.$name"\n')
    program.chmod(0o755)
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return tmp_path


def on_a_terminal(call: str, **more: str) -> str:
    """What a call prints where both its streams are a terminal."""
    terminal, its_side = pty.openpty()
    subprocess.run([VECTORIZE, *call.split()], stdout=its_side, stderr=its_side, env={**os.environ, **more}, check=False)
    os.close(its_side)
    with os.fdopen(terminal, "rb") as stream:
        return stream.read1(100_000).decode()


def elsewhere(call: str) -> str:
    """What a call prints where neither of its streams is."""
    return subprocess.run(
        [VECTORIZE, *call.split()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    ).stdout


CALLS = ["validate", "show dev", "catalog list nvidia", "promote --check dev", "promote --history dev"]


@pytest.mark.parametrize("call", CALLS)
def test_a_terminal_is_shown_colours(project: Path, call: str) -> None:
    assert project.exists()
    assert COLOUR.search(on_a_terminal(call))


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("call", CALLS)
def test_a_terminal_is_shown_none_where_they_are_not_wanted(project: Path, call: str, setting: dict[str, str]) -> None:
    assert project.exists()
    assert "\x1b" not in on_a_terminal(call, **setting)


def unprintable(text: str) -> set[str]:
    return {letter for letter in text if ord(letter) < 32} - {"\n"}


def test_progress_is_written_over_on_a_terminal_that_can(project: Path) -> None:
    assert project.exists()
    assert "\r\x1b[K" in on_a_terminal("drift")
    assert "\x1b[K" not in on_a_terminal("drift", TERM="dumb")


@pytest.mark.parametrize("call", [*CALLS, "drift", "drift --help"])
def test_a_pipe_or_a_file_gets_text_alone(project: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.exists()
    # What rich takes for a wish is none of a pipe's.
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert unprintable(elsewhere(call)) == set()
