"""Taking over what stands, as `vectorize import` has the engine do it: by reading alone."""

import dataclasses
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from astra import collection, database, datacenter, index, keyspace, table
from astra.errors import Invalid, Refused
from emulator.world import World
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.database_region import DatabaseRegionProvider
from providers.deployment import DeploymentProvider
from providers.dynamic import AstraResourceProvider
from providers.index import IndexProvider
from providers.integration import ProviderIntegrationProvider
from providers.keyspace import KeyspaceProvider
from providers.session import Session, open_session
from providers.table import TableProvider
from providers.wire import Failure
from providers.workload import WorkloadProvider

SETTINGS = (
    '{"target": "emulator", "config": {"transport": "emulator.transport:open_store", "store": "x"}, "allowDataLoss": ["*"]}'
)
PLACE = {"cloudProvider": "AWS", "region": "us-east-2"}
COLUMNS = {"id": "text", "body": "text"}


@pytest.fixture
def standing(session: Session) -> dict[str, Any]:
    """A database that somebody made, with a further region, a collection that holds a document, and a table with an index."""
    connection = session.connection
    identity = database.create(connection, "knowledge", "AWS", "us-east-2")
    endpoint = connection.target.api_endpoint(identity, "us-east-2")
    datacenter.create(connection, identity, "AWS", "us-west-2")
    keyspace.create(connection, identity, "docs")
    collection.create(connection, endpoint, "docs", "own", {"vector": {"dimension": 8}})
    table.create(connection, endpoint, "docs", "rows", {"columns": COLUMNS, "primaryKey": "id"})
    index.create(connection, endpoint, "docs", "rows", "by_body", {"indexType": "regular", "column": "body", "options": {}})
    place = {"apiEndpoint": endpoint, "keyspace": "docs"}
    return {
        "id": identity,
        "database": (DatabaseProvider, {"address": "kb", "name": "knowledge", **PLACE}),
        "region": (
            DatabaseRegionProvider,
            {"address": "kb.us-west-2", "databaseId": identity, "cloudProvider": "AWS", "region": "us-west-2"},
        ),
        "keyspace": (KeyspaceProvider, {"address": "kb.docs", "databaseId": identity, "name": "docs"}),
        "collection": (CollectionProvider, {"address": "kb.docs.own", **place, "name": "own", "vector": {"dimension": 8}}),
        "table": (
            TableProvider,
            {"address": "kb.docs.rows", **place, "name": "rows", "definition": {"columns": COLUMNS, "primaryKey": "id"}},
        ),
        "index": (
            IndexProvider,
            {"address": "kb.docs.rows.by_body", **place, "table": "rows", "name": "by_body", "column": "body"},
        ),
        "integration": (
            ProviderIntegrationProvider,
            {"address": "kb.openai", **place, "provider": "openai", "authentication": "SHARED_SECRET", "providerKey": "nowhere"},
        ),
    }


KINDS = ["database", "region", "keyspace", "collection", "table", "index", "integration"]
# Another one than stands, and what is said of it.
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "database": ({"region": "us-west-2"}, 'region: declared "us-west-2", there "us-east-2"'),
    "region": ({"region": "eu-west-1"}, "region eu-west-1 of database"),
    "keyspace": ({"name": "other"}, "keyspace other of database"),
    "collection": ({"vector": {"dimension": 9}}, "vector.dimension: declared 9, there 8"),
    "table": ({"definition": {"columns": {**COLUMNS, "n": "int"}, "primaryKey": "id"}}, "cannot take over kb.docs.rows"),
    "index": ({"column": "id"}, 'column: declared "id", there "body"'),
}


@pytest.fixture
def adopting(session: Session, standing: dict[str, Any]) -> Callable[[type[AstraResourceProvider]], Any]:
    """Makes a provider of a run that takes over what stands."""
    run = dataclasses.replace(session, adopting={"kb": standing["id"]}, asks=False)

    def made(kind: type[AstraResourceProvider]) -> AstraResourceProvider:
        provider = kind()
        provider.session = run
        return provider

    return made


def rows(world: World) -> list[str]:
    with closing(sqlite3.connect(world.path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_is_taken_over_and_nothing_is_written(world: World, adopting: Any, standing: Any, kind: str) -> None:
    provider, inputs = standing[kind]
    before = rows(world)
    made = adopting(provider).create(inputs)
    assert rows(world) == before
    found = adopting(provider).read(made.id, made.outs)
    if kind != "integration":
        # As if it had been made here: whoever reads it meets the same.
        assert (found.id, found.inputs) == (made.id, inputs)
        assert found.outs == made.outs
    assert adopting(provider).diff(made.id, made.outs, inputs).changes is False


@pytest.mark.parametrize("kind", OTHERS)
def test_what_stands_otherwise_or_not_at_all_is_refused(world: World, adopting: Any, standing: Any, kind: str) -> None:
    provider, inputs = standing[kind]
    other, said = OTHERS[kind]
    before = rows(world)
    with pytest.raises(Failure) as refused:
        adopting(provider).create({**inputs, **other})
    assert said in str(refused.value)
    assert str(refused.value).endswith("If this is no vectorize import, run unset VECTORIZE_ADOPT.")
    assert rows(world) == before


def test_a_database_is_taken_over_only_under_the_name_that_was_said(adopting: Any, standing: Any) -> None:
    provider, inputs = standing["database"]
    with pytest.raises(
        Failure, match=r"cannot take over other: which database it is was not said\. Run vectorize import again\."
    ):
        adopting(provider).create({**inputs, "address": "other"})


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_deleted_meanwhile_whatever_is_allowed(world: World, adopting: Any, standing: Any, kind: str) -> None:
    provider, inputs = standing[kind]
    made = adopting(provider).create(inputs)
    before = rows(world)
    with pytest.raises(
        Failure, match=f"cannot delete {inputs['address']}: what stands is being taken over.*run unset VECTORIZE_ADOPT"
    ):
        adopting(provider).delete(made.id, made.outs)
    assert rows(world) == before


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "integration"])
def test_nothing_is_changed_meanwhile(adopting: Any, standing: Any, kind: str) -> None:
    provider, inputs = standing[kind]
    made = adopting(provider).create(inputs)
    with pytest.raises(Failure, match=f"cannot change {inputs['address']}: what stands is being taken over"):
        adopting(provider).update(made.id, made.outs, inputs)


def test_what_makes_nothing_may_change(adopting: Any, standing: Any) -> None:
    provider, inputs = standing["integration"]
    made = adopting(provider).create(inputs)
    assert adopting(provider).update(made.id, made.outs, {**inputs, "keyspace": "other"}).outs["keyspace"] == "other"
    stated = {"address": "workload", "databases": {}, "workload": "{}"}
    assert adopting(WorkloadProvider).update("workload", stated, stated).outs == stated
    assert DeploymentProvider.makes_nothing


def test_the_connection_refuses_to_write_whoever_asks_it(world: World, adopting: Any, standing: Any) -> None:
    connection = adopting(CollectionProvider).session.connection
    before = rows(world)
    endpoint = connection.target.api_endpoint(standing["id"], "us-east-2")
    said = "nothing is written while what stands is taken over, and nothing was sent"
    for attempt in (
        lambda: collection.create(connection, endpoint, "docs", "new", {}),
        lambda: collection.delete(connection, endpoint, "docs", "own"),
        lambda: table.delete(connection, endpoint, "docs", "rows"),
        lambda: database.create(connection, "new", "AWS", "us-east-2"),
        lambda: database.terminate(connection, standing["id"]),
        lambda: keyspace.drop(connection, standing["id"], "docs"),
    ):
        with pytest.raises(Refused, match=said):
            attempt()
    assert rows(world) == before


@pytest.mark.parametrize("stated", ["yes", "[]", '{"kb": 1}'])
def test_a_variable_that_is_not_of_an_import_is_refused(stated: str) -> None:
    with pytest.raises(Invalid, match=r"VECTORIZE_ADOPT is not what vectorize import sets for its own update: unset it\."):
        open_session(SETTINGS, "", frozenset(), stated)


def test_an_import_of_nothing_is_one_too() -> None:
    run = open_session(SETTINGS, "", frozenset(), "{}")
    assert (run.adopting, run.asks) == ({}, False)
    assert open_session(SETTINGS, "").adopting is None
