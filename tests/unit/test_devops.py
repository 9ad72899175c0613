"""One request to the DevOps API, and the waiting that its slow changes need."""

import json
from collections.abc import Callable

import httpx
import pytest

from astra.devops import organisation_id, request, request_list, request_object, wait
from astra.errors import NotFound, TimedOut, Unavailable, Unreadable
from astra.http import PATIENCE

FORM = (
    "cannot x: the answer has not the form of the DevOps API's. A proxy or a wrong address may have answered: check the "
    "address of the target."
)


def test_a_request_carries_the_token_as_bearer(answering: Callable) -> None:
    service = answering(httpx.Response(200, json={"id": "org"}))
    assert organisation_id(service.connection) == "org"
    (asked,) = service.requests
    assert (asked.method, str(asked.url)) == ("GET", "https://api.astra.datastax.com/v2/currentOrg")
    assert asked.headers["Authorization"] == f"Bearer {service.connection.target.token}"


def test_a_get_is_repeated(answering: Callable) -> None:
    service = answering(httpx.Response(500), httpx.Response(200, json=[]))
    assert request_list(service.connection, "/databases", "list databases") == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_anything_else_is_sent_once(answering: Callable, method: str) -> None:
    service = answering(httpx.Response(500))
    with pytest.raises(Unavailable):
        request(service.connection, method, "/databases", "x")
    assert len(service.requests) == 1


@pytest.mark.parametrize("body", [None, [], "text", 5, {}, {"id": 1, "status": "ACTIVE"}])
def test_an_object_of_another_form_is_unreadable(answering: Callable, body: object) -> None:
    with pytest.raises(Unreadable) as raised:
        request_object(answering(httpx.Response(200, content=json.dumps(body))).connection, "/x", "x", "id", "info")
    assert str(raised.value) == FORM


@pytest.mark.parametrize("body", [None, {}, "text", [1], [{}], [{"id": 1}, {"name": 2}]])
def test_a_list_of_another_form_is_unreadable(answering: Callable, body: object) -> None:
    with pytest.raises(Unreadable) as raised:
        request_list(answering(httpx.Response(200, content=json.dumps(body))).connection, "/x", "x", "id")
    assert str(raised.value) == FORM


def test_waiting_asks_soon_at_first_and_every_ten_seconds_at_the_end(answering: Callable) -> None:
    service = answering(httpx.Response(200))
    answers = iter([False] * 20 + [True])
    wait(service.connection, lambda: next(answers), "x", "y")
    pauses = service.clock.pauses
    assert len(pauses) == 20
    assert pauses[0] <= 0.2
    assert 10 <= pauses[-1] <= 10.1


def test_what_is_so_already_is_not_waited_for(answering: Callable) -> None:
    service = answering(httpx.Response(200))
    wait(service.connection, lambda: True, "x", "y")
    assert service.clock.pauses == []


def test_waiting_ends_after_forty_minutes(answering: Callable) -> None:
    service = answering(httpx.Response(200))
    with pytest.raises(TimedOut) as raised:
        wait(service.connection, lambda: False, "wait for database x", lambda: "it is still PENDING")
    assert str(raised.value) == (
        "cannot wait for database x: after 40 minutes it is still PENDING. See the Astra Portal, then run again."
    )
    assert PATIENCE <= sum(service.clock.pauses) < PATIENCE + 11


def test_an_error_ends_the_waiting(answering: Callable) -> None:
    def fail() -> bool:
        raise NotFound("gone")

    with pytest.raises(NotFound, match=r"^gone$"):
        wait(answering(httpx.Response(200)).connection, fail, "x", "y")
