"""Names that are taken, on the emulator: by the same thing, which is taken over, or by another one."""

from typing import Any

import httpx
import pytest

from astra import collection, database, index, table
from astra.http import Connection
from astra.promotion_changes import changes
from astra.taken_names import Taken, taken

MADE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
KEYSPACE = "default_keyspace"
OWN = {"vector": {"dimension": 8}}
ROWS: dict[str, Any] = {"definition": {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"}}
BODY = {"column": "body", "indexType": "regular"}


@pytest.fixture
def endpoint(emulator: Connection) -> str:
    """Address of the Data API of a database that is there."""
    identity = database.create(emulator, *MADE.values())
    database.wait_until_active(emulator, identity)
    return emulator.target.api_endpoint(identity, "us-east-2")


def told(emulator: Connection, old: dict[str, Any], new: dict[str, Any], *, made: bool = True) -> list[Taken]:
    """What is in the way of what one keyspace would have beside what it has."""
    before, after = ({"databases": {"k": MADE}, "workload": {"k": {KEYSPACE: content}}} for content in (old, new))
    return list(taken(emulator, after, {"k"} if made else (), changes(before, after)))


@pytest.mark.usefixtures("endpoint")
def test_what_stands_nowhere_is_in_nobody_s_way(emulator: Connection) -> None:
    assert told(emulator, {}, {"collections": {"c": OWN}, "tables": {"t": ROWS}}) == []


def test_the_same_is_taken_over_and_another_is_in_the_way(emulator: Connection, endpoint: str) -> None:
    collection.create(emulator, endpoint, KEYSPACE, "same", OWN)
    collection.create(emulator, endpoint, KEYSPACE, "other", {"vector": {"dimension": 4}})
    collection.create(emulator, endpoint, KEYSPACE, "rows", {})
    table.create(emulator, endpoint, KEYSPACE, "kept", ROWS["definition"])
    table.create(emulator, endpoint, KEYSPACE, "own", ROWS["definition"])
    wider = {"definition": {**ROWS["definition"], "columns": {"id": "text"}}}
    new = {"collections": {"same": OWN, "other": OWN, "own": OWN}, "tables": {"kept": ROWS, "rows": ROWS}}
    address = f"k.{KEYSPACE}"
    assert told(emulator, {}, new) == [
        Taken(f"{address}.kept", "a table"),
        Taken(f"{address}.other", "a collection", "vector.dimension: declared 8, there 4"),
        Taken(f"{address}.own", "a table", "declared is a collection"),
        Taken(f"{address}.rows", "a collection", "declared is a table"),
        Taken(f"{address}.same", "a collection"),
    ]
    (one,) = told(emulator, {}, {"tables": {"kept": wider}})
    assert one.another == 'columns.body: declared nothing, there {"type": "text"}'
    # What is applied already is nobody else's.
    assert told(emulator, new, new) == []


def test_an_index_is_judged_as_well(emulator: Connection, endpoint: str) -> None:
    table.create(emulator, endpoint, KEYSPACE, "rows", ROWS["definition"])
    index.create(emulator, endpoint, KEYSPACE, "rows", "by_body", {"table": "rows", **BODY})
    address = f"k.{KEYSPACE}.rows.by_body"
    assert told(emulator, {"tables": {"rows": ROWS}}, {"tables": {"rows": {**ROWS, "indexes": {"by_body": BODY}}}}) == [
        Taken(address, "an index")
    ]
    text = {"tables": {"rows": {**ROWS, "indexes": {"by_body": {**BODY, "indexType": "text"}}}}}
    (one,) = told(emulator, {"tables": {"rows": ROWS}}, text)
    assert (one.address, one.by, 'indexType: declared "text", there "regular"' in one.another) == (address, "an index", True)


def test_a_database_that_the_stack_did_not_make_is_taken_over_where_it_is_empty(emulator: Connection, endpoint: str) -> None:
    new = {"collections": {"c": OWN}}
    assert told(emulator, {}, new, made=False) == [Taken("k", "a database")]
    collection.create(emulator, endpoint, KEYSPACE, "c", OWN)
    (one,) = told(emulator, {}, new, made=False)
    assert (one.address, one.by) == ("k", "a database")
    assert "it is not empty: default_keyspace.c" in one.another


def test_where_nothing_stands_yet_nothing_is_in_the_way(emulator: Connection) -> None:
    assert told(emulator, {}, {"collections": {"c": OWN}}) == []


def test_what_cannot_be_read_is_told_with_the_reason(answering: Any) -> None:
    service = answering(httpx.Response(500))
    (one,) = told(service.connection, {}, {"collections": {"c": OWN}})
    assert (one.address, bool(one.unknown), one.another) == (f"k.{KEYSPACE}.c", True, "")
