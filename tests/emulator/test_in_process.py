"""In process the emulator answers what it answers over HTTP, also to requests that httpx has its own mind about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.tokens import SELF_HOSTED_TOKEN
from emulator.transport import open_store
from tests.emulator.test_serve import first_line, serving


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A client in process, and one over HTTP, of one store."""
    store: Path = tmp_path_factory.mktemp("emulator") / "emulator.sqlite"
    with (
        serving("--port", "0", "--store", str(store)) as process,
        httpx.Client(base_url=first_line(process)[1]) as served,
        httpx.Client(base_url="http://emulator", transport=open_store(store)) as inside,
    ):
        yield inside, served


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]]]:
    """The status, and the errors of a Data API."""
    errors = answer.json()["errors"] if "application/json" in answer.headers.get("Content-Type", "") else []
    return answer.status_code, [(error.get("errorCode", ""), error["message"]) for error in errors]


GOOD: dict[str, Any] = {"Token": SELF_HOSTED_TOKEN}


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/v1/\u65e5\u672c/\u00e9", GOOD, (200, [("UNKNOWN_KEYSPACE", "There is no keyspace \u65e5\u672c.")])),
        ("/v1/%ff/c", GOOD, (200, [("UNKNOWN_KEYSPACE", "There is no keyspace \ufffd.")])),
        ("/v1/k%3Fx/c?y", GOOD, (200, [("UNKNOWN_KEYSPACE", "There is no keyspace k?x.")])),
        ("/v1", {"Token": b"\xff"}, (401, [("UNAUTHENTICATED_REQUEST", "The token is not known.")])),
        ("/v1/k/c", GOOD | {"User-Agent": b"\xff"}, (200, [("UNKNOWN_KEYSPACE", "There is no keyspace k.")])),
    ],
    ids=["text", "no text", "question mark", "token", "another header"],
)
def test_bytes_beyond_ascii_are_met_alike(
    both: tuple[httpx.Client, httpx.Client], path: str, headers: dict[str, Any], expected: tuple[int, list[tuple[str, str]]]
) -> None:
    assert [told(client.post(path, json={"find": {}}, headers=headers)) for client in both] == [expected, expected]
