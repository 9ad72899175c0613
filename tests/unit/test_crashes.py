"""A run that is killed loses nothing and doubles nothing: the next one finishes what it began.

Exhaustively: at every request of every operation, before the request has any effect and right after it had it.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from providers.wire import Failure
from tests.unit.interference import Killed, killing
from tests.unit.operations import CHANGES, GUARDED, Host, Operation, Stage, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [one.name for one in CHANGES]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    set_up(opened)
    yield opened
    opened.world.close()


def undisturbed(stage: Stage, operation: Operation) -> list[str]:
    """What stands after the operation."""
    operation.run(Host(stage), stage.put_back(operation.scene))
    return stage.standing()


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("operation", CHANGES, ids=NAMES)
def test_whichever_request_is_the_last_the_next_run_makes_the_same_world(stage: Stage, operation: Operation, after: bool) -> None:
    expected = undisturbed(stage, operation)
    for last in count(1):
        state = stage.put_back(operation.scene)
        host = Host(stage, killing(last, after=after))
        try:
            operation.run(host, state)
        except Killed:
            again = Host(stage)
            operation.run(again, state)
            assert stage.standing() == expected, f"killed at request {last}, {host.transport.kinds[-1]}"
        else:
            break
    assert last > len(set(host.transport.kinds)) > 1


@pytest.mark.parametrize("operation", CHANGES, ids=NAMES)
def test_killed_at_one_request_after_the_other_it_is_finished_all_the_same(stage: Stage, operation: Operation) -> None:
    """As on a machine that keeps failing: each run is killed right after it changed something, and so gets a little further."""
    expected = undisturbed(stage, operation)
    state = stage.put_back(operation.scene)
    for last in [at for at in range(1, 15) for _ in ("once", "twice")]:
        try:
            operation.run(Host(stage, killing(last, after=True)), state)
        except Killed:
            continue
    operation.run(Host(stage), state)
    assert stage.standing() == expected


@pytest.mark.parametrize("operation", GUARDED, ids=[one.name for one in GUARDED])
def test_documents_stay_whichever_request_is_the_last(stage: Stage, operation: Operation) -> None:
    whole = Host(stage)
    state = stage.put_back(operation.scene)
    expected = stage.standing()
    with pytest.raises(Failure, match="it holds documents"):
        operation.run(whole, state)
    for last in range(1, len(whole.transport.kinds) + 1):
        state = stage.put_back(operation.scene)
        with pytest.raises(Killed):
            operation.run(Host(stage, killing(last, after=True)), state)
        assert stage.standing() == expected
