"""Changing a table in place: on the emulator, and with answers that it does not give."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from astra import database, index, table
from astra.errors import Conflict, DataLoss, NotFound, Refused, Unavailable
from astra.http import Connection
from astra.table_alteration import alter
from astra.table_normalisation import differences
from emulator.world import World
from tests.unit.table_definitions import MISTRAL, NVIDIA, definitions

KEYSPACE = "default_keyspace"
VECTOR = {"type": "vector", "dimension": 1024, "service": NVIDIA}
COLUMNS: dict[str, Any] = {"id": "text", "tags": {"type": "set", "valueType": "text"}, "embedding": VECTOR}
CHUNKS = {"columns": COLUMNS, "primaryKey": "id"}
UNTAGGED: dict[str, Any] = {**CHUNKS, "columns": {"id": "text", "embedding": VECTOR}}
REMODELLED = {**CHUNKS, "columns": {**COLUMNS, "embedding": {**VECTOR, "service": MISTRAL}}}


@pytest.fixture
def endpoint(emulator: Connection, commands: list[str]) -> str:
    """Address of an active database with the table `chunks`, whose tags and embedding have an index each."""
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, database_id)
    found = emulator.target.api_endpoint(database_id, "us-east-2")
    table.create(emulator, found, KEYSPACE, "chunks", CHUNKS)
    for name, kind, column in (("chunks_tags", "regular", "tags"), ("chunks_embedding", "vector", "embedding")):
        index.create(emulator, found, KEYSPACE, "chunks", name, {"indexType": kind, "column": column, "options": {}})
    commands.clear()
    return found


def changed(emulator: Connection, endpoint: str, definition: dict[str, Any], *guard: Callable[[str], None]) -> dict[str, Any]:
    return alter(emulator, endpoint, KEYSPACE, "chunks", definition, *guard)


def test_what_is_wanted_already_is_left_alone(emulator: Connection, endpoint: str, commands: list[str]) -> None:
    stands = changed(emulator, endpoint, {**CHUNKS, "columns": dict(reversed(COLUMNS.items()))})
    assert stands == table.listed(emulator, endpoint, KEYSPACE)["chunks"]
    assert commands == ["listTables", "listTables"]


def test_the_indexes_of_a_column_go_before_it_and_no_others(emulator: Connection, endpoint: str, commands: list[str]) -> None:
    assert "tags" not in changed(emulator, endpoint, UNTAGGED)["columns"]
    assert list(index.listed(emulator, endpoint, KEYSPACE, "chunks")) == ["chunks_embedding"]
    assert [name for name in commands if not name.startswith("list")] == ["dropIndex", "alterTable"]


def test_a_service_is_replaced_in_place(emulator: Connection, endpoint: str) -> None:
    assert changed(emulator, endpoint, REMODELLED)["columns"]["embedding"]["service"] == MISTRAL


_names = (f"t{number}" for number in count())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(definitions(), definitions())
def test_whatever_stands_becomes_what_is_wanted(
    emulator: Connection, endpoint: str, standing: dict[str, Any], wanted: dict[str, Any]
) -> None:
    name = next(_names)
    table.create(emulator, endpoint, KEYSPACE, name, standing)
    assert differences(wanted, alter(emulator, endpoint, KEYSPACE, name, wanted)) == ()
    assert differences(wanted, table.listed(emulator, endpoint, KEYSPACE)[name]) == ()
    table.delete(emulator, endpoint, KEYSPACE, name)


@pytest.mark.parametrize(
    ("wanted", "doing"),
    [
        (UNTAGGED, ["drop column tags of"]),
        (REMODELLED, ["change the model of column embedding of"]),
        (
            {**REMODELLED, "columns": {"id": "text", "embedding": {**VECTOR, "service": MISTRAL}}},
            ["drop column tags of", "change"],
        ),
        ({**CHUNKS, "columns": {**COLUMNS, "page": "int"}}, []),
        ({**CHUNKS, "columns": {**COLUMNS, "embedding": {"type": "vector", "dimension": 1024}}}, []),
    ],
)
def test_a_guard_is_asked_for_whatever_loses_or_spoils_something(
    emulator: Connection, endpoint: str, wanted: dict[str, Any], doing: list[str]
) -> None:
    asked: list[str] = []
    changed(emulator, endpoint, wanted, asked.append)
    assert len(asked) == len(doing)
    assert all(one.startswith(expected) for one, expected in zip(asked, doing, strict=True))


def test_what_a_guard_refuses_leaves_everything_as_it_was(emulator: Connection, endpoint: str, commands: list[str]) -> None:
    def refuse(doing: str) -> None:
        if doing.startswith("change"):
            raise DataLoss(doing)

    wanted = {**CHUNKS, "columns": {"id": "text", "page": "int", "embedding": {**VECTOR, "service": MISTRAL}}}
    with pytest.raises(DataLoss, match=r"^change the model of column embedding of$"):
        changed(emulator, endpoint, wanted, refuse)
    assert commands == ["listTables"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({**CHUNKS, "columns": {**COLUMNS, "tags": "text"}}, 'columns.tags.type: declared "text", there "set"'),
        ({**CHUNKS, "primaryKey": {"partitionBy": ["id"], "partitionSort": {"tags": 1}}}, "primaryKey: declared "),
    ],
)
def test_what_cannot_be_altered_is_left_alone(
    emulator: Connection, endpoint: str, commands: list[str], wanted: dict[str, Any], said: str
) -> None:
    with pytest.raises(Conflict) as raised:
        changed(emulator, endpoint, wanted)
    assert str(raised.value).startswith("cannot alter table default_keyspace.chunks in place: ")
    assert said in str(raised.value)
    assert str(raised.value).endswith(". Refresh, and run again: that replaces it.")
    assert commands == ["listTables"]


def test_a_table_that_is_gone_is_not_made_by_an_alteration(emulator: Connection, endpoint: str) -> None:
    table.delete(emulator, endpoint, KEYSPACE, "chunks")
    with pytest.raises(
        NotFound, match=r"^cannot alter table default_keyspace\.chunks: no table of that name is listed\. Refresh"
    ):
        changed(emulator, endpoint, UNTAGGED)


def test_what_the_service_refuses_is_told_with_its_reason(emulator: Connection, endpoint: str, world: World) -> None:
    world.set_model_status("mistral", "mistral-embed", "DEPRECATED")
    with pytest.raises(Refused, match=r"^cannot alter table default_keyspace\.chunks: the Data API said DEPRECATED_AI_MODEL"):
        changed(emulator, endpoint, REMODELLED)


def test_a_column_does_not_come_back_with_another_type(emulator: Connection, endpoint: str) -> None:
    changed(emulator, endpoint, UNTAGGED)
    with pytest.raises(Unavailable) as raised:
        changed(emulator, endpoint, {**UNTAGGED, "columns": {**UNTAGGED["columns"], "tags": "int"}})
    assert str(raised.value).startswith("cannot alter table default_keyspace.chunks: the Data API said UNEXPECTED_DRIVER_ERROR: ")
    assert str(raised.value).endswith(
        "Where a column is added, the table may have had one of that name and another type: Cassandra never takes it back, so "
        "choose another name or another table."
    )


# What the emulator never answers.

TEXT = {"type": "text"}


def answer(**columns: Any) -> httpx.Response:
    definition = {"columns": {"id": TEXT, **columns}, "primaryKey": {"partitionBy": ["id"], "partitionSort": {}}}
    return httpx.Response(200, json={"status": {"tables": [{"name": "t", "definition": definition}]}})


def indexes() -> httpx.Response:
    return httpx.Response(200, json={"status": {"indexes": []}})


def failure(code: str, family: str = "REQUEST") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": family, "message": "m."}]})


def altered(service: Any, **columns: Any) -> dict[str, Any]:
    return alter(service.connection, "https://x", "k", "t", {"columns": {"id": "text", **columns}, "primaryKey": "id"})


def operations(service: Any) -> list[Any]:
    bodies = [json.loads(request.content) for request in service.requests]
    return [body["alterTable"]["operation"] for body in bodies if "alterTable" in body]


def test_an_addition_whose_answer_was_lost_is_sent_again_and_may_be_done(answering: Callable) -> None:
    service = answering(answer(), httpx.ReadTimeout("x"), failure("CANNOT_ADD_EXISTING_COLUMNS"), answer(a=TEXT))
    assert altered(service, a="text")["columns"] == {"id": TEXT, "a": TEXT}
    assert operations(service) == [{"add": {"columns": {"a": "text"}}}] * 2


def test_so_is_a_drop(answering: Callable) -> None:
    lost = (httpx.Response(503), failure("CANNOT_DROP_UNKNOWN_COLUMNS"))
    service = answering(answer(a=TEXT), answer(a=TEXT), indexes(), *lost, answer())
    assert altered(service)["columns"] == {"id": TEXT}
    assert operations(service) == [{"drop": {"columns": ["a"]}}] * 2


def test_a_run_that_was_cut_off_is_finished_by_what_is_left_to_do(answering: Callable) -> None:
    service = answering(answer(a=TEXT), httpx.Response(200, json={"status": {"ok": 1}}), answer(a=TEXT, b=TEXT))
    altered(service, a="text", b="text")
    assert operations(service) == [{"add": {"columns": {"b": "text"}}}]


def test_what_was_accepted_and_is_not_there_does_not_count_as_done(answering: Callable) -> None:
    service = answering(answer(), failure("CANNOT_ADD_EXISTING_COLUMNS"), answer(a={"type": "int"}))
    with pytest.raises(Conflict) as raised:
        altered(service, a="text")
    assert str(raised.value) == (
        "cannot alter table k.t: the service accepted it, and what is there still differs "
        '(columns.a.type: declared "text", there "int"). Run again.'
    )


def test_where_a_provider_was_taken_out_of_the_service_that_is_said(answering: Callable) -> None:
    service = answering(answer(), failure("EMBEDDING_PROVIDER_UNAVAILABLE", "SERVER"))
    with pytest.raises(Refused, match=r"no longer offers the model of one of the table's columns: such a table can be deleted"):
        altered(service, a="text")
