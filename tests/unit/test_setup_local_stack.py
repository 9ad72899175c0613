"""`make up`, `make down` and `make unlock`: which commands they run, in which order, and what they say when one fails."""

import json
import os
import socket
from pathlib import Path

import pytest

from tools import local_stack, locks
from tools.failure import Failure
from tools.places import Places

UP = "pulumi up --refresh --skip-preview --suppress-outputs --yes --stack local"


class Machine:
    """A project's folder and programs that only note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder)
        self.places.make()
        self.environ = {"PATH": f"{folder}:/usr/bin:/bin"}
        for name in ("pulumi", "vectorize"):
            self.program(name, "")

    def program(self, name: str, then: str) -> None:
        file = self.places.root / name
        file.write_text(f'#!/bin/sh\necho "$(basename "$0") $*" >> calls\n{then}\n')
        file.chmod(0o755)

    def calls(self) -> list[str]:
        file = self.places.root / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def stands(self) -> None:
        file = self.places.state / ".pulumi" / "stacks" / "astra-vectorize" / "local.json"
        file.parent.mkdir(parents=True)
        file.write_text("{}")

    def locked(self, **changes: object) -> None:
        file = self.places.state / ".pulumi" / "locks" / "organization" / "astra-vectorize" / "local" / "1.json"
        file.parent.mkdir(parents=True)
        holder = {"pid": 1, "username": "ada", "hostname": socket.gethostname(), "timestamp": "2026-03-01T10:00:00Z"}
        file.write_text(json.dumps({**holder, **changes}))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_up_makes_the_stack_and_shows_what_stands(machine: Machine) -> None:
    local_stack.up(machine.places, machine.environ)
    assert machine.calls() == ["pulumi stack init local --non-interactive", UP, "vectorize show local"]


def test_a_later_up_leaves_the_stack_and_the_selection_alone(machine: Machine) -> None:
    machine.stands()
    local_stack.up(machine.places, machine.environ)
    assert machine.calls() == [UP, "vectorize show local"]


def test_a_locked_stack_is_explained_and_never_freed_unasked(machine: Machine) -> None:
    machine.stands()
    machine.locked()
    for action in (local_stack.up, local_stack.down):
        with pytest.raises(Failure, match="free it with `make unlock`"):
            action(machine.places, machine.environ)
    assert machine.calls() == []


def test_unlock_frees_the_lock_of_a_process_that_is_gone(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.locked()
    local_stack.unlock(machine.places, machine.environ)
    assert machine.calls() == [
        "pulumi cancel --yes --stack local",
        "pulumi refresh --skip-preview --clear-pending-creates --suppress-outputs --yes --stack local",
    ]
    assert "is no longer running" in capsys.readouterr().out


def test_unlock_does_nothing_where_nothing_is_locked(machine: Machine) -> None:
    local_stack.unlock(machine.places, machine.environ)
    assert machine.calls() == []


@pytest.mark.parametrize("lock", [True, False])
def test_unlock_removes_the_empty_file_that_a_kill_in_the_middle_of_a_write_leaves(
    machine: Machine, capsys: pytest.CaptureFixture[str], *, lock: bool
) -> None:
    machine.stands()
    if lock:
        machine.locked()
    stack = machine.places.state / ".pulumi" / "stacks" / "astra-vectorize"
    (stack / "local.json.attrs").write_text("")
    (stack / "mine.json.attrs").write_text('{"md5": ""}')
    # `pulumi cancel` reads the state, too.
    machine.program("pulumi", f"test ! -e {stack}/local.json.attrs")
    local_stack.unlock(machine.places, machine.environ)
    said = capsys.readouterr().out
    assert said.startswith(
        "Removed the empty .pulumi/stacks/astra-vectorize/local.json.attrs, which an engine that was killed left.\n"
    )
    assert sorted(file.name for file in stack.iterdir()) == ["local.json", "mine.json.attrs"]


@pytest.mark.parametrize(
    ("file", "removed"),
    [
        ("stacks/astra-vectorize/local.json.attrs", True),
        ("stacks/astra-vectorize/local.json.bak.attrs", True),
        ("stacks/astra-vectorize/local.json.gz.attrs", True),
        ("backups/astra-vectorize/local/local.1.json.attrs", True),
        ("history/astra-vectorize/local/local-1.checkpoint.json.attrs", True),
        ("locks/organization/astra-vectorize/local/1.json.attrs", True),
        ("stacks/astra-vectorize/mine.json.attrs", False),
        ("stacks/astra-vectorize/local.2.json.attrs", False),
        ("stacks/local/mine.json.attrs", False),
        ("backups/local/mine/mine.1.json.attrs", False),
        ("history/astra-vectorize/mine/mine-1.checkpoint.json.attrs", False),
        ("locks/organization/local/mine/1.json.attrs", False),
        ("meta.yaml.attrs", False),
    ],
)
def test_unlock_removes_what_is_this_stacks_alone(machine: Machine, file: str, *, removed: bool) -> None:
    """Another stack's engine may be writing its own."""
    attributes = machine.places.state / ".pulumi" / file
    attributes.parent.mkdir(parents=True)
    attributes.write_text("")
    local_stack.unlock(machine.places, machine.environ)
    assert attributes.exists() == (not removed)


def test_unlock_passes_over_a_file_that_is_gone_when_it_is_looked_at(machine: Machine) -> None:
    attributes = machine.places.state / ".pulumi" / "history" / "astra-vectorize" / "local" / "local-1.history.json.attrs"
    attributes.parent.mkdir(parents=True)
    attributes.symlink_to("gone")
    local_stack.unlock(machine.places, machine.environ)
    assert machine.calls() == []


def test_unlock_touches_nothing_under_an_engine_that_runs(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.stands()
    machine.locked()
    monkeypatch.setattr(locks, "is_engine", lambda _: True)
    being_written = machine.places.state / ".pulumi" / "stacks" / "astra-vectorize" / "local.json.attrs"
    being_written.write_text("")
    with pytest.raises(Failure, match="Wait for it to end"):
        local_stack.unlock(machine.places, machine.environ)
    assert being_written.exists()
    assert machine.calls() == []


def test_a_state_that_cannot_be_read_is_explained(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.stands()
    machine.program("pulumi", "echo 'error: failed to load checkpoint: EOF' >&2; exit 255")
    with pytest.raises(local_stack.PulumiFailed):
        local_stack.up(machine.places, machine.environ)
    assert "An engine that was killed left an empty file in the state: run `make unlock`" in capsys.readouterr().err


def test_down_without_a_stack_is_fine(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    local_stack.down(machine.places, machine.environ)
    assert machine.calls() == []
    assert capsys.readouterr().out == "Nothing stands: the stack local was never brought up.\n"


def test_down_destroys_the_stacks_resources(machine: Machine) -> None:
    machine.stands()
    local_stack.down(machine.places, machine.environ)
    assert machine.calls() == ["pulumi destroy --skip-preview --yes --stack local"]


def test_pulumis_own_exit_code_is_passed_on_and_nothing_follows(machine: Machine) -> None:
    machine.stands()
    machine.program("pulumi", "exit 7")
    with pytest.raises(local_stack.PulumiFailed) as failed:
        local_stack.up(machine.places, machine.environ)
    assert failed.value.code == 7
    assert machine.calls() == [UP]


def test_a_lost_passphrase_is_explained(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.stands()
    machine.program("pulumi", "echo 'error: incorrect passphrase' >&2; exit 255")
    with pytest.raises(local_stack.PulumiFailed):
        local_stack.up(machine.places, machine.environ)
    assert "remove that file, then run the same command again" in capsys.readouterr().err


def test_a_lock_taken_in_the_meantime_is_explained_too(machine: Machine) -> None:
    machine.stands()
    locks = machine.places.state / ".pulumi" / "locks" / "organization" / "astra-vectorize" / "local"
    machine.program(
        "pulumi", f"mkdir -p {locks}; echo '{{}}' > {locks}/2.json; echo 'the stack is currently locked' >&2; exit 255"
    )
    with pytest.raises(Failure, match="The stack local is locked"):
        local_stack.up(machine.places, machine.environ)


def test_no_command_can_ask_a_question(machine: Machine) -> None:
    machine.stands()
    machine.program("pulumi", "read answer && exit 9; exit 0")
    local_stack.up(machine.places, {**machine.environ, "HOME": os.environ.get("HOME", "/")})
