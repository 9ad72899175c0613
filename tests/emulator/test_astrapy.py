"""astrapy, DataStax's own client, which knows nothing of the emulator, over `emulator serve`."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import astrapy
import pytest
from astrapy import constants, info
from astrapy.api_options import APIOptions, DevOpsAPIURLOptions
from astrapy.exceptions import CollectionInsertManyException, DataAPIHttpException, DataAPIResponseException, DevOpsAPIException

from emulator.tokens import DEFAULT_TOKEN, SELF_HOSTED_TOKEN
from emulator.world import World

START = "from emulator.command_line import emulator; emulator()"
NVIDIA = info.VectorServiceOptions(provider="nvidia", model_name="NV-Embed-QA")
OPENAI = info.VectorServiceOptions(provider="openai", model_name="text-embedding-3-small")


@dataclass
class Served:
    """A world, and the address under which `emulator serve` shows it."""

    world: World
    address: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    store = tmp_path_factory.mktemp("served") / "emulator.sqlite"
    world = World(store)
    for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
        world.set(name, 0)
    world.set("max_collections", 50)
    world.set("max_indexes", 1000)
    command = [sys.executable, "-c", START, "serve", "--port", "0", "--store", str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r" at (\S+) \(", line)
        assert found, line
        yield Served(world, found[1])
        process.kill()
    world.close()


@pytest.fixture(scope="module")
def admin(served: Served) -> astrapy.AstraDBAdmin:
    """Astrapy's administration of an Astra organisation: the DevOps API's address is all that has to be told."""
    options = APIOptions(dev_ops_api_url_options=DevOpsAPIURLOptions(dev_ops_url=served.address))
    return astrapy.DataAPIClient(token=DEFAULT_TOKEN, api_options=options).get_admin()


@pytest.fixture(scope="module")
def database(served: Served, admin: astrapy.AstraDBAdmin) -> astrapy.Database:
    """A database by its address, which astrapy takes for one of a custom domain."""
    made = admin.create_database("kb", cloud_provider="AWS", region="us-east-2", wait_until_active=False)
    address = f"{served.address}/databases/{made.id}-us-east-2"
    return astrapy.DataAPIClient(token=DEFAULT_TOKEN).get_database(address, keyspace="default_keyspace")


@pytest.fixture(scope="module")
def self_hosted(served: Served) -> astrapy.Database:
    client = astrapy.DataAPIClient(environment=constants.Environment.OTHER, token=SELF_HOSTED_TOKEN)
    opened = client.get_database(served.address, keyspace="own")
    assert isinstance(opened.get_database_admin(), astrapy.DataAPIDatabaseAdmin)
    opened.get_database_admin().create_keyspace("own")
    return opened


def collection_of(dimension: int | None = None, service: info.VectorServiceOptions | None = None) -> info.CollectionDefinition:
    return info.CollectionDefinition(
        vector=info.CollectionVectorOptions(dimension=dimension, service=service, metric=constants.VectorMetric.COSINE)
    )


def test_databases_are_made_listed_and_dropped(admin: astrapy.AstraDBAdmin) -> None:
    made = admin.create_database(
        "short-lived", cloud_provider="AWS", region="us-east-2", keyspace="first", wait_until_active=False
    )
    (seen,) = [one for one in admin.list_databases() if one.id == made.id]
    assert (seen.name, seen.status, seen.keyspaces, seen.regions[0].name) == ("short-lived", "ACTIVE", ["first"], "us-east-2")
    assert admin.database_info(made.id).name == "short-lived"
    admin.drop_database(made.id, wait_until_active=False)
    assert made.id not in [one.id for one in admin.list_databases()]
    assert admin.database_info(made.id).status == "TERMINATED"
    with pytest.raises(DevOpsAPIException):
        admin.database_info("00000000-0000-4000-8000-000000000000")


def test_regions_are_listed(admin: astrapy.AstraDBAdmin) -> None:
    assert "us-east-2" in [region.name for region in admin.find_available_regions()]


def test_keyspaces_are_made_through_the_devops_api(admin: astrapy.AstraDBAdmin) -> None:
    made = admin.create_database("spaces", cloud_provider="AWS", region="us-east-2", wait_until_active=False)
    made.create_keyspace("more", wait_until_active=False)
    assert sorted(made.list_keyspaces()) == ["default_keyspace", "more"]


def test_keyspaces_are_dropped_through_the_devops_api(admin: astrapy.AstraDBAdmin) -> None:
    made = admin.create_database("dropped", cloud_provider="AWS", region="us-east-2", wait_until_active=False)
    made.create_keyspace("more", wait_until_active=False)
    made.drop_keyspace("more", wait_until_active=False)
    assert made.list_keyspaces() == ["default_keyspace"]


def test_a_self_hosted_data_api_has_keyspaces_of_its_own(self_hosted: astrapy.Database) -> None:
    admin = self_hosted.get_database_admin()
    admin.create_keyspace("more")
    assert admin.list_keyspaces() == ["more", "own"]
    admin.drop_keyspace("more")
    assert admin.list_keyspaces() == ["own"]


def test_embedding_and_reranking_providers_are_read(self_hosted: astrapy.Database) -> None:
    admin = self_hosted.get_database_admin()
    assert isinstance(admin, astrapy.DataAPIDatabaseAdmin)
    providers = admin.find_embedding_providers().embedding_providers
    assert [model.name for model in providers["nvidia"].models][:1] == ["NV-Embed-QA"]
    assert set(admin.find_reranking_providers().reranking_providers) == {"nvidia"}


def test_providers_of_a_database_at_astra_are_read_by_a_command(database: astrapy.Database) -> None:
    """Astrapy's own call goes to the host that it makes up from the id: Astra's."""
    answer = database.command({"findEmbeddingProviders": {}}, keyspace=None)
    assert "nvidia" in answer["status"]["embeddingProviders"]


def test_collections_are_made_described_and_dropped(database: astrapy.Database) -> None:
    database.create_collection("described", definition=collection_of(service=NVIDIA))
    (one,) = [item for item in database.list_collections() if item.name == "described"]
    assert one.definition.vector is not None
    assert one.definition.vector.service is not None
    assert (one.definition.vector.dimension, one.definition.vector.service.model_name) == (1024, "NV-Embed-QA")
    with pytest.raises(DataAPIResponseException, match="described with other options"):
        database.create_collection("described", definition=collection_of(3))
    database.drop_collection("described")
    assert "described" not in database.list_collection_names()


def test_documents_with_vectors_are_found_by_vector(database: astrapy.Database) -> None:
    """Astrapy sends vectors as base64 of 32-bit floats."""
    collection = database.create_collection("vectors", definition=collection_of(3))
    collection.insert_many(
        [
            {"_id": "x", "$vector": [1, 0, 0]},
            {"_id": "xy", "$vector": [0.5, 0.5, 0]},
            {"_id": "y", "$vector": [0, 1, 0]},
        ]
    )
    found = collection.find({}, sort={"$vector": [1, 0, 0]}, limit=2, include_similarity=True, include_sort_vector=True)
    assert [(item["_id"], round(item["$similarity"], 3)) for item in found] == [("x", 1.0), ("xy", 0.854)]
    vector = collection.find({}, sort={"$vector": [1, 0, 0]}, include_sort_vector=True).get_sort_vector()
    assert list(vector or []) == [1.0, 0.0, 0.0]
    one = collection.find_one({"_id": "xy"}, projection={"$vector": True})
    assert one is not None
    assert list(one["$vector"]) == [0.5, 0.5, 0.0]


def test_texts_are_embedded_and_found_by_text(database: astrapy.Database) -> None:
    collection = database.create_collection("texts", definition=collection_of(service=NVIDIA))
    texts = ["The cat sleeps on the mat", "Stocks fell on Monday", "A recipe for apple pie"]
    collection.insert_many([{"_id": text, "$vectorize": text} for text in texts])
    nearest = collection.find_one({}, sort={"$vectorize": "apple pie"}, projection={"_id": True})
    assert nearest is not None
    assert nearest["_id"] == "A recipe for apple pie"


def test_a_key_in_the_headers_is_taken(database: astrapy.Database) -> None:
    bare = database.create_collection("keyed", definition=collection_of(service=OPENAI))
    with pytest.raises(DataAPIResponseException, match="x-embedding-api-key"):
        bare.insert_one({"$vectorize": "hello"})
    with_key = database.get_collection("keyed", embedding_api_key="sk-any")
    with_key.insert_one({"$vectorize": "hello"})
    assert bare.count_documents({}, upper_bound=10) == 1


def test_pages_are_fetched_until_there_are_no_more(database: astrapy.Database) -> None:
    collection = database.create_collection("pages", definition=collection_of(2))
    collection.insert_many([{"_id": number, "even": number % 2 == 0} for number in range(120)], ordered=True)
    assert [item["_id"] for item in collection.find({})] == list(range(120))
    assert [item["_id"] for item in collection.find({}, limit=60)] == list(range(60))
    assert len(list(collection.find({"even": True}))) == 60
    assert collection.count_documents({"even": True}, upper_bound=100) == 60
    assert collection.delete_many({"even": True}).deleted_count == 60
    assert collection.delete_one({"_id": 1}).deleted_count == 1
    assert collection.count_documents({}, upper_bound=100) == 59
    collection.delete_many({})
    assert collection.count_documents({}, upper_bound=100) == 0


def test_filters_and_sorting(database: astrapy.Database) -> None:
    collection = database.create_collection("filtered", definition=collection_of(2))
    collection.insert_many(
        [{"_id": name, "size": size, "tags": [name, "all"]} for name, size in zip("abc", (3, 1, 2), strict=True)]
    )

    def ids(wanted: dict[str, object], **sort: int) -> list[str]:
        return [item["_id"] for item in collection.find(wanted, sort=sort or None)]

    assert ids({"size": {"$gte": 2}}, size=1) == ["c", "a"]
    assert ids({"$or": [{"size": 1}, {"tags": "a"}]}) == ["a", "b"]
    assert ids({"_id": {"$in": ["b", "z"]}}) == ["b"]
    assert collection.distinct("size") == [3, 1, 2]


def test_a_refused_document_is_told_and_the_others_go_in(database: astrapy.Database) -> None:
    collection = database.create_collection("refused", definition=collection_of(2))
    with pytest.raises(CollectionInsertManyException) as caught:
        collection.insert_many([{"_id": 1}, {"_id": 1}, {"_id": 2}])
    assert sorted(caught.value.inserted_ids) == [1, 2]


def test_tables_have_columns_indexes_and_rows(database: astrapy.Database) -> None:
    definition = (
        info.CreateTableDefinition.builder()
        .add_column("id", "text")
        .add_column("n", "int")
        .add_vector_column("v", service=NVIDIA)
        .add_partition_by(["id"])
        .build()
    )
    table = database.create_table("t", definition=definition)
    table.alter(info.AlterTableAddColumns(columns={"extra": info.TableScalarColumnTypeDescriptor("text")}))
    table.create_vector_index("t_v", column="v", options=info.TableVectorIndexOptions(metric="cosine"))
    table.create_index("t_n", column="n")
    assert sorted(table.list_index_names()) == ["t_n", "t_v"]
    assert list(table.definition().columns) == ["id", "extra", "n", "v"]
    table.insert_many([{"id": "pie", "n": 1, "v": "a recipe for apple pie"}, {"id": "cat", "n": 2, "v": "the cat on the mat"}])
    nearest = table.find({}, sort={"v": "apple pie"}, projection={"id": True}, include_similarity=True).to_list()
    assert [row["id"] for row in nearest] == ["pie", "cat"]
    assert nearest[0]["$similarity"] > nearest[1]["$similarity"]
    assert table.find_one({"id": "cat"}, projection={"n": True}) == {"n": 2}
    assert [row["id"] for row in table.find({"n": {"$gt": 1}})] == ["cat"]
    table.delete_one({"id": "pie"})
    assert [row["id"] for row in table.find({})] == ["cat"]
    table.delete_many({})
    assert table.find_one({}) is None
    database.drop_table_index("t_n")
    database.drop_table("t")
    assert database.list_table_names() == []


def test_what_is_not_there_is_answered_501_by_name(database: astrapy.Database) -> None:
    collection = database.create_collection("lacking", definition=collection_of(2))
    collection.insert_one({"_id": 1})
    with pytest.raises(DataAPIHttpException, match="501") as caught:
        collection.update_one({"_id": 1}, {"$set": {"a": 1}})
    assert caught.value.error_descriptors[0].message == "The emulator does not implement updateOne."


def test_two_faces_on_one_store_see_the_same(served: Served, database: astrapy.Database) -> None:
    database.create_collection("shared", definition=collection_of(2))
    (known,) = [one for one in served.world.databases() if one["name"] == "kb"]
    assert "shared" in served.world.collections(known["id"], "default_keyspace")


def test_a_token_that_is_unknown_is_refused(database: astrapy.Database) -> None:
    stranger = astrapy.DataAPIClient(token="AstraCS:nobody:0").get_database(database.api_endpoint, keyspace="default_keyspace")
    with pytest.raises(DataAPIHttpException, match="401"):
        stranger.list_collection_names()
