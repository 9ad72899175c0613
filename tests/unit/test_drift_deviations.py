"""What the engine met against what was applied: how bad a difference is, what is told once, and what is none."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra import catalog, collection, database, index, table
from astra.applied import Applied
from astra.data_api import command
from astra.deviations import deviations, unread
from astra.drift import Drift, Property
from astra.errors import AstraError, Invalid, Limited, NotFound, Refused, Unauthorized, Unavailable, Unreachable, Unreadable
from astra.http import Connection
from astra.unknown import MEANING, Cause, Unread, cause, findings
from tests.unit.recorded_answers import RECORDED
from tests.unit.table_definitions import definitions as table_definitions
from tests.unit.test_definition import ACCEPTED, REFUSED_BY_OUR_SCHEMAS

ID = "0a1b2c3d-0000-4000-8000-000000000001"
ENDPOINT = f"https://{ID}-us-east-2.apps.astra.datastax.com"
SERVICE = {"provider": "openai", "modelName": "text-embedding-3-small"}
VECTOR = {"dimension": 512, "metric": "cosine", "sourceModel": "other", "service": SERVICE}
COLUMNS = {
    "id": {"type": "text"},
    "note": {"type": "text"},
    "embedding": {"type": "vector", "dimension": 512, "service": SERVICE},
}
EXPLAINED = {"columns": COLUMNS, "primaryKey": {"partitionBy": ["id"], "partitionSort": {}}}
ON_NOTE = {"table": "chunks", "indexType": "regular", "column": "note", "options": {"ascii": False}}


def database_of(stated: str) -> str:
    return ID if stated in (ID, ENDPOINT) else stated


def applied(kind: Any, address: str, **given: Any) -> Applied:
    """A resource of the database, as it stood: met unless something else is said."""
    given = {"outcome": "met", "outputs": {}, **given}
    return Applied(f"urn:{address}", kind, address, ID, live=given.pop("live", given["outputs"]), **given)


def in_keyspace(kind: Any, name: str, outputs: dict[str, Any], live: dict[str, Any], **inputs: Any) -> Applied:
    table = {"table": "chunks"} if kind == "index" else {}
    place = {"apiEndpoint": ENDPOINT, "keyspace": "docs", "name": name, **table}
    address = f"knowledge.docs.{'chunks.' if kind == 'index' else ''}{name}"
    return applied(kind, address, inputs={**place, **inputs}, outputs=outputs, live=live)


def articles(**live: Any) -> Applied:
    return in_keyspace(
        "collection", "articles", {"options": {"vector": VECTOR}}, {"options": {"vector": VECTOR, **live}}, vector=VECTOR
    )


def chunks(columns: dict[str, Any], **live: Any) -> Applied:
    return in_keyspace("table", "chunks", {"explained": EXPLAINED}, {"explained": {**EXPLAINED, "columns": columns, **live}})


DATABASE = applied("database", "knowledge", outputs={"name": "k", "cloudProvider": "AWS", "region": "us-east-2"})
KEYSPACE = applied("keyspace", "knowledge.docs", inputs={"databaseId": ID, "name": "docs"})
REGION = applied("region", "knowledge.us-west-2", inputs={"databaseId": ID, "region": "us-west-2"})
ARTICLES = articles()
CHUNKS = chunks(COLUMNS)
ON = in_keyspace("index", "by_note", {"explained": ON_NOTE}, {"explained": ON_NOTE})
OPENAI = applied(
    "integration",
    "knowledge.openai",
    inputs={
        "apiEndpoint": ENDPOINT,
        "keyspace": "docs",
        "provider": "openai",
        "authentication": "SHARED_SECRET",
        "providerKey": "key",
    },
    outputs={"status": "verified", "proof": "it answered"},
)
STACK = [DATABASE, KEYSPACE, REGION, ARTICLES, CHUNKS, ON, OPENAI]


def told(*resources: Applied) -> list[Drift]:
    return list(deviations(resources, database_of))


def test_what_stands_as_it_was_applied_is_not_told() -> None:
    assert told(*STACK) == []
    assert list(unread(STACK, database_of)) == []


MIXED = "What is written from now on is embedded by another model than what stands already"
COLUMN = "What reads or writes that column fails."


@pytest.mark.parametrize(
    ("one", "path", "severity", "meaning"),
    [
        (articles(vector={**VECTOR, "dimension": 256}), "vector.dimension", "error", "Vectors of another length are refused"),
        (articles(vector={**VECTOR, "service": {**SERVICE, "modelName": "x"}}), "vector.service.modelName", "error", MIXED),
        (articles(vector={**VECTOR, "service": {**SERVICE, "provider": "x"}}), "vector.service.provider", "error", MIXED),
        (articles(vector={**VECTOR, "metric": "euclidean"}), "vector.metric", "warning", "Similarity is measured otherwise"),
        (articles(indexing={"deny": ["x"]}), "indexing", "warning", "Filters and sorting by fields"),
        (chunks({**COLUMNS, "more": {"type": "text"}}), "columns.more", "warning", ""),
        (chunks({**COLUMNS, "note": {"type": "int"}}), "columns.note.type", "error", COLUMN),
        (chunks({key: value for key, value in COLUMNS.items() if key != "note"}), "columns.note", "error", COLUMN),
        (
            chunks(COLUMNS, primaryKey={"partitionBy": ["id", "note"], "partitionSort": {}}),
            "primaryKey",
            "error",
            "Rows are found and told apart otherwise",
        ),
        (
            in_keyspace("index", "by_note", {"explained": ON_NOTE}, {"explained": {**ON_NOTE, "column": "id"}}),
            "column",
            "warning",
            "Searches, filters and sorting that need the index",
        ),
        (replace(DATABASE, live={**DATABASE.outputs, "name": "other"}), "name", "error", ""),
    ],
)
def test_how_bad_a_difference_is_and_what_it_means(one: Applied, path: str, severity: str, meaning: str) -> None:
    (found,) = told(one)
    assert (found.kind, found.address, found.severity) == ("changed", one.address, severity)
    assert [property_.path for property_ in found.properties] == [path]
    assert found.meaning.startswith(meaning)
    assert bool(found.meaning) == bool(meaning)


def test_what_is_to_be_done_either_way() -> None:
    (found,) = told(articles(vector={**VECTOR, "dimension": 256, "metric": "euclidean"}, indexing={"deny": ["x"]}))
    assert found.sentence == (
        'indexing is {"deny": ["x"]}, and was not applied; vector.dimension is 256, applied was 512; '
        'vector.metric is "euclidean", applied was "cosine"'
    )
    assert found.properties[1] == Property("vector.dimension", 512, 256)
    assert found.restore == (
        "pulumi up --refresh --stack STACK: replaces the collection; its documents have to be named in allowDataLoss"
    )
    assert found.accept == (
        'write indexing: {"deny": ["x"]}, vector.dimension: 256, vector.metric: "euclidean", '
        "then run pulumi refresh --stack STACK"
    )


@pytest.mark.parametrize(
    ("gone", "address", "contents"),
    [
        ({"knowledge.docs.chunks.by_note"}, "knowledge.docs.chunks.by_note", []),
        ({"knowledge.docs.chunks"}, "knowledge.docs.chunks", []),
        ({"knowledge.docs.chunks", "knowledge.docs.chunks.by_note"}, "knowledge.docs.chunks", ["knowledge.docs.chunks.by_note"]),
        (
            {"knowledge.docs", "knowledge.docs.articles", "knowledge.docs.chunks", "knowledge.docs.chunks.by_note"},
            "knowledge.docs",
            ["knowledge.docs.articles", "knowledge.docs.chunks", "knowledge.docs.chunks.by_note"],
        ),
        ({one.address for one in STACK}, "knowledge", sorted(one.address for one in STACK[1:])),
    ],
)
def test_the_outermost_that_is_gone_is_told_with_what_went_with_it(gone: set[str], address: str, contents: list[str]) -> None:
    (found,) = told(*(replace(one, outcome="missing") if one.address in gone else one for one in STACK))
    assert (found.kind, found.address, found.severity, list(found.contents)) == ("missing", address, "error", contents)


def test_what_cannot_be_read_of_what_is_gone_is_gone_with_it() -> None:
    stack = [replace(DATABASE, outcome="missing"), *(replace(one, outcome="unread", reason="HTTP 503") for one in STACK[1:])]
    (found,) = told(*stack)
    assert list(found.contents) == sorted(one.address for one in STACK[1:])
    assert list(unread(stack, database_of)) == []


def test_an_integration_whose_keyspace_is_gone_is_no_second_cause() -> None:
    doubtful = replace(OPENAI, live={"status": "asserted", "proof": "UNKNOWN_KEYSPACE"})
    (found,) = told(replace(KEYSPACE, outcome="missing"), doubtful)
    assert (found.address, found.contents) == ("knowledge.docs", ("knowledge.openai",))


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("verified", "verified", None),
        ("asserted", "verified", None),
        ("asserted", "asserted", None),
        ("verified", "asserted", "unknown"),
        ("verified", "unknown", "unknown"),
        ("asserted", "unknown", "unknown"),
        ("verified", "missing", "integration"),
        ("missing", "missing", "integration"),
    ],
)
def test_of_an_integration_only_what_is_proven_to_be_missing_is_drift(before: str, now: str, kind: str | None) -> None:
    one = replace(OPENAI, outputs={"status": before, "proof": "x"}, live={"status": now, "proof": "the proof."})
    user = replace(ARTICLES, needs=frozenset({OPENAI.urn}))
    found = told(one, user)
    assert [drift.kind for drift in found] == ([kind] if kind else [])
    if kind == "integration":
        assert found[0].sentence == "openai cannot be used with SHARED_SECRET: the proof"
        assert found[0].contents == ("knowledge.docs.articles",)
        assert found[0].restore.startswith(
            "In the Astra Portal, as an Organization Administrator, open Settings, Integrations, OpenAI"
        )
    elif kind:
        assert found[0].sentence == "the proof"
        assert found[0].meaning == MEANING["passes" if now == "unknown" else ""]


@pytest.mark.parametrize(
    ("stack", "name"),
    [
        ([OPENAI], "the database knowledge"),
        ([replace(DATABASE, inputs={"name": "knowledge-prod"}, outputs={}, live={}), OPENAI], 'the database "knowledge-prod"'),
        # What the Portal shows is the name of now.
        ([replace(DATABASE, live={**DATABASE.outputs, "name": "renamed"}), OPENAI], 'the database "renamed"'),
        ([replace(DATABASE, outcome="unread", reason="HTTP 503", live={}), OPENAI], 'the database "k"'),
        ([applied("database", "another", outputs={"name": "a"}, inputs={}), OPENAI], 'the database "a"'),
        ([replace(DATABASE, identity="another"), OPENAI], "the database knowledge"),
    ],
)
def test_the_steps_in_the_portal_name_the_database_as_it_is_named_there(stack: list[Applied], name: str) -> None:
    gone = [replace(one, live={"status": "missing", "proof": "x"}) if one is OPENAI else one for one in stack]
    (found,) = (one for one in told(*gone) if one.kind == "integration")
    assert found.restore.endswith(f", and put {name} among its databases.")


@pytest.mark.parametrize(
    ("addresses", "address", "resource", "contents"),
    [
        ([("index", "k.docs.chunks.a")], "k.docs.chunks.a", "index", []),
        ([("collection", "k.docs.a"), ("keyspace", "k.docs")], "k.docs", "keyspace", ["k.docs.a"]),
        (
            [("index", "k.docs.chunks.a"), ("index", "k.docs.chunks.b")],
            "k.docs.chunks",
            "table",
            ["k.docs.chunks.a", "k.docs.chunks.b"],
        ),
        ([("collection", "k.docs.a"), ("collection", "k.docs.b")], "k.docs", "keyspace", ["k.docs.a", "k.docs.b"]),
        ([("keyspace", "k.docs"), ("integration", "k.openai")], "k", "database", ["k.docs", "k.openai"]),
        ([("database", "k"), ("database", "l")], "", "stack", ["k", "l"]),
    ],
)
def test_one_reason_is_told_once_of_what_all_are_in(addresses: Any, address: str, resource: str, contents: list[str]) -> None:
    (found,) = findings(Unread(kind, one, "HTTP 503.") for kind, one in addresses)
    assert (found.kind, found.address, found.resource, list(found.contents)) == ("unknown", address, resource, contents)
    assert found.sentence == "HTTP 503."


NOTHING_KNOWN = "Nothing is known of it: this is neither drift nor an absence."


@pytest.mark.parametrize(
    ("found", "meaning"),
    [
        (("stack", "", "x"), NOTHING_KNOWN),
        (("stack", "", "x", ""), NOTHING_KNOWN),
        (("stack", "", "x", "passes"), f"{NOTHING_KNOWN} Run again."),
        (("stack", "", "x", "stays"), f"{NOTHING_KNOWN} It stays so until that is put right."),
    ],
)
def test_only_what_passes_by_itself_is_worth_another_run(found: Any, meaning: str) -> None:
    assert [one.meaning for one in findings([Unread(*found)])] == [meaning]


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (Unavailable("HTTP 503"), "passes"),
        (Limited("HTTP 429"), "passes"),
        (Unreachable("no answer"), "passes"),
        (Unreadable("a proxy's page"), ""),
        (Unauthorized("HTTP 401"), "stays"),
        (NotFound("HTTP 404"), "stays"),
        (Refused("no"), "stays"),
        (Invalid("wrong"), "stays"),
        (AstraError("x"), "stays"),
        (RuntimeError("incorrect passphrase"), "stays"),
    ],
)
def test_what_is_not_known_to_pass_stays(error: Exception, becomes: Cause) -> None:
    assert cause(error) == becomes


@pytest.mark.parametrize(("name", "sent", "returned"), [one for one in ACCEPTED if one.values[0] not in REFUSED_BY_OUR_SCHEMAS])
def test_what_the_real_service_made_of_a_collection_is_no_drift(name: str, sent: Any, returned: Any) -> None:
    assert told(in_keyspace("collection", name, {"options": returned}, {"options": returned}, **sent)) == []


# The emulator makes collections with its own.
PROVIDERS = [one for one in catalog.embedding_providers().values() if one.key in RECORDED["emulator"]]
MODELS = [(one.key, model) for one in PROVIDERS for model in one.models.values()]


@st.composite
def collections(draw: st.DrawFn) -> dict[str, Any]:
    """Any collection that can be made: with or without a service, each option stated or left to the service."""
    provider, model = draw(st.sampled_from(MODELS))
    stated = model.schema["properties"]["service"]["properties"]["parameters"]
    needed = (catalog.embedding_providers()[provider].schema["$defs"]["parameters"] if "$ref" in stated else stated).get(
        "required", ()
    )
    service = {"provider": provider, "modelName": model.name, **({"parameters": dict.fromkeys(needed, "x")} if needed else {})}
    rule = model.schema["properties"]["dimension"]
    dimension = rule.get("const") or rule.get("maximum") or rule["enum"][0]
    served = {"service": service, **({"dimension": dimension} if draw(st.booleans()) or "default" not in rule else {})}
    metric = st.fixed_dictionaries({}, optional={"metric": st.sampled_from(["cosine", "dot_product", "euclidean"])})
    vector = {**draw(st.sampled_from([served, {"dimension": 8}])), **draw(metric)}
    if draw(st.booleans()):
        vector["sourceModel"] = draw(st.sampled_from(["other", "openai-v3-small"]))
    options = {
        "vector": st.just(vector),
        "indexing": st.sampled_from([{"allow": ["a", "b"]}, {"deny": ["*"]}]),
        "defaultId": st.sampled_from([{"type": "uuid"}, {"type": "objectId"}]),
        "lexical": st.sampled_from([{"enabled": False}, {"enabled": True, "analyzer": "standard"}]),
        "rerank": st.just({"enabled": False}),
    }
    drawn: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=options))
    return drawn


@pytest.fixture(scope="module")
def generated() -> list[Any]:
    """One hundred of them, each with a table beside the collection."""
    found: list[Any] = []

    @settings(max_examples=100, derandomize=True, database=None, deadline=None)
    @given(collections(), table_definitions())
    def draw(of_collection: Any, of_table: Any) -> None:
        found.append((of_collection, of_table))

    draw()
    return found


def test_a_hundred_generated_environments_that_are_left_alone_show_nothing(generated: list[Any], emulator: Connection) -> None:
    identity = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, identity)
    endpoint = emulator.target.api_endpoint(identity, "us-east-2")
    place = (emulator, endpoint, "default_keyspace")
    assert len(generated) >= 100
    for of_collection, of_table in generated:
        made, _ = collection.create(*place, "one", of_collection)
        explained, _ = table.create(*place, "two", of_table)
        index.create(*place, "two", "three", {"indexType": "regular", "column": "revision", "options": {}})
        indexed = index.listed(*place, "two")
        live = {"options": collection.listed(*place)["one"]}, {"explained": table.listed(*place)["two"]}
        stack = [
            in_keyspace("collection", "one", {"options": made}, live[0], **of_collection),
            in_keyspace("table", "two", {"explained": explained}, live[1], definition=of_table),
            in_keyspace("index", "three", {"explained": indexed["three"]}, {"explained": indexed["three"]}),
        ]
        assert told(*stack) == []
        collection.delete(*place, "one")
        command(*place[:2], "/default_keyspace", "dropTable", {"name": "two"}, "drop", repeatable=True)
