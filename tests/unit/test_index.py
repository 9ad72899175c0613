"""Indexes of tables: made, taken over, deleted; on the emulator, and with answers that it does not give."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import database, index, table
from astra.errors import Conflict, NotFound, Refused, Unavailable, Unreadable
from astra.http import Connection
from tests.unit.table_definitions import NVIDIA

KEYSPACE = "default_keyspace"
COLUMNS = {
    "id": "text",
    "body": "text",
    "page": "int",
    "tags": {"type": "set", "valueType": "text"},
    "authors": {"type": "list", "valueType": "int"},
    "labels": {"type": "map", "keyType": "text", "valueType": "int"},
    "embedding": {"type": "vector", "service": NVIDIA},
}
PLAIN = {"ascii": False, "caseSensitive": True, "normalize": False}


@pytest.fixture
def endpoint(emulator: Connection, commands: list[str]) -> str:
    """Address of an active database with the tables `chunks` and `others`, which are alike."""
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, database_id)
    found = emulator.target.api_endpoint(database_id, "us-east-2")
    for name in ("chunks", "others"):
        table.create(emulator, found, KEYSPACE, name, {"columns": COLUMNS, "primaryKey": "id"})
    commands.clear()
    return found


def definition(kind: str, column: Any, **options: Any) -> dict[str, Any]:
    return {"indexType": kind, "column": column, "options": options}


def create(
    emulator: Connection, endpoint: str, stated: dict[str, Any], name: str = "i", on: str = "chunks"
) -> tuple[dict[str, Any], bool]:
    """What it is, and whether it was taken over."""
    return index.create(emulator, endpoint, KEYSPACE, on, name, stated)


@pytest.mark.parametrize(
    ("stated", "command", "options"),
    [
        (definition("vector", "embedding"), "createVectorIndex", {"metric": "cosine", "sourceModel": "other"}),
        (
            definition("vector", "embedding", sourceModel="nv-qa-4"),
            "createVectorIndex",
            {"metric": "dot_product", "sourceModel": "nv-qa-4"},
        ),
        (definition("regular", "page"), "createIndex", {}),
        (definition("regular", "body"), "createIndex", PLAIN),
        (definition("regular", "body", caseSensitive=False), "createIndex", {**PLAIN, "caseSensitive": False}),
        (definition("text", "body"), "createTextIndex", {"analyzer": "standard"}),
        (definition("text", "body", analyzer="english"), "createTextIndex", {"analyzer": "english"}),
        (definition("regular", "tags", ascii=True), "createIndex", {**PLAIN, "ascii": True}),
        (definition("regular", "authors"), "createIndex", {}),
        (definition("regular", "labels"), "createIndex", {}),
        (definition("regular", {"labels": "$keys"}, ascii=True), "createIndex", {**PLAIN, "ascii": True}),
        (definition("regular", {"labels": "$values"}), "createIndex", {}),
    ],
)
def test_each_kind_has_its_command_and_is_returned_on_the_column_it_was_declared_on(
    emulator: Connection, endpoint: str, commands: list[str], stated: dict[str, Any], command: str, options: dict[str, Any]
) -> None:
    made, taken_over = create(emulator, endpoint, stated)
    assert not taken_over
    assert made == {"table": "chunks", "indexType": stated["indexType"], "column": stated["column"], "options": options}
    assert index.listed(emulator, endpoint, KEYSPACE, "chunks") == {"i": made}
    assert [name for name in commands if not name.startswith("list")] == [command]
    commands.clear()
    assert create(emulator, endpoint, stated) == (made, True)
    assert commands == ["listTables", "listIndexes"]


def test_another_definition_is_a_conflict_that_shows_both_and_changes_nothing(
    emulator: Connection, endpoint: str, commands: list[str]
) -> None:
    create(emulator, endpoint, definition("vector", "embedding"))
    commands.clear()
    with pytest.raises(Conflict) as raised:
        create(emulator, endpoint, definition("vector", "embedding", metric="euclidean"))
    assert str(raised.value) == (
        "cannot create index default_keyspace.i: an index of that name is there with another definition "
        '(options.metric: declared "euclidean", there "cosine"). '
        "Declare what is there to take it over, choose another name, or delete it yourself."
    )
    assert commands == ["listTables", "listIndexes"]


def test_an_index_of_another_table_is_found_by_its_name(emulator: Connection, endpoint: str) -> None:
    create(emulator, endpoint, definition("vector", "embedding"), on="others")
    with pytest.raises(Conflict) as raised:
        create(emulator, endpoint, definition("vector", "embedding"))
    assert str(raised.value) == (
        "cannot create index default_keyspace.i: table others has an index of that name, which is unique in a keyspace. Where "
        "that index or its table is to go, update without this one first, and then with it; otherwise choose another name, or "
        "delete that one yourself."
    )
    assert index.listed(emulator, endpoint, KEYSPACE, "chunks") == {}
    assert set(index.listed(emulator, endpoint, KEYSPACE, "others")) == {"i"}


def test_a_second_index_on_a_column_is_a_conflict_that_names_the_first(emulator: Connection, endpoint: str) -> None:
    create(emulator, endpoint, definition("vector", "embedding"), "first")
    with pytest.raises(Conflict) as raised:
        create(emulator, endpoint, definition("vector", "embedding"), "second")
    assert str(raised.value) == (
        "cannot create index default_keyspace.second: its column has an index already (first), and takes no other. Declare that "
        "one, or delete it yourself."
    )


@pytest.mark.parametrize(
    ("stated", "on", "kind", "code"),
    [
        (definition("vector", "nope"), "chunks", Refused, "UNKNOWN_INDEX_COLUMN"),
        (definition("vector", "body"), "chunks", Refused, "UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES"),
        (definition("text", "page"), "chunks", Refused, "UNSUPPORTED_TEXT_INDEX_FOR_DATA_TYPES"),
        (definition("regular", "page"), "nope", NotFound, "UNKNOWN_COLLECTION_OR_TABLE"),
    ],
)
def test_what_the_service_refuses_is_not_made(
    emulator: Connection, endpoint: str, stated: dict[str, Any], on: str, kind: type[Exception], code: str
) -> None:
    with pytest.raises(kind, match=f"^cannot create index default_keyspace.i: the Data API said {code}"):
        create(emulator, endpoint, stated, on=on)


def test_of_a_table_that_is_not_there_none_are_listed(emulator: Connection, endpoint: str, commands: list[str]) -> None:
    assert index.listed(emulator, endpoint, KEYSPACE, "nope") == {}
    assert commands == ["listTables"]


def test_deleting_and_deleting_again(emulator: Connection, endpoint: str, commands: list[str]) -> None:
    create(emulator, endpoint, definition("vector", "embedding"))
    commands.clear()
    index.delete(emulator, endpoint, KEYSPACE, "chunks", "i")
    index.delete(emulator, endpoint, KEYSPACE, "chunks", "i")
    assert commands == ["listTables", "listIndexes", "dropIndex", "listTables", "listIndexes"]
    table.delete(emulator, endpoint, KEYSPACE, "chunks")
    index.delete(emulator, endpoint, KEYSPACE, "chunks", "i")


def test_an_index_of_another_table_is_never_deleted(emulator: Connection, endpoint: str) -> None:
    create(emulator, endpoint, definition("vector", "embedding"), on="others")
    index.delete(emulator, endpoint, KEYSPACE, "chunks", "i")
    assert list(index.listed(emulator, endpoint, KEYSPACE, "others")) == ["i"]


# What the emulator never answers.


def tables() -> httpx.Response:
    columns = {"id": {"type": "text"}, "v": {"type": "vector", "dimension": 8}}
    stands = {"columns": columns, "primaryKey": {"partitionBy": ["id"], "partitionSort": {}}}
    return httpx.Response(200, json={"status": {"tables": [{"name": "t", "definition": stands}]}})


def indexes(*found: Any) -> httpx.Response:
    return httpx.Response(200, json={"status": {"indexes": list(found)}})


def entry(name: str, column: str = "v") -> dict[str, Any]:
    options = {"metric": "cosine", "sourceModel": "other"}
    return {"name": name, "definition": {"column": column, "options": options}, "indexType": "vector"}


def ok() -> httpx.Response:
    return httpx.Response(200, json={"status": {"ok": 1}})


def failure(code: str, family: str = "REQUEST") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": family, "message": "m."}]})


def made(service: Any) -> tuple[dict[str, Any], bool]:
    return index.create(service.connection, "https://x", "k", "t", "i", definition("vector", "v"))


def sequence(service: Any) -> list[str]:
    return [next(iter(json.loads(request.content))) for request in service.requests]


@pytest.mark.parametrize("broken", [httpx.Response(504), httpx.ReadTimeout("cut off")])
def test_a_creation_whose_outcome_is_open_is_sent_again_and_may_have_been_made_by_the_first(
    answering: Callable, broken: httpx.Response | Exception
) -> None:
    service = answering(tables(), indexes(), broken, failure("CANNOT_ADD_EXISTING_INDEX"), tables(), indexes(entry("i")))
    index_made, taken_over = made(service)
    assert (index_made["column"], taken_over) == ("v", False)
    assert sequence(service)[2:4] == ["createVectorIndex", "createVectorIndex"]


def test_no_creation_is_told_to_overlook_what_is_there(answering: Callable) -> None:
    service = answering(tables(), indexes(), ok(), tables(), indexes(entry("i")))
    made(service)
    assert json.loads(service.requests[2].content) == {"createVectorIndex": {"name": "i", "definition": {"column": "v"}}}


def test_a_name_that_no_table_s_index_has_may_be_a_collection_s(answering: Callable) -> None:
    existing = (failure("CANNOT_ADD_EXISTING_INDEX"), tables(), indexes(), tables(), tables(), indexes())
    service = answering(tables(), indexes(), *existing)
    with pytest.raises(Conflict) as raised:
        made(service)
    assert str(raised.value) == (
        "cannot create index k.i: the Data API said CANNOT_ADD_EXISTING_INDEX, and lists no index of that name for any table. A "
        "collection may have it: choose another name."
    )


def test_what_is_accepted_but_not_listed_does_not_count_as_made(answering: Callable) -> None:
    service = answering(tables(), indexes(), ok(), tables(), indexes())
    with pytest.raises(
        Unavailable, match=r"^cannot create index k\.i: the service accepted it but does not list it\. Run again\.$"
    ):
        made(service)


def test_a_failure_of_the_database_is_one_where_the_column_has_no_other_index(answering: Callable) -> None:
    refused = failure("INVALID_DATABASE_QUERY", "SERVER")
    service = answering(tables(), indexes(), *[refused] * 5, tables(), indexes(entry("j", "w")))
    with pytest.raises(Unavailable, match="the Data API said INVALID_DATABASE_QUERY"):
        made(service)


def test_an_index_that_the_data_api_cannot_read_is_listed_all_the_same(answering: Callable) -> None:
    foreign = {"name": "f", "definition": {"column": "UNKNOWN", "apiSupport": {}}, "indexType": "UNKNOWN"}
    service = answering(tables(), indexes(foreign))
    listed = index.listed(service.connection, "https://x", "k", "t")
    assert listed == {"f": {"table": "t", "indexType": "UNKNOWN", "column": "UNKNOWN", "options": {}}}


@pytest.mark.parametrize("status", [{}, {"indexes": None}, {"indexes": ["i"]}, {"indexes": [{"name": "i"}]}])
def test_a_listing_of_another_form_is_unreadable(answering: Callable, status: Any) -> None:
    service = answering(tables(), httpx.Response(200, json={"status": status}))
    with pytest.raises(Unreadable) as raised:
        index.listed(service.connection, "https://x", "k", "t")
    assert str(raised.value) == "cannot list the indexes of table k.t: the answer has no list of indexes."


def test_a_deletion_whose_answer_was_lost_is_sent_again_and_may_be_done(answering: Callable) -> None:
    service = answering(tables(), indexes(entry("i")), httpx.Response(504), ok())
    index.delete(service.connection, "https://x", "k", "t", "i")
    sent = [json.loads(request.content) for request in service.requests[2:]]
    assert sent == [{"dropIndex": {"name": "i", "options": {"ifExists": True}}}] * 2


@pytest.mark.parametrize("failing", [httpx.Response(401), httpx.Response(404), httpx.Response(500), httpx.ConnectError("x")])
def test_nothing_is_deleted_where_it_could_not_be_looked(answering: Callable, failing: httpx.Response | Exception) -> None:
    service = answering(tables(), failing)
    with pytest.raises(Exception, match="cannot list the indexes of table"):
        index.delete(service.connection, "https://x", "k", "t", "i")
    assert set(sequence(service)) == {"listTables", "listIndexes"}
