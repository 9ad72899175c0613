"""Having an integration embed once: what the provider's answer says of it, and what says nothing."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import database
from astra import index as indexes
from astra import table as tables
from astra.applied import Applied
from astra.http import Connection
from astra.inventory import Found, Place, inventory
from astra.probe import probed
from astra.unknown import MEANING, Cause
from astra.verification import PROVIDER_REFUSED
from emulator.world import World
from tests.unit.conftest import Service

ID = "0a1b2c3d-0000-4000-8000-000000000001"
ENDPOINT = f"https://{ID}-us-east-2.apps.astra.datastax.com"
KEY = "CANARYkeyCANARY"


def integration(authentication: str, **inputs: Any) -> Applied:
    stated = {"apiEndpoint": ENDPOINT, "provider": "openai", "authentication": authentication, **inputs}
    return Applied("urn:i", "integration", "knowledge.openai", "x", stated, outcome="met")


def service_of(provider: str, authentication: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"provider": provider, "modelName": "m", **({"authentication": authentication} if authentication else {}), **more}


def using(name: str, provider: str = "openai", **authentication: str) -> Found:
    return Found("collection", ID, ("docs", name), {"vector": {"dimension": 8, "service": service_of(provider, authentication)}})


def table(name: str, *columns: str, **authentication: str) -> Found:
    """A table that embeds in those columns."""
    embedded = {one: {"type": "vector", "dimension": 8, "service": service_of("openai", authentication)} for one in columns}
    key = {"partitionBy": ["document"], "partitionSort": {}}
    return Found("table", ID, ("docs", name), {"columns": {"document": {"type": "text"}, **embedded}, "primaryKey": key})


def index(name: str, column: str) -> Found:
    return Found("index", ID, ("docs", name, f"{name}_{column}"), {"table": name, "indexType": "vector", "column": column})


STORED = integration("SHARED_SECRET", providerKey="stored")
HEADER = integration("HEADER", keyVariable="THE_KEY")
USERS = [
    Found("keyspace", ID, ("docs",)),
    using("another_account", providerKey="another.providerKey"),
    using("of_stored", providerKey="stored.providerKey"),
    using("of_header"),
    using("another_provider", "nvidia"),
]


def refused(code: str, message: str = "no", family: str = "SERVER") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "message": message, "family": family}]})


def by_provider(status: int) -> httpx.Response:
    """As the Data API words it; the provider's own words come last, and have numbers in them, too."""
    said = f"Provider 'openai' returned a HTTP client error with HTTP {status}; error message: request 401 of HTTP 429"
    return refused(PROVIDER_REFUSED, said)


ANSWERED = httpx.Response(200, json={"data": {"documents": []}})


def told(service: Service, one: Applied, users: list[Found] = USERS, key: str | None = KEY) -> list[tuple[str, str, str]]:
    found = probed(service.connection, one, users, {"THE_KEY": key}.get)
    return [(drift.kind, drift.address, drift.sentence) for drift in found]


@pytest.mark.parametrize(("one", "name", "header"), [(STORED, "of_stored", None), (HEADER, "of_header", KEY)])
def test_a_search_by_text_in_something_that_it_embeds_for_and_nothing_else(
    answering: Callable[..., Service], one: Applied, name: str, header: str | None
) -> None:
    service = answering(ANSWERED)
    assert told(service, one) == []
    (request,) = service.requests
    assert request.url.path == f"/api/json/v1/docs/{name}"
    assert request.headers.get("x-embedding-api-key") == header
    body = {"sort": {"$vectorize": "astra-vectorize"}, "projection": {"_id": True}, "options": {"limit": 1}}
    assert json.loads(request.content) == {"find": body}


def test_what_a_table_alone_embeds_is_tried_there(answering: Callable[..., Service]) -> None:
    service = answering(ANSWERED)
    users = [table("bare", "v", providerKey="stored.providerKey"), table("chunks", "u", "v", providerKey="stored.providerKey")]
    assert told(service, STORED, [*users, index("chunks", "v")]) == []
    (request,) = service.requests
    assert request.url.path == "/api/json/v1/docs/chunks"
    body = {"sort": {"v": "astra-vectorize"}, "projection": {"document": True}, "options": {"limit": 1}}
    assert json.loads(request.content) == {"find": body}


def test_the_service_s_own_table_is_searched_by_a_text(emulator: Connection, world: World) -> None:
    world.add_credential("openai", "stored")
    identity = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, identity)
    endpoint = emulator.target.api_endpoint(identity, "us-east-2")
    openai = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "stored"}}
    columns = {"id": "text", "v": {"type": "vector", "dimension": 8, "service": openai}}
    place = (emulator, endpoint, "default_keyspace")
    tables.create(*place, "chunks", {"columns": columns, "primaryKey": "id"})
    one = integration("SHARED_SECRET", providerKey="stored", apiEndpoint=endpoint)

    def tried() -> list[str]:
        users = inventory(emulator, [Place(identity, endpoint, keyspaces={"default_keyspace": frozenset({"chunks"})})]).found
        return [drift.sentence for drift in probed(emulator, one, users, lambda _: None)]

    unindexed = "trying it told nothing: it was answered with CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS"
    assert tried() == [unindexed]
    indexes.create(*place, "chunks", "by_v", {"indexType": "vector", "column": "v", "options": {}})
    assert tried() == []
    world.set("embedding_providers", "unreachable")
    assert tried() == ["trying it told nothing: it was answered with EMBEDDING_PROVIDER_BAD_HOST_NAME"]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "the provider answered HTTP 401 and does not take the key"),
        (403, "the provider answered HTTP 403 and does not take the key"),
        (400, "the provider answered HTTP 400; it may be the key or the model that it refuses"),
        (404, "the provider answered HTTP 404; it may be the key or the model that it refuses"),
    ],
)
def test_what_the_provider_refuses_is_drift(answering: Callable[..., Service], status: int, why: str) -> None:
    service = answering(by_provider(status))
    sentence = f"a search by text in collection docs.of_stored was refused with EMBEDDING_PROVIDER_CLIENT_ERROR: {why}"
    assert told(service, STORED) == [("integration", "knowledge.openai", sentence)]
    # To ask again is to embed again.
    assert len(service.requests) == 1


def test_a_refusal_in_other_words_says_no_more_than_is_known(answering: Callable[..., Service]) -> None:
    service = answering(refused(PROVIDER_REFUSED, "key 401 of 429"))
    ((kind, _, sentence),) = told(service, STORED, [table("t", "v w", providerKey="stored")])
    assert kind == "integration"
    assert sentence == (
        "a search by text in column v w of table docs.t was refused with EMBEDDING_PROVIDER_CLIENT_ERROR: "
        "it may be the key or the model that the provider refuses"
    )


@pytest.mark.parametrize(
    ("answer", "reason", "becomes"),
    [
        (by_provider(429), "it was answered with EMBEDDING_PROVIDER_CLIENT_ERROR", "passes"),
        (refused("EMBEDDING_PROVIDER_RATE_LIMITED"), "it was answered with EMBEDDING_PROVIDER_RATE_LIMITED", "passes"),
        (refused("EMBEDDING_PROVIDER_TIMEOUT"), "it was answered with EMBEDDING_PROVIDER_TIMEOUT", "passes"),
        # So it is answered, too, when the credentials cannot be looked up for the moment (recorded).
        (
            refused("EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"),
            "it was answered with EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE",
            "passes",
        ),
        (refused("UNAUTHORIZED_ACCESS", family="REQUEST"), "it was answered with UNAUTHORIZED_ACCESS", "stays"),
        (
            httpx.Response(503),
            "cannot search in collection docs.of_stored: HTTP 503. The service is busy or failing: run again later.",
            "passes",
        ),
    ],
)
def test_what_says_nothing_of_the_key_is_unknown(
    answering: Callable[..., Service], answer: httpx.Response, reason: str, becomes: Cause
) -> None:
    (found,) = probed(answering(answer).connection, STORED, USERS, lambda _: None)
    assert (found.kind, found.sentence, found.meaning) == ("unknown", f"trying it told nothing: {reason}", MEANING[becomes])


@pytest.mark.parametrize("key", [None, "", "not a\nkey", "schlüssel"])
def test_without_a_key_it_cannot_be_tried_and_nothing_is_sent(answering: Callable[..., Service], key: str | None) -> None:
    service = answering(ANSWERED)
    (found,) = probed(service.connection, HEADER, USERS, {"THE_KEY": key}.get)
    assert (found.kind, found.sentence) == ("unknown", "it was not tried: the environment variable THE_KEY holds no key")
    assert found.meaning == MEANING["stays"]
    assert service.requests == []


OTHERS_PARAMETERS = Found(
    "collection",
    ID,
    ("docs", "others"),
    {"vector": {"service": service_of("azureOpenAI", {}, parameters={"resourceName": "theirs", "deploymentId": "d"})}},
)


@pytest.mark.parametrize(
    ("one", "users"),
    [
        (integration("HEADER"), USERS),
        (STORED, USERS[:2]),
        (HEADER, USERS[:3]),
        # No key goes to another account.
        (
            integration("HEADER", provider="azureOpenAI", keyVariable="THE_KEY", parameters={"resourceName": "ours"}),
            [OTHERS_PARAMETERS],
        ),
    ],
    ids=["HEADER without a variable", "another credential", "a stored one", "another account"],
)
def test_where_nothing_relies_on_it_or_no_key_is_named_nothing_is_told_or_sent(
    answering: Callable[..., Service], one: Applied, users: list[Found]
) -> None:
    service = answering(ANSWERED)
    assert told(service, one, users) == []
    assert service.requests == []


@pytest.mark.parametrize(
    "authentication", [{"providerKey": "stored.providerKey"}, {"providerKey": "stored"}, {"accessId": "stored.accessId"}]
)
def test_a_credential_is_known_by_its_name_whatever_it_is_used_as(
    answering: Callable[..., Service], authentication: dict[str, str]
) -> None:
    service = answering(ANSWERED)
    assert told(service, STORED, [using("a", **authentication)]) == []
    assert len(service.requests) == 1


def test_the_key_is_nowhere_in_what_is_told(answering: Callable[..., Service]) -> None:
    for answer in (refused(PROVIDER_REFUSED, f"{KEY} 401"), httpx.Response(503, text=KEY)):
        (found,) = probed(answering(answer).connection, HEADER, USERS, {"THE_KEY": KEY}.get)
        assert KEY not in str(found)
