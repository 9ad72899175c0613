"""Whatever is sent, what comes back is an answer of the API: never a crash, and never half of a change."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.data_api.commands import COLLECTION, IMPLEMENTED, KEYSPACE
from emulator.data_api.errors import _codes
from emulator.transport import EmulatorTransport
from emulator.world import World

WORDS = (
    *("_id", "$vector", "$vectorize", "$lexical", "$binary", "$date", "$uuid", "*", "id", "v", "n", "a", "a.b", "tags", ""),
    *("$and", "$or", "$not", "$eq", "$ne", "$in", "$nin", "$gt", "$lte", "$exists", "$all", "$size", "$slice"),
)
FIELDS = (
    *("filter", "projection", "sort", "options", "document", "documents", "name", "definition", "operation"),
    *("limit", "skip", "pageState", "includeSimilarity", "includeSortVector", "ordered", "explain", "column", "columns"),
    *("vector", "dimension", "metric", "service", "provider", "indexing", "deny", "lexical", "rerank", "primaryKey", "add"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(),
    st.sampled_from((10**400, 1e39, 2**63)),
    st.text(max_size=3),
    st.sampled_from(("\ud800", "cosine", "text", "nvidia", *WORDS)),
)
NAMES = st.sampled_from((*WORDS, *FIELDS))
VALUES = st.recursive(
    SCALARS, lambda inside: st.one_of(st.lists(inside, max_size=3), st.dictionaries(NAMES, inside, max_size=3)), max_leaves=8
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    store: Path = tmp_path_factory.mktemp("whatever") / "emulator.sqlite"
    with httpx.Client(transport=EmulatorTransport(World(store)), base_url="http://emulator/v1") as opened:
        opened.post("", json={"createKeyspace": {"name": "k"}})
        yield opened


def restore(client: httpx.Client) -> None:
    """A collection and a table with something in them, whatever was deleted."""
    vector = {"dimension": 2}
    columns = {"id": "text", "n": "int", "v": {"type": "vector", **vector}}
    client.post("/k", json={"createCollection": {"name": "c", "options": {"vector": vector}}})
    client.post("/k", json={"createTable": {"name": "t", "definition": {"columns": columns, "primaryKey": "id"}}})
    client.post("/k/t", json={"createVectorIndex": {"name": "t_v", "definition": {"column": "v"}}})
    client.post("/k/c", json={"insertOne": {"document": {"_id": 1, "a": {"b": [1, "x"]}, "$vector": [1, 0]}}})
    client.post("/k/t", json={"insertOne": {"document": {"id": "1", "n": 1, "v": [1, 0]}}})


@settings(deadline=None, max_examples=120)
@given(place=st.sampled_from(("", "/k", "/k/c", "/k/t")), data=st.data())
def test_every_request_has_an_answer_of_the_api(client: httpx.Client, place: str, data: st.DataObject) -> None:
    restore(client)
    names = KEYSPACE if place == "/k" else COLLECTION
    command = data.draw(st.sampled_from([name for name in names if name in IMPLEMENTED]))
    body: Any = data.draw(st.one_of(BODIES, VALUES))
    answer = client.post(place, content=json.dumps({command: body}), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 501), answer.text
    assert all(error["errorCode"] in _codes() for error in answer.json().get("errors", []))


@pytest.mark.parametrize(
    "body", ["[" * 100_000, "\xff", r'{"findOne": {"filter": {"_id": "\ud800"}}}', '{"findOne": {"filter": {"a": NaN}}}']
)
def test_what_cannot_be_read_is_no_json(client: httpx.Client, body: str) -> None:
    answer = client.post("/k/c", content=body.encode("latin-1"), headers={"Content-Type": "application/json"})
    assert [error["errorCode"] for error in answer.json()["errors"]] == ["REQUEST_NOT_JSON"]
