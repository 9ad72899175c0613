"""Bodies that are JSON, but hold more than the Data API reads: numbers without an end, and lists in lists in lists."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Ask = Callable[[str], dict[str, Any]]
Send = Callable[..., httpx.Response]


@pytest.fixture
def ask(client: httpx.Client, database: str, send: Send) -> Ask:
    """Send a command to a collection, as it is written; returns the answer."""
    send("default_keyspace", "createCollection", name="c")
    address = f"/databases/{database}-us-east-2/api/json/v1/default_keyspace/c"
    return lambda body: client.post(address, content=body, headers={"Content-Type": "application/json"}).json()


@pytest.mark.parametrize(
    "command",
    [
        '{"insertOne": {"document": {"a": 1e400}}}',
        '{"insertOne": {"document": {"_id": -1e400}}}',
        '{"find": {"filter": {"a": {"$size": 1e400}}}}',
    ],
)
def test_a_number_beyond_all_doubles_is_refused(ask: Ask, command: str) -> None:
    (error,) = ask(command)["errors"]
    assert (error["errorCode"], error["message"]) == (
        "REQUEST_NOT_JSON",
        "The body has a number that is greater than any double.",
    )
    assert ask('{"countDocuments": {}}') == {"status": {"count": 0}}


def nested(before: str, inside: str, after: str, levels: int) -> str:
    return before * levels + inside + after * levels


@pytest.mark.parametrize(
    ("start", "before", "inside", "after", "end"),
    [
        ('{"find": {"filter": {"a": {"$gt": ', "[", "", "]", "}}}}"),
        ('{"find": {"filter": ', '{"$not": ', "{}", "}", "}}"),
        ('{"find": {"filter": ', '{"$and": [', "{}", "]}", "}}"),
        ('{"find": {"projection": ', '{"a": ', "1", "}", "}}"),
        ('{"insertOne": {"document": {"_id": ', "[", "", "]", "}}}"),
    ],
)
def test_what_is_too_deep_is_refused(ask: Ask, start: str, before: str, inside: str, after: str, end: str) -> None:
    (error,) = ask(start + nested(before, inside, after, 400) + end)["errors"]
    assert (error["errorCode"], error["message"]) == (
        "REQUEST_NOT_JSON",
        "The body has more than 100 objects and arrays in each other.",
    )
    (shallower,) = ask(start + nested(before, inside, after, 45) + end).get("errors", [{"errorCode": None}])
    assert shallower["errorCode"] != "REQUEST_NOT_JSON"
