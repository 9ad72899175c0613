"""Sending: what is repeated and when, what a failure says, and where a token goes."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from astra.errors import AstraError, Invalid, Limited, Refused, Unavailable, Unreachable
from astra.http import ATTEMPTS, LONGEST_PAUSE, Connection, connect, repeated, send
from astra.target import target

URL = "https://api.example.com/v2/databases"
OK = httpx.Response(200, json=[])
BUSY = httpx.Response(503)
LIMITED = httpx.Response(429)
CHECK = "Check the network and the address of the target."


def sent(connection: Connection, *, repeatable: bool = False) -> httpx.Response:
    def once() -> httpx.Response:
        return send(connection, "GET", URL, doing="list databases", headers={"Authorization": "Bearer x"})

    return repeated(connection, once, repeatable=repeatable)


@pytest.mark.parametrize("failure", [BUSY, LIMITED, httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_what_is_repeatable_is_sent_again_until_it_succeeds(answering: Callable, failure: httpx.Response | Exception) -> None:
    service = answering(failure, failure, OK)
    assert sent(service.connection, repeatable=True).json() == []
    assert len(service.requests) == 3


@pytest.mark.parametrize("failure", [BUSY, httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_what_is_not_repeatable_is_sent_once(answering: Callable, failure: httpx.Response | Exception) -> None:
    service = answering(failure, OK)
    with pytest.raises(Unavailable):
        sent(service.connection)
    assert (len(service.requests), service.clock.pauses) == (1, [])


def test_what_was_turned_away_as_one_too_many_was_not_done_so_it_is_sent_again_whatever_it_is(answering: Callable) -> None:
    service = answering(LIMITED, LIMITED, OK)
    assert sent(service.connection).json() == []
    assert (len(service.requests), len(service.clock.pauses)) == (3, 2)


def test_once_the_outcome_of_what_is_not_repeatable_is_open_it_is_sent_no_more(answering: Callable) -> None:
    service = answering(LIMITED, httpx.ReadTimeout("slow"), OK)
    with pytest.raises(Unreachable):
        sent(service.connection)
    assert len(service.requests) == 2


def test_what_is_turned_away_for_ever_is_sent_five_times(answering: Callable) -> None:
    service = answering(LIMITED)
    with pytest.raises(Limited, match=r"^cannot list databases: HTTP 429\. The service is busy or failing: run again later\.$"):
        sent(service.connection)
    assert len(service.requests) == ATTEMPTS


@pytest.mark.parametrize("status", [302, 400, 401, 403, 405, 409, 422, 501])
def test_an_answer_that_leaves_nothing_open_is_not_asked_for_again(answering: Callable, status: int) -> None:
    service = answering(httpx.Response(status), OK)
    with pytest.raises(AstraError):
        sent(service.connection, repeatable=True)
    assert len(service.requests) == 1


def test_after_five_attempts_the_last_error_stands(answering: Callable) -> None:
    service = answering(BUSY)
    with pytest.raises(
        Unavailable, match=r"^cannot list databases: HTTP 503\. The service is busy or failing: run again later\.$"
    ):
        sent(service.connection, repeatable=True)
    assert (len(service.requests), len(service.clock.pauses)) == (ATTEMPTS, ATTEMPTS - 1)


def test_pauses_grow(answering: Callable) -> None:
    service = answering(BUSY)
    with pytest.raises(Unavailable):
        sent(service.connection, repeatable=True)
    # A quarter of a second, doubled each time, with up to a second added so that many clients do not ask at once.
    assert all(0.25 * 2**n <= pause <= 0.25 * 2**n + 1 for n, pause in enumerate(service.clock.pauses))


@pytest.mark.parametrize("repeated_part", ["Bearer Zk3Jq8Vt", "Zk3Jq8Vt"])
def test_a_token_that_begins_like_nothing_in_particular_is_hidden_with_and_without_its_scheme(
    answering: Callable, repeated_part: str
) -> None:
    service = answering(httpx.Response(400, text=f"unknown: {repeated_part}"))
    connection = dataclasses.replace(service.connection, target=target("astra", {}, "Zk3Jq8Vt"))
    with pytest.raises(AstraError) as raised:
        send(connection, "GET", URL, doing="list", headers={"Authorization": "Bearer Zk3Jq8Vt"})
    assert str(raised.value) == "cannot list: HTTP 400, unknown: (hidden). Correct the definition."


@pytest.mark.parametrize(("asked", "least"), [("7", 7.0), ("29", 29.0), ("30", LONGEST_PAUSE), ("3600", LONGEST_PAUSE)])
def test_a_pause_is_as_long_as_the_service_asks_up_to_half_a_minute(answering: Callable, asked: str, least: float) -> None:
    service = answering(httpx.Response(429, headers={"Retry-After": asked}), OK)
    sent(service.connection)
    assert service.clock.pauses == [least]


def test_a_pause_may_be_asked_for_as_a_date(answering: Callable) -> None:
    headers = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 08:49:44 GMT"}
    service = answering(httpx.Response(429, headers=headers), OK)
    sent(service.connection)
    assert service.clock.pauses == [7.0]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            httpx.ConnectError("[Errno 111] Connection refused"),
            f"api.example.com cannot be reached (ConnectError: [Errno 111] Connection refused). {CHECK}",
        ),
        (
            httpx.ReadTimeout("slow"),
            "api.example.com did not answer in time. Nothing is known of what it did: run again, which finds out and finishes.",
        ),
        (
            httpx.RemoteProtocolError("peer closed"),
            f"api.example.com cannot be reached (RemoteProtocolError: peer closed). {CHECK}",
        ),
    ],
)
def test_no_answer(answering: Callable, failure: Exception, sentence: str) -> None:
    with pytest.raises(Unreachable) as raised:
        sent(answering(failure).connection)
    assert str(raised.value) == f"cannot list databases: {sentence}"
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("url", ["no address", "https://[", "https://x:port/", "https://\x00"])
def test_an_address_that_is_none_cannot_be_reached(answering: Callable, url: str) -> None:
    service = answering(httpx.UnsupportedProtocol("Request URL is missing an 'http://' or 'https://' protocol."))
    with pytest.raises(Unreachable, match=r"^cannot x: .* cannot be reached"):
        send(service.connection, "GET", url, doing="x", headers={})


def test_a_redirect_is_not_followed_so_the_token_goes_nowhere_else(answering: Callable) -> None:
    service = answering(httpx.Response(307, headers={"Location": "https://elsewhere.example.com/"}), OK)
    with pytest.raises(Refused, match=r"^cannot list databases: HTTP 307\. A proxy or a wrong address may have answered"):
        sent(service.connection, repeatable=True)
    assert [request.url.host for request in service.requests] == ["api.example.com"]


def test_the_client_that_connect_opens_follows_no_redirect_and_waits_longer_than_a_collection_takes() -> None:
    client = connect(target("astra", {}, "x")).client
    assert (client.follow_redirects, client.timeout.read, client.timeout.connect) == (False, 180, 10)


def test_the_same_target_is_connected_to_once(tmp_path: Path) -> None:
    config = {"transport": "emulator.transport:open_store", "store": str(tmp_path / "world.sqlite")}
    opened = connect(target("emulator", config, ""))
    assert connect(target("emulator", config, "")) is opened
    with opened.client:
        assert opened.client.get("http://anywhere/v2/databases").json() == []


@pytest.mark.parametrize(
    ("transport", "sentence"),
    [
        ("nowhere:open", "No module named 'nowhere'"),
        ("emulator.transport:nothing", "module 'emulator.transport' has no attribute 'nothing'"),
        ("emulator.transport", "module 'emulator.transport' has no attribute ''"),
        ("emulator.transport:", "module 'emulator.transport' has no attribute ''"),
        (":open", "Empty module name"),
    ],
)
def test_a_transport_that_cannot_be_opened(transport: str, sentence: str) -> None:
    with pytest.raises(Invalid) as raised:
        connect(target("emulator", {"transport": transport}, ""))
    assert str(raised.value) == (
        f"cannot open the transport {transport}: {sentence}. Check vectorize:transport and vectorize:store in the stack's config."
    )


def test_a_transport_must_be_one() -> None:
    with pytest.raises(Invalid, match=r"^cannot open the transport builtins:len: it is not an httpx transport\.$"):
        connect(target("emulator", {"transport": "builtins:len", "store": "x"}, ""))


def test_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a store")
    config = {"transport": "emulator.transport:open_store", "store": str(tmp_path / "file")}
    with pytest.raises(
        Invalid, match=r"^cannot open the transport emulator.transport:open_store: .* is not a store of the emulator"
    ):
        connect(target("emulator", config, ""))


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.InvalidURL])
def test_a_failure_that_quotes_the_token_is_not_repeated(answering: Callable, failure: type[Exception]) -> None:
    connection = answering(failure("")).connection
    quoting = answering(failure(f"bad header: Bearer {connection.target.token}"))
    with pytest.raises(Unreachable) as raised:
        sent(quoting.connection)
    assert "planted" not in str(raised.value) + repr(raised.value)


def test_neither_target_nor_connection_shows_the_token(answering: Callable) -> None:
    connection = answering(OK).connection
    assert connection.target.token
    for text in (repr(connection), str(connection), repr(connection.target), str(connection.target)):
        assert connection.target.token not in text
