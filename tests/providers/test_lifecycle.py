"""create, read, update and delete on the emulator: the laws of every resource, and what guards data."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.world import World
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.dynamic import TAKEN_OVER, AstraResourceProvider
from providers.keyspace import KeyspaceProvider
from providers.session import Session
from providers.wire import Failure

ROOT = Path(__file__).resolve().parents[2]
Provide = Callable[[type[AstraResourceProvider]], Any]
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
NAMES = ("database", "keyspace", "collection")


@dataclasses.dataclass
class Standing:
    """One database with one keyspace with one collection, as the providers made them."""

    providers: dict[str, Any]
    ids: dict[str, str]
    outs: dict[str, dict[str, Any]]
    inputs: dict[str, dict[str, Any]]

    def delete(self, kind: str) -> None:
        self.providers[kind].delete(self.ids[kind], self.outs[kind])

    def read(self, kind: str) -> Any:
        return self.providers[kind].read(self.ids[kind], {**self.outs[kind], "__provider": "gASV"})


def forget(session: Session) -> None:
    """What another process would know of who has what: nothing."""
    session.claims._owners.clear()
    session.claims._made.clear()


@pytest.fixture
def standing(provide: Provide, session: Session) -> Standing:
    """Made by another process: nothing is claimed by this one."""
    made = Standing({}, {}, {}, {})

    def create(name: str, kind: type[AstraResourceProvider], inputs: dict[str, Any]) -> dict[str, Any]:
        made.providers[name] = provide(kind)
        result = made.providers[name].create({**inputs, "__provider": "gASV"})
        made.ids[name], made.outs[name], made.inputs[name] = result.id, result.outs, inputs
        outs: dict[str, Any] = result.outs
        return outs

    inputs = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
    endpoint = create("database", DatabaseProvider, inputs)["apiEndpoint"]
    create("keyspace", KeyspaceProvider, {"address": "knowledge.k", "databaseId": made.ids["database"], "name": "k"})
    vector = {"dimension": 1024.0, "service": NVIDIA}
    place = {"apiEndpoint": endpoint, "keyspace": "k", "name": "c"}
    create("collection", CollectionProvider, {"address": "knowledge.k.c", **place, "vector": vector})
    forget(session)
    return made


def insert(session: Session, standing: Standing) -> None:
    """Puts a document into the collection."""
    url = f"{standing.outs['database']['apiEndpoint']}/api/json/v1/k/c"
    answer = session.connection.client.post(url, json={"insertOne": {"document": {"a": 1}}}).json()
    assert "errors" not in answer


@pytest.mark.parametrize("kind", NAMES)
def test_create_then_read_then_diff_is_empty(standing: Standing, kind: str) -> None:
    found = standing.read(kind)
    assert found.id == standing.ids[kind]
    assert found.outs == standing.outs[kind]
    difference = standing.providers[kind].diff(found.id, found.outs, standing.inputs[kind])
    assert (difference.changes, difference.replaces) == (False, [])


@pytest.mark.parametrize("kind", NAMES)
def test_what_was_read_as_inputs_is_valid_and_means_no_change(standing: Standing, kind: str) -> None:
    found = standing.read(kind)
    provider = standing.providers[kind]
    assert provider.check({}, found.inputs).failures == []
    assert provider.diff(found.id, found.outs, found.inputs).changes is False


@pytest.mark.parametrize("kind", NAMES)
def test_delete_then_read_is_gone(standing: Standing, kind: str) -> None:
    standing.delete(kind)
    gone = standing.read(kind)
    assert (gone.id, gone.outs) == ("", {})


@pytest.mark.parametrize("kind", NAMES)
def test_deleting_twice_is_fine(standing: Standing, kind: str) -> None:
    standing.delete(kind)
    standing.delete(kind)


@pytest.mark.parametrize("kind", NAMES)
def test_with_the_database_gone_everything_in_it_is_gone(standing: Standing, kind: str) -> None:
    standing.delete("database")
    assert standing.read(kind).id == ""
    standing.delete(kind)


@pytest.mark.parametrize("kind", NAMES)
def test_creating_again_takes_over_what_a_killed_run_left(standing: Standing, kind: str) -> None:
    if kind == "database":
        standing.delete("collection")
    again = standing.providers[kind].create(standing.inputs[kind])
    assert (again.id, again.outs) == (standing.ids[kind], standing.outs[kind])


def test_a_collection_that_is_taken_over_is_said_once_and_nothing_else_is(
    standing: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    provider, inputs = standing.providers["collection"], standing.inputs["collection"]
    provider.check({}, inputs)
    standing.read("collection")
    # Those that made what stands, among them.
    assert capsys.readouterr().out == ""
    provider.create(inputs)
    assert capsys.readouterr().out == (
        "knowledge.k.c: stood already as declared, and was taken over. Where another stack declares it, too, see "
        "docs/backends.md.\n"
    )


def test_an_empty_database_that_is_taken_over_is_said(
    provide: Callable[..., Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
    made = provide(DatabaseProvider).create(inputs)
    assert capsys.readouterr().out == ""
    assert provide(DatabaseProvider).create(inputs).id == made.id
    assert len(world.databases()) == 1
    assert capsys.readouterr().out == f"knowledge: {TAKEN_OVER}\n"


def test_a_database_that_holds_something_is_not_taken_over(standing: Standing) -> None:
    with pytest.raises(Failure) as refused:
        standing.providers["database"].create(standing.inputs["database"])
    assert str(refused.value) == (
        "cannot create database knowledge-dev: there is one of that name in AWS us-east-2 already "
        f"({standing.ids['database']}), and it is not empty: k.c. Give the new one another name, or terminate the old one "
        "yourself."
    )


def test_a_region_that_does_not_exist_is_refused_before_anything_is_made(provide: Provide, world: World) -> None:
    inputs = {"address": "knowledge", "name": "k", "cloudProvider": "AWS", "region": "us-east-22"}
    with pytest.raises(
        Failure, match=r"^cannot create database k: this organisation has no region us-east-22 of AWS; did you mean "
    ):
        provide(DatabaseProvider).create(inputs)
    assert world.databases() == []


def test_what_was_unknown_to_check_is_checked_before_creating(standing: Standing, world: World) -> None:
    inputs = {**standing.inputs["collection"], "name": "d", "vector": {"dimension": 7, "service": NVIDIA}}
    with pytest.raises(Failure) as refused:
        standing.providers["collection"].create(inputs)
    assert str(refused.value) == "knowledge.k.c: vector.dimension: 7 is not allowed; allowed: 1024 alone"
    assert list(world.collections(standing.ids["database"], "k")) == ["c"]


def test_whole_floats_of_the_engine_are_integers_to_the_service(standing: Standing) -> None:
    assert repr(standing.outs["collection"]["options"]["vector"]["dimension"]) == "1024"
    assert repr(standing.outs["collection"]["vector"]["dimension"]) == "1024"


def later(session: Session) -> None:
    """Lets what was read before grow too old to be shared: a refresh reads each listing once."""
    with session.connection.reads.changing():
        pass


def test_what_somebody_changed_is_read_as_it_stands(standing: Standing, session: Session) -> None:
    collection = standing.outs["collection"]
    url = f"{collection['apiEndpoint']}/api/json/v1/k"
    for command in (
        {"deleteCollection": {"name": "c"}},
        {"createCollection": {"name": "c", "options": {"vector": {"dimension": 8}}}},
    ):
        session.connection.client.post(url, json=command)
    later(session)
    found = standing.read("collection")
    assert found.inputs["vector"] == {"dimension": 8}
    assert found.outs["options"]["vector"] == {"dimension": 8, "metric": "cosine", "sourceModel": "other"}
    again = standing.providers["collection"].diff("id", found.outs, standing.inputs["collection"])
    assert again.replaces == ["vector"]


@pytest.mark.parametrize(("kind", "lost"), [("collection", "c"), ("keyspace", "k.c"), ("database", "k.c")])
def test_what_holds_documents_is_not_deleted(standing: Standing, session: Session, world: World, kind: str, lost: str) -> None:
    insert(session, standing)
    address = standing.inputs[kind]["address"]
    with pytest.raises(Failure) as refused:
        standing.delete(kind)
    assert str(refused.value) == (
        f"cannot delete {address}: it holds documents ({lost}), and they would be lost. Keep it, or allow exactly this with "
        f"allowDataLoss: [{address}] in the environment file, run again (destroy with --run-program, to see it), and take "
        "that out afterwards."
    )
    assert list(world.collections(standing.ids["database"], "k")) == ["c"]


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("allowed", ["its address", "*"])
def test_it_is_deleted_where_that_is_allowed(standing: Standing, session: Session, kind: str, allowed: str) -> None:
    insert(session, standing)
    address = standing.inputs[kind]["address"]
    permitted = frozenset([address if allowed == "its address" else "*"])
    standing.providers[kind].session = dataclasses.replace(session, allow_data_loss=permitted)
    standing.delete(kind)
    assert standing.read(kind).id == ""


def test_a_permission_for_something_else_is_none(standing: Standing, session: Session) -> None:
    insert(session, standing)
    permitted = frozenset(["knowledge", "knowledge.k", "c", "knowledge.k.other"])
    standing.providers["collection"].session = dataclasses.replace(session, allow_data_loss=permitted)
    with pytest.raises(Failure, match=r"^cannot delete knowledge.k.c: it holds documents"):
        standing.delete("collection")


@pytest.mark.parametrize("kind", ["keyspace", "database"])
def test_what_could_not_be_looked_into_is_not_deleted(standing: Standing, world: World, kind: str) -> None:
    # One collection that reranks where the database no longer does, and the service lists none of them (recorded).
    world.set("rerank", False)
    with pytest.raises(Failure, match=r"whether it holds documents cannot be found out.*RERANKING_FEATURE_NOT_ENABLED"):
        standing.delete(kind)
    assert list(world.collections(standing.ids["database"], "k")) == ["c"]


@pytest.mark.parametrize("kind", NAMES)
def test_what_this_run_made_or_adopted_under_another_name_is_spared(standing: Standing, kind: str, world: World) -> None:
    if kind == "database":
        standing.delete("collection")
    renamed = {**standing.inputs[kind], "address": "renamed"}
    standing.providers[kind].create(renamed)
    standing.delete(kind)
    assert standing.read(kind).id == standing.ids[kind]
    assert [one["status"] for one in world.databases()] == ["ACTIVE"]


def test_a_table_of_the_collection_s_name_is_left_alone(standing: Standing, world: World) -> None:
    standing.delete("collection")
    world.add_table(standing.ids["database"], "k", "c")
    standing.delete("collection")
    with pytest.raises(Failure, match="EXISTING_TABLE_NOT_DATA_API_COLLECTION"):
        standing.providers["collection"].create(standing.inputs["collection"])


def test_of_a_database_of_somebody_else_s_that_is_gone_is_said_what_to_do(standing: Standing, world: World) -> None:
    identity = standing.ids["database"]
    world.set_status(identity, "TERMINATED")
    with pytest.raises(Failure) as refused:
        standing.providers["database"].read(identity, {"address": "knowledge"})
    assert str(refused.value) == (
        f"database {identity} is TERMINATED. What is gone never comes back: take it out of the environment file, or name another."
    )


def test_of_another_organisation_nothing_counts_as_gone(standing: Standing, world: World) -> None:
    found = {**standing.outs["database"], "organizationId": "theirs"}
    unknown = "00000000-0000-4000-8000-000000000000"
    organisation = world.get("organization")
    for verb in ("read", "delete"):
        with pytest.raises(Failure, match=f"it belongs to organisation theirs, the token to {organisation}"):
            getattr(standing.providers["database"], verb)(unknown, found)


@pytest.fixture
def of_another_default(world: World) -> None:
    """A service whose own default dimension of a model is not the catalogue's."""
    entry = json.loads((ROOT / "emulator" / "data_api" / "providers.json").read_text(encoding="utf-8"))["embeddingProviders"][
        "openai"
    ]
    for model in entry["models"]:
        for parameter in model["parameters"]:
            if parameter["name"] == "vectorDimension":
                parameter["defaultValue"] = "1024"
    world.set_provider("openai", entry)


@pytest.mark.usefixtures("of_another_default")
def test_a_left_out_dimension_is_what_this_very_database_chose(standing: Standing, session: Session) -> None:
    provider = standing.providers["collection"]
    vector = {"service": {"provider": "openai", "modelName": "text-embedding-3-small"}}
    inputs = {**standing.inputs["collection"], "address": "k.small", "name": "small", "vector": vector}
    made = provider.create(inputs)
    assert made.outs["options"]["vector"]["dimension"] == 1024
    assert not provider.diff(made.id, made.outs, inputs).changes
    later(session)
    found = provider.read(made.id, made.outs)
    assert found.inputs["vector"] == vector
    assert not provider.diff(made.id, found.outs, inputs).changes
    spelled_out = {**inputs, "vector": {**vector, "dimension": 1536}}
    assert provider.diff(made.id, made.outs, spelled_out).replaces == ["vector"]


@pytest.mark.usefixtures("of_another_default")
def test_a_killed_run_s_collection_of_a_left_out_dimension_is_taken_over(standing: Standing) -> None:
    provider = standing.providers["collection"]
    vector = {"service": {"provider": "openai", "modelName": "text-embedding-3-small"}}
    inputs = {**standing.inputs["collection"], "address": "k.small", "name": "small", "vector": vector}
    assert provider.create(inputs).outs == provider.create(inputs).outs


@pytest.mark.parametrize("first", ["id", "apiEndpoint"])
def test_a_keyspace_that_gets_another_address_and_its_database_another_name_is_taken_over_and_not_deleted(
    standing: Standing, provide: Provide, session: Session, world: World, first: str
) -> None:
    """The engine creates under the new address first, and then deletes the old one."""
    names = {"id": standing.ids["database"], "apiEndpoint": standing.outs["database"]["apiEndpoint"]}
    second = next(one for one in names if one != first)
    keyspace = provide(KeyspaceProvider)
    before = keyspace.create({"address": "old.k", "databaseId": names[first], "name": "k"})
    forget(session)
    keyspace.create({"address": "new.k", "databaseId": names[second], "name": "k"})
    keyspace.delete(before.id, before.outs)
    assert world.databases()[0]["keyspaces"] == ["default_keyspace", "k"]
    with pytest.raises(Failure, match=r"new\.k has it already"):
        keyspace.create({"address": "third.k", "databaseId": names[first], "name": "k"})


def test_what_is_reached_by_the_address_of_another_region_is_the_same(
    standing: Standing, provide: Provide, session: Session, world: World
) -> None:
    """One that has it by another name and by another address is not deleted, although it is empty."""
    collection, inputs = provide(CollectionProvider), standing.inputs["collection"]
    forget(session)
    collection.create({**inputs, "address": "new.k.c"})
    west = inputs["apiEndpoint"].replace("us-east-2", "us-west-2")
    identity = standing.ids["collection"].replace("us-east-2", "us-west-2")
    collection.delete(identity, {**standing.outs["collection"], "apiEndpoint": west})
    assert list(world.collections(standing.ids["database"], "k")) == ["c"]
