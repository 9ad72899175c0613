"""Tables and indexes on the emulator: created, read, changed in place and deleted, and what guards data."""

from typing import Any

import pytest

from astra.errors import NotFound, Unauthorized
from providers.database import DatabaseProvider
from providers.dynamic import TAKEN_OVER
from providers.keyspace import KeyspaceProvider
from providers.session import Session
from providers.wire import Failure
from tests.providers.table_standing import EMBEDDING, KEY, KINDS, MISTRAL, Provide, Standing, definition, stand, through_engine

SAME: tuple[bool, list[str]] = (False, [])


@pytest.fixture
def database(provide: Provide) -> tuple[str, dict[str, Any]]:
    """Id and outputs of a database with the keyspace `k`."""
    inputs = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
    made = provide(DatabaseProvider).create(inputs)
    provide(KeyspaceProvider).create({"address": "knowledge.k", "databaseId": made.id, "name": "k"})
    return made.id, made.outs


@pytest.fixture
def standing(provide: Provide, session: Session, database: tuple[str, dict[str, Any]]) -> Standing:
    return stand(provide, session, database[1]["apiEndpoint"])


def columns(standing: Standing) -> dict[str, Any]:
    """The columns of the table as the service tells them."""
    (entry,) = standing.ask("", {"listTables": {"options": {"explain": True}}})["status"]["tables"]
    found: dict[str, Any] = entry["definition"]["columns"]
    return found


def indexes(standing: Standing) -> set[str]:
    return set(standing.ask("/t", {"listIndexes": {}})["status"]["indexes"])


@pytest.mark.parametrize("kind", KINDS)
def test_create_then_read_then_diff_is_empty(standing: Standing, kind: str) -> None:
    found = standing.read(kind)
    assert (found.id, through_engine(found.outs)) == (standing.ids[kind], standing.outs[kind])
    assert through_engine(found.inputs) == through_engine(standing.inputs[kind])
    assert standing.difference(kind) == SAME
    assert standing.providers[kind].check({}, through_engine(found.inputs)).failures == []


def test_an_id_says_where_a_thing_stands(standing: Standing) -> None:
    assert standing.ids["table"] == f"{standing.endpoint}/k/t"
    assert standing.ids["vector index"] == f"{standing.endpoint}/k/t_embedding"


def test_the_columns_of_a_key_keep_their_order_although_the_engine_sorts_them(standing: Standing) -> None:
    (entry,) = standing.ask("", {"listTables": {"options": {"explain": True}}})["status"]["tables"]
    assert list(entry["definition"]["primaryKey"]["partitionSort"].items()) == [("revision", -1), ("page", 1)]
    other = {**KEY, "partitionSort": {"page": 1, "revision": -1}}
    assert standing.difference("table", definition=definition(key=other)) == (True, ["definition"])


@pytest.mark.parametrize("kind", KINDS)
def test_creating_again_takes_over_what_a_killed_run_left(standing: Standing, kind: str) -> None:
    again = standing.providers[kind].create(through_engine(standing.inputs[kind]))
    assert (again.id, through_engine(again.outs)) == (standing.ids[kind], standing.outs[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_over_is_said_once_and_nothing_else_is(
    standing: Standing, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    standing.providers[kind].check({}, through_engine(standing.inputs[kind]))
    standing.read(kind)
    # Those that made what stands, among them.
    assert capsys.readouterr().out == ""
    standing.providers[kind].create(through_engine(standing.inputs[kind]))
    assert capsys.readouterr().out == f"{standing.inputs[kind]['address']}: {TAKEN_OVER}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_delete_then_read_is_gone_and_deleting_twice_is_fine(standing: Standing, kind: str) -> None:
    standing.delete(kind)
    gone = standing.read(kind)
    assert (gone.id, gone.outs) == ("", {})
    standing.delete(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_table_gone_its_indexes_are_gone(standing: Standing, kind: str) -> None:
    standing.delete("table")
    assert standing.read(kind).id == ""
    standing.delete(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_database_gone_everything_in_it_is_gone(
    standing: Standing, provide: Provide, database: tuple[str, dict[str, Any]], kind: str
) -> None:
    provide(DatabaseProvider).delete(*database)
    assert standing.read(kind).id == ""
    standing.delete(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_this_run_adopted_under_another_name_is_spared(standing: Standing, kind: str) -> None:
    standing.providers[kind].create(through_engine({**standing.inputs[kind], "address": "renamed"}))
    standing.delete(kind)
    assert standing.read(kind).id == standing.ids[kind]


def test_a_collection_of_the_table_s_name_is_left_alone(standing: Standing) -> None:
    standing.delete("table")
    standing.ask("", {"createCollection": {"name": "t"}})
    standing.delete("table")
    assert standing.read("table").id == ""
    assert standing.ask("", {"findCollections": {}})["status"]["collections"] == ["t"]


@pytest.mark.parametrize("allowed", [(), ("knowledge.k.other",)])
def test_a_table_that_holds_rows_is_not_deleted(standing: Standing, allowed: tuple[str, ...]) -> None:
    standing.insert()
    standing.allow(*allowed)
    with pytest.raises(Failure, match=r"^cannot delete knowledge\.k\.t: it holds documents \(t\), and they would be lost\. "):
        standing.delete("table")
    assert standing.read("table").id


@pytest.mark.parametrize("allowed", ["knowledge.k.t", "*"])
def test_it_is_deleted_where_that_is_allowed(standing: Standing, allowed: str) -> None:
    standing.insert()
    standing.allow(allowed)
    standing.delete("table")
    assert standing.read("table").id == ""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "table"])
def test_an_index_is_deleted_although_its_table_holds_rows(standing: Standing, kind: str) -> None:
    standing.insert()
    standing.delete(kind)
    assert standing.read(kind).id == ""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "table"])
def test_an_index_stays_where_its_table_is_to_be_replaced_and_must_not(standing: Standing, kind: str) -> None:
    """The engine deletes the indexes before it deletes the table."""
    replacing, original = definition(body="int"), standing.inputs["table"]["definition"]
    standing.insert()
    assert standing.difference("table", definition=replacing) == (True, ["definition"])
    with pytest.raises(Failure, match=r"^cannot delete knowledge\.k\.t: it holds documents \(t\), and they would be lost\. "):
        standing.delete(kind)
    assert standing.read(kind).id
    assert standing.difference("table", definition=original) == SAME
    standing.delete(kind)
    assert standing.read(kind).id == ""


def test_an_index_whose_table_somebody_deleted_is_gone_although_the_table_was_to_be_replaced(standing: Standing) -> None:
    standing.difference("table", definition=definition(body="int"))
    standing.ask("", {"dropTable": {"name": "t"}})
    standing.delete("vector index")


@pytest.mark.parametrize("allowed", ["knowledge.k.t", "*"])
def test_it_goes_where_the_table_may_go(standing: Standing, allowed: str) -> None:
    standing.insert()
    standing.difference("table", definition=definition(body="int"))
    standing.allow(allowed)
    standing.delete("vector index")
    assert standing.read("vector index").id == ""


# In place.

ADDED = definition(language="text")
WITHOUT_TAGS = definition(tags=None)
REMODELLED = definition(embedding={**EMBEDDING, "service": MISTRAL})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ADDED, {"language": {"type": "text"}}),
        (WITHOUT_TAGS, {}),
        (REMODELLED, {}),
        (definition(embedding={"type": "vector", "dimension": 1024}), {}),
    ],
)
def test_what_can_be_altered_is_changed_in_place_there_and_back(
    standing: Standing, wanted: dict[str, Any], expected: dict[str, Any]
) -> None:
    before, original = columns(standing), standing.inputs["table"]["definition"]
    assert standing.difference("table", definition=wanted) == (True, [])
    standing.update("table", definition=wanted)
    assert columns(standing).items() >= expected.items()
    assert columns(standing) != before
    assert standing.difference("table") == SAME
    assert standing.read("table").outs["explained"]["columns"] == columns(standing)
    standing.update("table", definition=original)
    assert columns(standing) == before
    assert standing.difference("table") == SAME


def test_other_words_for_the_same_change_nothing_that_stands(standing: Standing) -> None:
    before = columns(standing)
    spelled_out = definition(body="text", id={"type": "text"}, embedding={"type": "vector", "service": EMBEDDING["service"]})
    assert standing.difference("table", definition=spelled_out) == (True, [])
    standing.update("table", definition=spelled_out)
    assert columns(standing) == before
    assert standing.difference("table") == SAME


def test_a_dropped_column_takes_its_index_with_it(standing: Standing) -> None:
    standing.update("table", definition=WITHOUT_TAGS)
    assert indexes(standing) == {"t_embedding", "t_body"}
    assert standing.read("regular index").id == ""
    standing.delete("regular index")


@pytest.mark.parametrize(
    ("wanted", "doing"),
    [(WITHOUT_TAGS, "drop column tags of"), (REMODELLED, "change the model of column embedding of")],
)
def test_what_loses_or_spoils_what_rows_hold_needs_the_permission(standing: Standing, wanted: dict[str, Any], doing: str) -> None:
    standing.insert()
    before = columns(standing)
    with pytest.raises(Failure) as refused:
        standing.update("table", definition=wanted)
    assert str(refused.value).startswith(
        f"cannot {doing} knowledge.k.t: it holds documents (t), and they would be lost or spoilt. Keep it, or allow exactly this "
        "with allowDataLoss: [knowledge.k.t] in the environment file"
    )
    assert columns(standing) == before
    assert indexes(standing) == {"t_embedding", "t_tags", "t_body"}
    standing.allow("knowledge.k.t")
    standing.update("table", definition=wanted)
    assert columns(standing) != before


@pytest.mark.parametrize(
    "wanted", [ADDED, definition(embedding={**EMBEDDING, "service": {**EMBEDDING["service"], "authentication": {}}})]
)
def test_what_loses_nothing_needs_none(standing: Standing, wanted: dict[str, Any]) -> None:
    standing.insert()
    standing.update("table", definition=wanted)
    assert standing.difference("table") == SAME


def test_what_was_unknown_to_check_is_checked_before_altering(standing: Standing) -> None:
    wrong = definition(embedding={"type": "vector", "dimension": 512, "service": EMBEDDING["service"]})
    with pytest.raises(Failure, match=r"^knowledge\.k\.t: definition\.columns\.embedding\.dimension: 512 is not allowed"):
        standing.update("table", definition=wrong)


# What somebody else changed.


def test_a_column_that_somebody_added_is_drift_that_an_update_takes_out(standing: Standing) -> None:
    standing.ask("/t", {"alterTable": {"operation": {"add": {"columns": {"surprise": "int"}}}}})
    found = standing.read("table")
    assert found.inputs["definition"]["columns"]["surprise"] == {"type": "int"}
    standing.outs["table"] = through_engine(found.outs)
    assert standing.difference("table") == (True, [])
    standing.update("table")
    assert "surprise" not in columns(standing)


def test_a_service_that_somebody_took_out_is_drift_that_an_update_puts_back(standing: Standing) -> None:
    standing.ask("/t", {"alterTable": {"operation": {"dropVectorize": {"columns": ["embedding"]}}}})
    standing.outs["table"] = through_engine(standing.read("table").outs)
    assert standing.difference("table") == (True, [])
    standing.update("table")
    assert columns(standing)["embedding"]["service"] == EMBEDDING["service"]


def test_another_table_of_that_name_is_drift_that_replaces(standing: Standing) -> None:
    standing.ask("", {"dropTable": {"name": "t"}})
    standing.ask("", {"createTable": {"name": "t", "definition": {"columns": {"id": "int"}, "primaryKey": "id"}}})
    standing.outs["table"] = through_engine(standing.read("table").outs)
    assert standing.difference("table") == (True, ["definition"])


@pytest.mark.parametrize(
    ("kind", "command", "made", "replaces"),
    [
        ("vector index", "createVectorIndex", {"column": "embedding", "options": {"metric": "euclidean"}}, ["metric"]),
        ("regular index", "createIndex", {"column": "tags"}, ["options"]),
        ("regular index", "createIndex", {"column": "page"}, ["column", "options"]),
        ("text index", "createIndex", {"column": "body"}, ["indexType", "options"]),
        ("text index", "createTextIndex", {"column": "body", "options": {"analyzer": "english"}}, ["options"]),
    ],
)
def test_another_index_of_that_name_is_drift_that_replaces(
    standing: Standing, kind: str, command: str, made: dict[str, Any], replaces: list[str]
) -> None:
    name = standing.inputs[kind]["name"]
    standing.ask("", {"dropIndex": {"name": name}})
    standing.ask("/t", {command: {"name": name, "definition": made}})
    found = standing.read(kind)
    assert found.inputs != standing.inputs[kind]
    standing.outs[kind] = through_engine(found.outs)
    assert standing.difference(kind) == (True, replaces)


def test_an_index_of_another_table_is_none_of_this_one_s(standing: Standing, provide: Provide) -> None:
    standing.ask("", {"createTable": {"name": "u", "definition": {"columns": {"id": "text", "n": "int"}, "primaryKey": "id"}}})
    standing.ask("", {"dropIndex": {"name": "t_tags"}})
    standing.ask("/u", {"createIndex": {"name": "t_tags", "definition": {"column": "n"}}})
    assert standing.read("regular index").id == ""
    standing.delete("regular index")
    assert standing.ask("/u", {"listIndexes": {}})["status"]["indexes"] == ["t_tags"]
    with pytest.raises(
        Failure, match=r"^cannot create index k\.t_tags: table u has an index of that name, which is unique in a keyspace\. "
    ):
        standing.make(provide, "regular index", standing.inputs["regular index"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_keyspace_that_only_the_data_api_does_not_know_proves_nothing(standing: Standing, kind: str) -> None:
    """As with the token of another database: to it every keyspace is unknown."""
    meant = standing.providers[kind]._meant(NotFound("it is unknown", code="UNKNOWN_KEYSPACE"), standing.outs[kind])
    assert isinstance(meant, Unauthorized)
    assert "does not know its keyspace k, which the DevOps API lists" in str(meant)
