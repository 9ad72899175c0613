"""Somebody who answers 404 to everything, in the form of the API's own errors, makes nothing count as gone."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from astra.errors import AstraError
from providers.wire import Failure
from tests.unit.operations import READS, Host, Operation, Stage, gone, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.interference import Send


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    set_up(opened)
    yield opened
    opened.world.close()


def absent(_number: int, _request: httpx.Request, _send: Send) -> httpx.Response:
    return httpx.Response(404, json={"errors": [{"ID": 1, "message": "no route for this"}]})


@pytest.mark.parametrize("operation", READS, ids=[one.name for one in READS])
def test_nothing_is_gone_where_not_even_the_organisation_is_there(stage: Stage, operation: Operation) -> None:
    result = None
    state = stage.put_back(operation.scene)
    with contextlib.suppress(Failure, AstraError):
        result = operation.run(Host(stage, absent), state)
    assert not gone(result)
