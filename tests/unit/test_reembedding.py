"""What the changes of a promotion cost, on the emulator, and with answers that it does not give."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from astra import collection, database, table
from astra.http import Connection
from astra.promotion_changes import Effort, WorkloadChange, changes
from astra.reembedding import weighed
from astra.target import target
from emulator.transport import EmulatorTransport
from emulator.world import World
from tests.unit.conftest import Clock

MADE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
KEYSPACE = "default_keyspace"
OLD = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
NEW = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
ARTICLES = {"vector": {"service": OLD}}
OWN = {"vector": {"dimension": 8}}
PRICE = {"nvidia/nvidia/nv-embedqa-e5-v5": 0.02}
ROWS: dict[str, Any] = {
    "definition": {
        "columns": {"id": "text", "body": "text", "made": {"type": "vector", "dimension": 1024, "service": OLD}},
        "primaryKey": "id",
    }
}
# The sentence of a collection that gets another model, before anybody looked.
REPLACED = (
    "replaced, because the Data API cannot alter a collection (vector.service.modelName: "
    '"NV-Embed-QA" becomes "nvidia/nv-embedqa-e5-v5"): its documents are lost, and embedded anew as they are written again'
)
Put = Callable[..., None]


def declared(**content: Any) -> dict[str, Any]:
    """A database with one keyspace and these collections or tables."""
    return {"databases": {"knowledge": MADE}, "workload": {"knowledge": {KEYSPACE: content}}}


def with_service(service: Any) -> dict[str, Any]:
    """The table ROWS with another service."""
    columns = {**ROWS["definition"]["columns"], "made": {"type": "vector", "dimension": 1024, "service": service}}
    return {"definition": {**ROWS["definition"], "columns": columns}}


def without(column: str) -> dict[str, Any]:
    """The table ROWS without a column."""
    columns = {name: stated for name, stated in ROWS["definition"]["columns"].items() if name != column}
    return {"definition": {**ROWS["definition"], "columns": columns}}


@pytest.fixture
def endpoint(emulator: Connection) -> str:
    """Address of the Data API of a database that is there."""
    identity = database.create(emulator, *MADE.values())
    database.wait_until_active(emulator, identity)
    return emulator.target.api_endpoint(identity, "us-east-2")


@pytest.fixture
def put(emulator: Connection, endpoint: str) -> Put:
    """Makes sure of what is declared, and puts documents or rows into one of it: `put(environment, "c", {...}, {...})`."""

    def put(environment: dict[str, Any], name: str = "c", *documents: dict[str, Any]) -> None:
        content = environment["workload"]["knowledge"][KEYSPACE]
        for one, stated in content.get("collections", {}).items():
            collection.create(emulator, endpoint, KEYSPACE, one, stated)
        for one, stated in content.get("tables", {}).items():
            table.create(emulator, endpoint, KEYSPACE, one, stated["definition"])
        for some in range(0, len(documents), 100):
            body = {"insertMany": {"documents": documents[some : some + 100]}}
            answer = emulator.client.post(f"{endpoint}/api/json/v1/{KEYSPACE}/{name}", json=body).json()
            assert "errors" not in answer, answer

    return put


class Answering(EmulatorTransport):
    """The emulator, which answers some commands as it is told to."""

    def __init__(self, world: World, answers: dict[str, Any]) -> None:
        super().__init__(world)
        self.answers = answers

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read() or b"{}")
        name = next(iter(body), "") if "/api/json/" in request.url.path else ""
        return httpx.Response(200, json=self.answers[name]) if name in self.answers else super().handle_request(request)


@pytest.fixture
def answering(world: World, clock: Clock) -> Iterator[Callable[..., Connection]]:
    """Makes a connection to the emulator that answers these commands otherwise: `answering(countDocuments={...})`."""
    clients: list[httpx.Client] = []

    def connection(**answers: Any) -> Connection:
        clients.append(httpx.Client(transport=Answering(world, answers)))
        return Connection(target("emulator", {}, ""), clients[-1], clock.sleep, clock=clock)

    yield connection
    for client in clients:
        client.close()


def weigh(connection: Connection, old: Any, new: Any, prices: Any = None) -> list[WorkloadChange]:
    return weighed(connection, new, changes(old, new), prices or {})


def texts(number: int, text: str = "some words") -> list[dict[str, Any]]:
    return [{"_id": str(one), "$vectorize": text} for one in range(number)]


# What holds nothing.


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"collections": {"c": ARTICLES}}, {"collections": {"c": OWN}}, "It holds no document, so none is lost"),
        (
            {"collections": {"c": ARTICLES}},
            {"collections": {"c": {"vector": {"service": NEW}}}},
            "It holds no document, so none is lost",
        ),
        ({"collections": {"c": ARTICLES}}, {}, "It holds no document, so none is lost"),
        ({"tables": {"t": ROWS}}, {}, "The table holds no row, so none is lost"),
        ({"tables": {"t": ROWS}}, {"tables": {"t": without("body")}}, "The table holds no row, so none is lost"),
        ({"tables": {"t": ROWS}}, {"tables": {"t": with_service(NEW)}}, "The table holds no row, so none is lost"),
    ],
)
def test_what_is_empty_is_lost_without_harm(emulator: Connection, put: Put, old: Any, new: Any, said: str) -> None:
    before, after = declared(**old), declared(**new)
    put(before)
    (judged,) = changes(before, after)
    assert weigh(emulator, before, after) == [
        WorkloadChange(judged.kind, judged.address, "metadata", f"{judged.sentence}. {said}", judged.properties)
    ]


def test_what_never_came_to_be_is_lost_without_harm(emulator: Connection) -> None:
    (found,) = weigh(emulator, declared(collections={"c": ARTICLES}), declared())
    assert (found.kind, found.category) == ("DropCollection", "metadata")
    assert found.sentence.endswith(". It does not stand, so nothing is lost")


def test_what_loses_nothing_is_not_asked_about(emulator: Connection, commands: list[str]) -> None:
    before, after = declared(collections={"c": ARTICLES}), declared(collections={"c": ARTICLES, "d": OWN}, tables={"t": ROWS})
    assert weigh(emulator, before, after) == changes(before, after)
    assert commands == []


# What holds something.


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ({"collections": {"c": ARTICLES}}, {"collections": {"c": OWN}}, "c", "It holds documents"),
        ({"collections": {"c": ARTICLES}}, {}, "c", "It holds documents"),
        ({"tables": {"t": ROWS}}, {}, "t", "The table holds rows"),
        ({"tables": {"t": ROWS}}, {"tables": {"t": without("body")}}, "t", "The table holds rows"),
    ],
)
def test_what_holds_something_is_destroyed(emulator: Connection, put: Put, old: Any, new: Any, name: str, said: str) -> None:
    before, after = declared(**old), declared(**new)
    put(before, name, {"id": "1"})
    (judged,) = changes(before, after)
    assert weigh(emulator, before, after) == [
        WorkloadChange(judged.kind, judged.address, "destroy", f"{judged.sentence}. {said}", judged.properties)
    ]


def test_of_a_dropped_keyspace_what_nobody_declared_counts_by_itself(emulator: Connection, put: Put) -> None:
    before = declared(collections={"c": OWN})
    after = {**before, "workload": {}}
    put(before, "c", {"_id": "1"})
    keyspace, declared_one = weigh(emulator, before, after)
    assert (keyspace.kind, keyspace.category) == ("DropKeyspace", "metadata")
    assert keyspace.sentence.endswith(". Beside what was declared in it, nothing there holds documents")
    assert (declared_one.kind, declared_one.category) == ("DropCollection", "destroy")
    put(declared(collections={"theirs": OWN}), "theirs", {"_id": "1"})
    keyspace, _ = weigh(emulator, before, after)
    assert keyspace.category == "destroy"
    assert keyspace.sentence.endswith(f". Beside what was declared in it, this holds documents: {KEYSPACE}.theirs")


def test_what_stands_already_as_it_is_to_be_is_left_alone(emulator: Connection, put: Put) -> None:
    """The database had filled in what is spelled out now."""
    before, after = declared(collections={"c": OWN}), declared(collections={"c": {**OWN, "lexical": {"enabled": True}}})
    put(before, "c", {"_id": "1"})
    (judged,) = changes(before, after)
    assert (judged.kind, judged.category) == ("ReplaceCollection", "destroy")
    (found,) = weigh(emulator, before, after)
    assert (found.kind, found.category) == ("ReplaceCollection", "none")
    assert found.sentence == (
        "declared in another way (lexical: nothing becomes "
        '{"enabled": true}), and by now it stands like that: nothing is done to it'
    )


def test_what_cannot_be_looked_into_counts_as_full(put: Put, answering: Callable[..., Connection]) -> None:
    before, after = declared(collections={"c": ARTICLES}), declared(collections={"c": {"vector": {"service": NEW}}})
    put(before)
    (found,) = weigh(answering(findOne={"data": {}}), before, after)
    assert (found.category, found.effort) == ("re-embed", None)
    assert found.sentence == (
        f"{REPLACED}. Whether that is anything could not be found out, so it counts as if it were: cannot look into collection "
        f"{KEYSPACE}.c: the answer has no document field"
    )


def test_what_stands_in_a_database_that_is_no_longer_declared_counts_as_full(emulator: Connection) -> None:
    (keyspace,) = weigh(emulator, declared(), {"databases": {}, "workload": {}})
    assert keyspace.category == "destroy"
    assert keyspace.sentence.endswith(". Whether anything is lost cannot be told, for no database knowledge is declared any more")


# What embedding anew takes.

AFTER = declared(collections={"c": {"vector": {"service": NEW}}})
BEFORE = declared(collections={"c": ARTICLES})


@pytest.mark.parametrize(
    ("documents", "effort", "said"),
    [
        (texts(1), Effort(1, True, 1), "1 document; at least 1 request to NVIDIA, 8 texts at most in each"),
        (texts(8), Effort(8, True, 1), "8 documents; at least 1 request to NVIDIA, 8 texts at most in each"),
        (texts(9), Effort(9, True, 2), "9 documents; at least 2 requests to NVIDIA, 8 texts at most in each"),
    ],
)
def test_documents_and_requests(emulator: Connection, put: Put, documents: Any, effort: Effort, said: str) -> None:
    put(BEFORE, "c", *documents)
    (found,) = weigh(emulator, BEFORE, AFTER)
    (judged,) = changes(BEFORE, AFTER)
    sentence = f"{REPLACED}. To be written again: {said}"
    assert found == WorkloadChange("ReplaceCollection", judged.address, "re-embed", sentence, judged.properties, effort)


def test_a_provider_may_take_its_texts_one_by_one(emulator: Connection, put: Put) -> None:
    one_by_one = {"vector": {"service": {"provider": "upstageAI", "modelName": "solar-embedding-1-large"}}}
    put(BEFORE, "c", *texts(3))
    (found,) = weigh(emulator, BEFORE, declared(collections={"c": one_by_one}))
    assert found.effort == Effort(3, True, 3)
    assert found.sentence.endswith(". To be written again: 3 documents; at least 3 requests to Upstage, one by one")


def test_the_price_is_estimated_from_the_texts(emulator: Connection, put: Put) -> None:
    """25 documents of 400 characters are 2,500 tokens."""
    put(BEFORE, "c", *texts(25, "a " * 200))
    (found,) = weigh(emulator, BEFORE, AFTER, {"nvidia/nvidia/nv-embedqa-e5-v5": 20})
    assert found.effort == Effort(25, True, 4, 0.05)
    assert found.sentence.endswith(
        "in each; about 0.05 US dollars, estimated from the texts of 20 documents at 4 characters a token and 20 US dollars a "
        "million tokens"
    )


def test_of_documents_with_their_own_vectors_nothing_is_embedded(emulator: Connection, put: Put) -> None:
    put(BEFORE, "c", *({"_id": str(one), "$vector": [0.1] * 1024} for one in range(3)))
    (found,) = weigh(emulator, BEFORE, AFTER, PRICE)
    assert found.effort == Effort(3, True, 1)
    assert found.sentence.endswith("; what it costs cannot be estimated, for none of 3 documents looked at has a text")


def test_a_document_without_a_text_makes_the_estimate_smaller(emulator: Connection, put: Put) -> None:
    put(BEFORE, "c", {"_id": "own", "$vector": [0.1] * 1024}, {"_id": "text", "$vectorize": "a " * 200})
    (found,) = weigh(emulator, BEFORE, AFTER, {"nvidia/nvidia/nv-embedqa-e5-v5": 20})
    assert found.effort == Effort(2, True, 1, 0.002)
    assert "; less than 0.01 US dollars, estimated from the texts of 2 documents at 4 characters a token" in found.sentence


def test_without_a_price_nobody_looks_at_the_documents(emulator: Connection, put: Put, commands: list[str]) -> None:
    put(BEFORE, "c", *texts(1))
    commands.clear()
    weigh(emulator, BEFORE, AFTER, {"nvidia/NV-Embed-QA": 1.0})
    assert commands == ["GET /v2/databases", "findCollections", "findOne", "countDocuments"]


@pytest.mark.parametrize(
    ("estimate", "effort", "said"),
    [
        (37_500, Effort(37_500, False, 4688), "more than 1,000 documents, about 37,500 by the service's own estimate"),
        (
            0,
            Effort(1000, False, 125),
            "more than 1,000 documents, where the service stops counting, and its estimate tells no better",
        ),
    ],
)
def test_beyond_the_limit_of_a_count_the_service_estimates(
    put: Put, answering: Callable[..., Connection], estimate: int, effort: Effort, said: str
) -> None:
    put(BEFORE, "c", *texts(1))
    connection = answering(
        countDocuments={"status": {"count": 1000, "moreData": True}}, estimatedDocumentCount={"status": {"count": estimate}}
    )
    (found,) = weigh(connection, BEFORE, AFTER)
    assert found.effort == effort
    assert f". To be written again: {said}; at least {effort.requests:,} requests to NVIDIA" in found.sentence


def test_where_counting_fails_it_counts_as_full_all_the_same(put: Put, answering: Callable[..., Connection]) -> None:
    put(BEFORE, "c", *texts(1))
    (found,) = weigh(answering(countDocuments={"status": {}}), BEFORE, AFTER, PRICE)
    assert (found.category, found.effort) == ("re-embed", Effort())
    assert found.sentence == (
        f"{REPLACED}. It holds documents; how many could not be found out: cannot count the documents of collection "
        f"{KEYSPACE}.c: the answer makes no sense"
    )


def test_where_looking_at_the_texts_fails_the_rest_is_known(put: Put, answering: Callable[..., Connection]) -> None:
    put(BEFORE, "c", *texts(1))
    (found,) = weigh(answering(find={"data": {}}), BEFORE, AFTER, PRICE)
    assert found.effort == Effort(1, True, 1)
    assert found.sentence.endswith(
        "in each; what it costs could not be estimated: cannot look at some documents of collection "
        f"{KEYSPACE}.c: the answer makes no sense"
    )


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(with_service(NEW), id="in place"),
        pytest.param(
            {
                "definition": {
                    **ROWS["definition"],
                    "columns": {
                        **ROWS["definition"]["columns"],
                        "made": {
                            "type": "vector",
                            "dimension": 2048,
                            "service": {**NEW, "provider": "voyageAI", "modelName": "voyage-large-2-instruct"},
                        },
                    },
                }
            },
            id="replaced",
        ),
    ],
)
def test_the_rows_of_a_table_are_not_counted(emulator: Connection, put: Put, new: Any, commands: list[str]) -> None:
    before, after = declared(tables={"t": ROWS}), declared(tables={"t": new})
    put(before, "t", {"id": "1"})
    commands.clear()
    (found,) = weigh(emulator, before, after, PRICE)
    assert (found.category, found.effort) == ("re-embed", Effort())
    assert found.sentence.endswith(
        ". The table holds rows; how many requests they take cannot be told, for the Data API counts no rows"
    )
    assert "countDocuments" not in commands
