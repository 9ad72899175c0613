"""A vector that is zero has no direction: the cosine metric can neither keep it nor search for it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Send = Callable[..., httpx.Response]

ZERO = [1e-6, 0]
REFUSED = ["INVALID_DATABASE_QUERY"]


def codes(answer: httpx.Response) -> list[str]:
    body: dict[str, Any] = answer.json()
    return [error["errorCode"] for error in body.get("errors", [])]


@pytest.mark.parametrize(("metric", "expected"), [("cosine", REFUSED), ("dot_product", []), ("euclidean", [])])
def test_in_a_collection(send: Send, metric: str, expected: list[str]) -> None:
    send("default_keyspace", "createCollection", name="c", options={"vector": {"dimension": 2, "metric": metric}})
    assert codes(send("default_keyspace/c", "insertOne", document={"$vector": ZERO})) == expected
    assert codes(send("default_keyspace/c", "find", sort={"$vector": ZERO})) == expected
    assert codes(send("default_keyspace/c", "insertOne", document={"$vector": [2e-6, 0]})) == []


@pytest.mark.parametrize(("metric", "expected"), [("cosine", REFUSED), ("dot_product", []), ("euclidean", [])])
def test_in_a_table_whose_column_has_an_index(send: Send, metric: str, expected: list[str]) -> None:
    columns = {"id": "int", "v": {"type": "vector", "dimension": 2}}
    send("default_keyspace", "createTable", name="t", definition={"columns": columns, "primaryKey": "id"})
    assert codes(send("default_keyspace/t", "insertOne", document={"id": 1, "v": ZERO})) == [], "there is no index yet"
    index = {"column": "v", "options": {"metric": metric}}
    assert codes(send("default_keyspace/t", "createVectorIndex", name="t_v", definition=index)) == []
    assert codes(send("default_keyspace/t", "insertOne", document={"id": 2, "v": ZERO})) == expected
    assert codes(send("default_keyspace/t", "find", sort={"v": ZERO})) == expected
    assert codes(send("default_keyspace/t", "insertOne", document={"id": 3, "v": None})) == []
