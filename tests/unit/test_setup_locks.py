"""A lock on the local stack is explained: who holds it, since when, whether that process still runs, how to free it."""

import json
from pathlib import Path

import pytest

from tools import locks

HOST = "workstation"


def lock_file(state: Path, **changes: object) -> Path:
    content = {"pid": 4711, "username": "ada", "hostname": HOST, "timestamp": "2026-03-01T10:00:00.123456789+01:00", **changes}
    file = state / ".pulumi" / "locks" / "organization" / "vectorize" / "local" / "a2caf1e7.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file


def found(state: Path, *, alive: bool) -> list[locks.Lock]:
    return locks.find(state, "local", HOST, lambda _pid: alive)


def test_a_state_without_locks_has_none(tmp_path: Path) -> None:
    assert found(tmp_path, alive=False) == []


def test_a_lock_on_another_stack_does_not_count(tmp_path: Path) -> None:
    lock_file(tmp_path)
    assert locks.find(tmp_path, "mine", HOST, lambda _pid: True) == []


@pytest.mark.parametrize(
    ("alive", "host", "running", "words"),
    [
        (True, HOST, True, "is still running"),
        (False, HOST, False, "is no longer running"),
        (True, "elsewhere", None, "cannot be looked at from here"),
    ],
)
def test_the_holder_is_looked_at_only_on_its_own_machine(
    tmp_path: Path, *, alive: bool, host: str, running: bool | None, words: str
) -> None:
    lock_file(tmp_path, hostname=host)
    (lock,) = found(tmp_path, alive=alive)
    assert lock.running is running
    assert lock.sentence.startswith(f"Process 4711 of ada on {host} has held it since 2026-03-01 ")
    assert words in lock.sentence


def test_a_half_written_lock_is_still_a_lock(tmp_path: Path) -> None:
    lock_file(tmp_path).write_text('{"pid": 47')
    (lock,) = found(tmp_path, alive=True)
    assert lock.running is None
    assert "an unknown user" in lock.sentence


def test_a_lock_of_a_running_engine_is_to_be_waited_for(tmp_path: Path) -> None:
    lock_file(tmp_path)
    sentence = locks.explain(found(tmp_path, alive=True), "local")
    assert "Wait for it to end" in sentence
    assert "make unlock" not in sentence


def test_a_lock_left_by_a_killed_engine_names_the_way_out(tmp_path: Path) -> None:
    lock_file(tmp_path)
    sentence = locks.explain(found(tmp_path, alive=False), "local")
    assert "free it with `make unlock`" in sentence


def test_a_process_that_has_ended_or_is_no_engine_does_not_hold_a_lock() -> None:
    beyond_any_process = 2**22 + 1
    assert not locks.is_engine(beyond_any_process)
    assert not locks.is_engine(1)
