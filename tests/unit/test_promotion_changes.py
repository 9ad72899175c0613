"""What turns one workload into another: which changes there are, what becomes of what stands, and how that is said."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from astra import collection, database, document
from astra.environment import environment
from astra.http import Connection
from astra.promotion_changes import CATEGORIES, Property, WorkloadChange, changes, spelled
from astra.table_change import alteration, obstacles
from astra.table_normalisation import normalised
from emulator.world import World
from providers.collection import CollectionProvider
from providers.key_order import kept
from providers.table import TableProvider
from tests.unit.table_definitions import definitions

ROOT = Path(__file__).parents[2]
FILES = sorted((*ROOT.glob("environments/*.yaml"), *ROOT.glob("tests/examples/valid/environments/*.yaml")))

OWN = {"id": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"}
MADE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
SMALL: dict[str, Any] = {
    "provider": "openai",
    "modelName": "text-embedding-3-small",
    "authentication": {"providerKey": "k"},
    "parameters": {"organizationId": "ours"},
}
LARGE = {**SMALL, "modelName": "text-embedding-3-large"}
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
ARTICLES: dict[str, Any] = {"vector": {"dimension": 512, "service": SMALL}}
COLUMNS: dict[str, Any] = {
    "id": "text",
    "body": "text",
    "own": {"type": "vector", "dimension": 1024},
    "made": {"type": "vector", "dimension": 1024, "service": LARGE},
}
INDEXES: dict[str, Any] = {
    "by_body": {"column": "body", "indexType": "text", "options": {"analyzer": "english"}},
    "by_made": {"column": "made", "indexType": "vector", "metric": "cosine"},
}


def declared(content: Any, settings: Any = MADE) -> dict[str, Any]:
    """The keyspace `d.k` and nothing else; no keyspace where it is None."""
    return {"databases": {"d": settings}, "workload": {} if content is None else {"d": {"k": content}}}


def of_collection(old: Any, new: Any) -> list[WorkloadChange]:
    """Changes of the collection `d.k.c`; None stands for none."""
    return changes(*(declared({} if one is None else {"collections": {"c": one}}) for one in (old, new)))


def vector(**changed: Any) -> dict[str, Any]:
    """ARTICLES with something of its vector changed."""
    return {**ARTICLES, "vector": {**ARTICLES["vector"], **changed}}


def table(indexes: Any = INDEXES, key: Any = "id", **columns: Any) -> dict[str, Any]:
    """The table with columns changed; None takes one out."""
    kept_columns = {name: column for name, column in {**COLUMNS, **columns}.items() if column is not None}
    return {"definition": {"columns": kept_columns, "primaryKey": key}, **({"indexes": indexes} if indexes else {})}


def of_table(old: Any, new: Any) -> list[WorkloadChange]:
    """Changes of the table `d.k.t`; None stands for none."""
    return changes(*(declared({} if one is None else {"tables": {"t": one}}) for one in (old, new)))


def made(**service: Any) -> dict[str, Any]:
    """The column `made` with another service."""
    return {"made": {**COLUMNS["made"], "service": {**LARGE, **service}}}


def told(found: list[WorkloadChange]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.address, one.category) for one in found]


# Nothing differs.


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workload_differs_from_nothing_in_all_that_it_has_and_from_itself_in_nothing(path: Path) -> None:
    data = document.parse(path.read_bytes(), str(path)).data
    workload = environment(data).workload()
    assert changes(workload, copy.deepcopy(workload)) == []
    nothing = {**workload, "workload": {}}
    added = {one.address: one for one in changes(nothing, workload)}
    dropped = {one.address: one for one in changes(workload, nothing)}
    inside = [f"{db}.{ks}" for db, keyspaces in workload["workload"].items() for ks in keyspaces]
    inside += [f"{place}.{name}" for place in inside for kind in contents(workload, place) for name in kind]
    assert sorted(added) == sorted(dropped) == sorted(inside)
    assert {one.category for one in added.values()} <= {"additive"}
    assert all(dropped[address].kind == one.kind.replace("Add", "Drop") for address, one in added.items())


def contents(workload: dict[str, Any], place: str) -> Iterator[Any]:
    db, ks = place.split(".")
    yield from workload["workload"][db][ks].values()


# Keyspaces.


def test_a_keyspace_comes_and_goes_with_what_is_in_it() -> None:
    full = declared({"collections": {"c": ARTICLES}, "tables": {"t": table()}})
    assert changes(declared(None), full) == [
        WorkloadChange("AddKeyspace", "d.k", "additive", "the keyspace is new"),
        WorkloadChange(
            "AddCollection",
            "d.k.c",
            "additive",
            "the collection is new, with vectors of openai/text-embedding-3-small with 512 dimensions",
        ),
        WorkloadChange(
            "AddTable",
            "d.k.t",
            "additive",
            "the table is new, with vectors of one's own with 1024 dimensions in column own and vectors of "
            "openai/text-embedding-3-large with 1024 dimensions in column made; indexes: by_body, by_made",
        ),
    ]
    assert changes(full, declared(None)) == [
        WorkloadChange(
            "DropKeyspace",
            "d.k",
            "destroy",
            "the keyspace is no longer declared: it is dropped with everything in it, declared or not",
        ),
        WorkloadChange(
            "DropCollection", "d.k.c", "destroy", "the collection is no longer declared: it is deleted with its documents"
        ),
        WorkloadChange(
            "DropTable", "d.k.t", "destroy", "the table is no longer declared: it is deleted with its rows and indexes"
        ),
    ]


def test_a_keyspace_of_an_existing_database_stays_but_not_what_was_declared_in_it() -> None:
    found = changes(declared({"collections": {"c": ARTICLES}}, OWN), declared(None, OWN))
    assert found[0] == WorkloadChange(
        "DropKeyspace",
        "d.k",
        "none",
        "the keyspace is no longer declared: it stays, because no keyspace of an existing database is ever dropped",
    )
    assert told(found[1:]) == [("DropCollection", "d.k.c", "destroy")]


def test_changes_are_sorted_by_address() -> None:
    before = declared({"collections": {"b": {}, "z": {}}})
    after = {"databases": {"a": MADE, "d": MADE}, "workload": {"d": {"k": {"collections": {"z": {}, "c": {}}}}, "a": {"k": {}}}}
    assert [one.address for one in changes(before, after)] == ["a.k", "d.k.b", "d.k.c"]


# Collections.


@pytest.mark.parametrize(
    ("old", "new", "category"),
    [
        pytest.param(ARTICLES, vector(dimension=1024), "re-embed", id="dimension"),
        pytest.param(ARTICLES, vector(service=LARGE), "re-embed", id="model"),
        pytest.param(ARTICLES, vector(dimension=None, service=NVIDIA), "re-embed", id="provider"),
        pytest.param(ARTICLES, vector(service=LARGE, metric="dot_product"), "re-embed", id="model, and the metric with it"),
        pytest.param(ARTICLES, vector(service={**SMALL, "parameters": {"organizationId": "x"}}), "re-embed", id="parameter"),
        pytest.param(ARTICLES, vector(service={**SMALL, "authentication": {"providerKey": "x"}}), "destroy", id="credential"),
        pytest.param(ARTICLES, vector(metric="euclidean"), "destroy", id="metric alone"),
        pytest.param(ARTICLES, vector(service=None), "destroy", id="no service any more"),
        pytest.param(vector(service=None), ARTICLES, "destroy", id="a service where there was none"),
        pytest.param(ARTICLES, {}, "destroy", id="no vectors any more"),
        pytest.param({}, ARTICLES, "destroy", id="vectors where there were none"),
        pytest.param(ARTICLES, {**vector(dimension=1024), "indexing": {"deny": ["a"]}}, "destroy", id="model and indexing"),
        pytest.param(ARTICLES, {**ARTICLES, "defaultId": {"type": "uuidv7"}}, "destroy", id="default id"),
    ],
)
def test_every_real_difference_replaces_a_collection(old: Any, new: Any, category: str) -> None:
    assert told(of_collection(old, new)) == [("ReplaceCollection", "d.k.c", category)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(ARTICLES, vector(metric="cosine"), id="default metric spelled out"),
        pytest.param(vector(dimension=1536), vector(dimension=None), id="default dimension left out"),
        pytest.param(
            ARTICLES,
            vector(service={**SMALL, "authentication": {"providerKey": "k.providerKey"}}),
            id="whole name of a credential",
        ),
        pytest.param({**ARTICLES, "lexical": {"enabled": False}}, ARTICLES, id="left to the database"),
    ],
)
def test_other_words_do_nothing_to_a_collection(old: Any, new: Any) -> None:
    assert told(of_collection(old, new)) == [("RestateCollection", "d.k.c", "none")]


def test_what_is_declared_in_other_words_is_told() -> None:
    (found,) = of_collection(ARTICLES, vector(metric="cosine"))
    assert found.sentence == 'declared in other words (vector.metric: nothing becomes "cosine"): nothing is done to it'
    assert found.properties == (Property("vector.metric", None, "cosine"),)


def test_a_null_is_nothing() -> None:
    assert of_collection({}, {"vector": None, "lexical": None}) == []


def test_a_replaced_collection_tells_why_and_what_becomes_of_its_documents() -> None:
    (found,) = of_collection(ARTICLES, vector(dimension=None, service=LARGE))
    assert found == WorkloadChange(
        "ReplaceCollection",
        "d.k.c",
        "re-embed",
        "replaced, because the Data API cannot alter a collection (vector.dimension: 512 becomes 3072; "
        'vector.service.modelName: "text-embedding-3-small" becomes "text-embedding-3-large"): its documents are lost, and '
        "embedded anew as they are written again",
        (
            Property("vector.dimension", 512, 3072),
            Property("vector.service.modelName", "text-embedding-3-small", "text-embedding-3-large"),
        ),
    )
    (found,) = of_collection(ARTICLES, {**ARTICLES, "indexing": {"deny": ["a"]}})
    assert found.sentence == (
        'replaced, because the Data API cannot alter a collection (indexing: nothing becomes {"deny": ["a"]}): '
        "its documents are lost"
    )


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({}, "no vectors"),
        ({"vector": {"dimension": 8}}, "vectors of one's own with 8 dimensions"),
        ({"vector": {"service": NVIDIA}}, "vectors of nvidia/NV-Embed-QA with 1024 dimensions"),
        ({"vector": {"service": {"provider": "nobody's", "modelName": "m"}}}, "vectors of nobody's/m"),
    ],
)
def test_a_new_collection_tells_its_vectors(definition: Any, said: str) -> None:
    (found,) = of_collection(None, definition)
    assert found.sentence == f"the collection is new, with {said}"


def test_no_secret_is_said() -> None:
    key = "sk-0123456789abcdef0123456789abcdef"
    found = of_collection(ARTICLES, vector(service={**SMALL, "authentication": {"providerKey": key}}))
    found += of_collection(None, vector(service={**SMALL, "modelName": key}))
    found += of_table(table(), table(**{key: "text"}))
    assert not [one.sentence for one in found if key in one.sentence]
    assert [one.sentence for one in found if "(hidden" in one.sentence] == [one.sentence for one in found[:2]]


# Tables and their columns.


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(table(), [], id="nothing"),
        pytest.param(table(page="int"), [("AddColumn", "d.k.t.page", "additive")], id="a column more"),
        pytest.param(table(own=None), [("DropColumn", "d.k.t.own", "destroy")], id="a column less"),
        pytest.param(
            table(**made(modelName="text-embedding-3-small")), [("ChangeVectorize", "d.k.t.made", "re-embed")], id="model"
        ),
        pytest.param(table(**made(parameters={})), [("ChangeVectorize", "d.k.t.made", "re-embed")], id="parameter"),
        pytest.param(table(**made(authentication={})), [("ChangeVectorize", "d.k.t.made", "metadata")], id="credential"),
        pytest.param(table(made=COLUMNS["own"]), [("ChangeVectorize", "d.k.t.made", "metadata")], id="no service any more"),
        pytest.param(table(own=COLUMNS["made"]), [("ChangeVectorize", "d.k.t.own", "re-embed")], id="a service"),
        pytest.param(table(body="int"), [("ReplaceTable", "d.k.t", "destroy")], id="type"),
        pytest.param(table(key={"partitionBy": ["id"]}), [], id="long form of the key"),
        pytest.param(
            table(key={"partitionBy": ["id"], "partitionSort": {"body": 1}}), [("ReplaceTable", "d.k.t", "destroy")], id="key"
        ),
        pytest.param(
            table(made={**COLUMNS["made"], "dimension": 512}), [("ReplaceTable", "d.k.t", "re-embed")], id="dimension of a model"
        ),
        pytest.param(
            table(made={**COLUMNS["made"], "dimension": 512}, page="int"),
            [("ReplaceTable", "d.k.t", "re-embed")],
            id="dimension, and a column more",
        ),
        pytest.param(
            table(made={**COLUMNS["made"], "dimension": 512}, own=None),
            [("ReplaceTable", "d.k.t", "destroy")],
            id="dimension, and a column less",
        ),
        pytest.param(table(own={"type": "vector", "dimension": 8}), [("ReplaceTable", "d.k.t", "destroy")], id="own dimension"),
        pytest.param(
            table(made={"type": "vector", "dimension": 512}), [("ReplaceTable", "d.k.t", "destroy")], id="dimension, no service"
        ),
        pytest.param(table(body={"type": "text"}), [], id="long form"),
        pytest.param(
            table(made={**COLUMNS["made"], "service": {**LARGE, "authentication": {"providerKey": "k.providerKey"}}}),
            [("RestateTable", "d.k.t", "none")],
            id="whole name of a credential",
        ),
    ],
)
def test_of_a_table(new: Any, expected: list[tuple[str, str, str]]) -> None:
    assert told(of_table(table(), new)) == expected


def test_the_order_of_the_key_counts() -> None:
    one, other = ({"partitionBy": ["id"], "partitionSort": dict(sort)} for sort in ([("a", 1), ("b", 1)], [("b", 1), ("a", 1)]))
    (found,) = of_table(table(key=one, a="int", b="int"), table(key=other, a="int", b="int"))
    assert (found.kind, found.category, [one.path for one in found.properties]) == ("ReplaceTable", "destroy", ["primaryKey"])


SAID = {
    "the column is new, with values of type int": table(page="int"),
    "the column is new, with vectors of nvidia/NV-Embed-QA with 1024 dimensions": table(
        more={"type": "vector", "service": NVIDIA}
    ),
    "the column is no longer declared: it is taken out with what its rows hold in it": table(body=None),
    "vectors are of openai/text-embedding-3-small from now on (service.modelName: "
    '"text-embedding-3-large" becomes "text-embedding-3-small"): those that stand do not fit until each row is written again': (
        table(**made(modelName="text-embedding-3-small"))
    ),
    "vectors are of openai/text-embedding-3-large from now on: those that stand do not fit until each row is written again": (
        table(own=COLUMNS["made"])
    ),
    "the service is set anew (service.authentication.providerKey: "
    '"k.providerKey" becomes "x.providerKey"): the vectors that stand stay right': (
        table(**made(authentication={"providerKey": "x"}))
    ),
    "texts are no longer embedded by openai/text-embedding-3-large: the vectors that stand stay": table(made=COLUMNS["own"]),
    'replaced, because that of a table cannot be altered (columns.body.type: "text" becomes "int"): its rows are lost': (
        table(body="int", page="int")
    ),
    "replaced, because that of a table cannot be altered (columns.made.dimension: 1024 becomes 512): its rows are lost, "
    "and embedded anew as they are written again": table(made={**COLUMNS["made"], "dimension": 512}),
}


@pytest.mark.parametrize(("said", "new"), SAID.items())
def test_of_a_table_is_said(said: str, new: Any) -> None:
    assert [one.sentence for one in of_table(table(), new)] == [said]


def test_the_permission_for_a_column_is_that_for_its_table() -> None:
    found = of_table(table(), table(body=None, **made(modelName="text-embedding-3-small")))
    assert [(one.address, one.permission) for one in found] == [("d.k.t.body", "d.k.t"), ("d.k.t.made", "d.k.t")]
    assert [one.permission for one in changes(declared({"collections": {"c": {}}}), declared(None))] == ["d.k", "d.k.c"]


def test_a_replaced_table_tells_all_that_differs() -> None:
    (found,) = of_table(table(), table(body="int", page="int", own=None))
    assert found.properties == (
        Property("columns.body.type", "text", "int"),
        Property("columns.own", {"type": "vector", "dimension": 1024}, None),
        Property("columns.page", None, {"type": "int"}),
    )


# Indexes.


LESS = "no row is lost, and what needs the index fails meanwhile"


@pytest.mark.parametrize(
    ("changed", "expected", "said"),
    [
        (
            {"more": {"column": {"labels": "$keys"}, "indexType": "regular"}},
            ("AddIndex", "d.k.t.more", "additive"),
            'the regular index is new, on {"labels": "$keys"}',
        ),
        (
            {"by_body": None},
            ("DropIndex", "d.k.t.by_body", "metadata"),
            "the index is no longer declared: it is deleted, and no row is lost",
        ),
        (
            {"by_made": {"column": "made", "indexType": "vector", "metric": "euclidean"}},
            ("ReplaceIndex", "d.k.t.by_made", "metadata"),
            f'replaced, because nothing of an index can be altered (options.metric: "cosine" becomes "euclidean"): {LESS}',
        ),
        (
            {"by_body": {"column": "body", "indexType": "text"}},
            ("ReplaceIndex", "d.k.t.by_body", "metadata"),
            f'replaced, because nothing of an index can be altered (options.analyzer: "english" becomes "standard"): {LESS}',
        ),
        (
            {"by_made": {"column": "made", "indexType": "vector"}},
            ("RestateIndex", "d.k.t.by_made", "none"),
            'declared in other words (options.metric: "cosine" becomes nothing): nothing is done to it',
        ),
    ],
)
def test_of_an_index(changed: Any, expected: tuple[str, str, str], said: str) -> None:
    indexes = {name: index for name, index in {**INDEXES, **changed}.items() if index is not None}
    (found,) = of_table(table(), table(indexes))
    assert (told([found]), found.sentence) == ([expected], said)


def test_indexes_are_told_beside_a_replaced_table_and_not_beside_one_that_comes_or_goes() -> None:
    fewer = {"by_made": INDEXES["by_made"]}
    assert told(of_table(table(), table(fewer, body="int"))) == [
        ("ReplaceTable", "d.k.t", "destroy"),
        ("DropIndex", "d.k.t.by_body", "metadata"),
    ]
    assert told(of_table(None, table())) == [("AddTable", "d.k.t", "additive")]
    assert told(of_table(table(), None)) == [("DropTable", "d.k.t", "destroy")]


# The engine's own judgement.

COLLECTIONS: list[dict[str, Any]] = [
    {},
    {"vector": {"dimension": 8}},
    {"vector": {"dimension": 8, "metric": "cosine", "sourceModel": "other"}},
    {"vector": {"dimension": 8, "sourceModel": "openai-v3-small"}},
    {"vector": {"dimension": 8, "sourceModel": "openai-v3-small", "metric": "dot_product"}},
    {"vector": {"service": NVIDIA}},
    {"vector": {"service": NVIDIA, "dimension": 1024}},
    {"vector": {"service": {**NVIDIA, "parameters": {}}}},
    {"vector": {"service": {**NVIDIA, "modelName": "nvidia/nv-embedqa-e5-v5"}}},
    ARTICLES,
    vector(metric="cosine"),
    vector(dimension=1024),
    vector(dimension=1536),
    vector(dimension=None),
    vector(service=LARGE),
    vector(service={**SMALL, "authentication": {"providerKey": "k.providerKey"}}),
    {**ARTICLES, "indexing": {"allow": ["a", "b"]}},
    {**ARTICLES, "indexing": {"deny": []}},
    {**ARTICLES, "defaultId": {"type": "uuid"}},
]


def test_a_collection_is_replaced_where_the_engine_would_replace_it(emulator: Connection, world: World) -> None:
    world.add_credential("openai", "k")
    identity = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, identity)
    endpoint = emulator.target.api_endpoint(identity, "us-east-2")
    judged = set()
    for old in COLLECTIONS:
        stands, _ = collection.create(emulator, endpoint, "default_keyspace", "c", old)
        collection.delete(emulator, endpoint, "default_keyspace", "c")
        for new in COLLECTIONS:
            replaced = bool(CollectionProvider().replacing({**old, "options": stands}, new, set()))
            kinds = [one.kind for one in of_collection(old, new)]
            assert ("ReplaceCollection" in kinds) == replaced, (old, new)
            judged.add((replaced, *kinds))
    assert judged == {(True, "ReplaceCollection"), (False, "RestateCollection"), (False,)}


@given(definitions(), definitions())
def test_a_table_is_replaced_where_the_engine_would_and_endangered_where_it_asks_for_a_permission(old: Any, new: Any) -> None:
    stood = normalised(old)
    olds = {"definition": kept(old), "explained": kept(stood)}
    replaced = bool(TableProvider()._replacing(olds, {"definition": kept(new)}, {"definition"}))
    planned = alteration(new, stood)
    found = of_table({"definition": old}, {"definition": new})
    assert ("ReplaceTable" in {one.kind for one in found}) == replaced
    endangered = any(one.category in ("re-embed", "destroy") for one in found)
    assert endangered == bool(obstacles(new, stood) or planned.drop or planned.remodelled)


def test_the_categories_go_from_the_mildest_to_the_worst() -> None:
    assert CATEGORIES == ("none", "metadata", "additive", "re-embed", "destroy")


def test_properties_are_spelled_with_both_sides() -> None:
    assert (
        spelled([Property("a.b", 1, None), Property("c", None, {"d": [1]})])
        == 'a.b: 1 becomes nothing; c: nothing becomes {"d": [1]}'
    )
