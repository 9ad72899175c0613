"""Which host `emulator serve` listens on, and by which names a client may call it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from emulator.hosts import for_loopback_alone, is_loopback, to_listen_on
from emulator.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOPBACK = ("localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2")
OTHERS = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", "0.0.0.0", "", "[", "[::2]")  # noqa: S104


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return Response("hello")(environ, start_response)


@pytest.mark.parametrize("name", [*LOOPBACK, "[::1]"])
@pytest.mark.parametrize("port", ["", ":8181"])
def test_who_calls_it_by_a_name_of_loopback_is_answered(name: str, port: str) -> None:
    assert Client(for_loopback_alone(hello)).get("/", headers={"Host": name + port}).text == "hello"


@pytest.mark.parametrize("name", OTHERS)
def test_a_page_whose_own_name_leads_to_this_machine_is_turned_away(name: str) -> None:
    answer = Client(for_loopback_alone(hello)).get("/", headers={"Host": name})
    sentence = "The emulator listens on loopback alone: call it localhost, 127.0.0.1 or [::1] in the header Host.\n"
    assert (answer.status_code, answer.text) == (421, sentence)


@pytest.mark.parametrize(("stated", "host"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("::1", "::1"), (" ::1 ", "::1")])
def test_brackets_are_for_addresses_in_urls(stated: str, host: str) -> None:
    assert to_listen_on(stated) == host
    assert is_loopback(host)


@pytest.mark.parametrize("stated", ["", " ", "[]"])
def test_no_host_is_not_every_host(stated: str) -> None:
    with pytest.raises(Refusal) as refused:
        to_listen_on(stated)
    assert str(refused.value) == (
        "The host is empty: give an address to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them."
    )
