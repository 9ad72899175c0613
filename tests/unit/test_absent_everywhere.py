"""Who says that something is absent, in the API's own words, is believed only where it is asked for that very thing.

A 404 to everything makes nothing count as gone. Nor does an absence that any request but the description of the database is
answered with, as where the token is another database's or something was dropped between two requests.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from astra.errors import AstraError
from providers.wire import Failure
from tests.unit.interference import DATA_API, kind_of
from tests.unit.operations import GUARDED, READS, SINGLE, Host, Operation, Stage, gone, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.interference import Interference, Send


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    set_up(opened)
    yield opened
    opened.world.close()


def absent(_number: int, _request: httpx.Request, _send: Send) -> httpx.Response:
    return httpx.Response(404, json={"errors": [{"ID": 1, "message": "no route for this"}]})


# What alone tells whether a database is there.
JUDGE = "GET /v2/databases/{}"
DELETIONS = (*(one for one in SINGLE if one.name.startswith("delete")), *GUARDED)


def absent_at(kind: str) -> Interference:
    """Answers every request of that kind with an absence in the words of its API."""

    def interfere(number: int, request: httpx.Request, send: Send) -> httpx.Response:
        if kind_of(request) != kind:
            return send()
        if DATA_API not in request.url.path:
            return absent(number, request, send)
        return httpx.Response(200, json={"errors": [{"errorCode": "UNKNOWN_KEYSPACE", "message": "no such keyspace"}]})

    return interfere


def asked(stage: Stage, operation: Operation) -> list[str]:
    """The kinds of requests that the operation sends, but for the judge."""
    host = Host(stage)
    with contextlib.suppress(Failure):
        operation.run(host, stage.put_back(operation.scene))
    return [kind for kind in dict.fromkeys(host.transport.kinds) if kind != JUDGE]


@pytest.mark.parametrize("operation", READS, ids=[one.name for one in READS])
def test_nothing_is_gone_where_not_even_the_organisation_is_there(stage: Stage, operation: Operation) -> None:
    result = None
    state = stage.put_back(operation.scene)
    with contextlib.suppress(Failure, AstraError):
        result = operation.run(Host(stage, absent), state)
    assert not gone(result)


@pytest.mark.parametrize("operation", READS, ids=[one.name for one in READS])
def test_nothing_is_gone_where_the_database_is_described(stage: Stage, operation: Operation) -> None:
    for kind in asked(stage, operation):
        result = None
        state = stage.put_back(operation.scene)
        with contextlib.suppress(Failure, AstraError):
            result = operation.run(Host(stage, absent_at(kind)), state)
        assert not gone(result), kind


@pytest.mark.parametrize("operation", DELETIONS, ids=[one.name for one in DELETIONS])
def test_nothing_counts_as_deleted_that_stands(stage: Stage, operation: Operation) -> None:
    for kind in asked(stage, operation):
        state = stage.put_back(operation.scene)
        before = stage.standing()
        stage.put_back(operation.scene)
        try:
            operation.run(Host(stage, absent_at(kind)), state)
        except Failure:
            continue
        assert stage.standing() != before, kind
