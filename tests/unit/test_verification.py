"""How sure it is that a database can use an integration: verified, asserted, missing or unknown, each with its proof."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import database, verification
from astra.data_api import command
from astra.errors import AstraError, Unavailable, Unreadable
from astra.http import Connection
from astra.verification import PROVIDER_REFUSED, Question, Verification, provider_status
from emulator.world import World
from tests.unit.conftest import Clock

KEY = "voyage-key-that-nobody-may-see"


@pytest.fixture
def endpoint(emulator: Connection) -> str:
    """Of a database that is ACTIVE."""
    identity = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, identity)
    return emulator.target.api_endpoint(identity, "us-east-2")


def question(endpoint: str, provider: str = "openai", authentication: str = "SHARED_SECRET", **further: Any) -> Question:
    credential = "stored" if authentication == "SHARED_SECRET" else ""
    settings: dict[str, Any] = {"credential": credential, "parameters": {}, **further}
    return Question(endpoint, "default_keyspace", provider, authentication, **settings)


def asked(connection: Connection, put: Question, key: str | None = None) -> Verification:
    return verification.verify(connection, put, lambda: key)


EXTERNAL = ("azureOpenAI", "huggingface", "huggingfaceDedicated", "jinaAI", "mistral", "openai", "upstageAI", "voyageAI")


@pytest.mark.parametrize("provider", EXTERNAL)
def test_a_stored_credential_is_verified_for_every_external_provider(
    emulator: Connection, endpoint: str, world: World, provider: str
) -> None:
    world.add_credential(provider, "stored")
    assert asked(emulator, question(endpoint, provider)) == Verification(
        "verified", "the database accepted the credential stored, and refused an impossible one"
    )


@pytest.mark.parametrize("provider", EXTERNAL)
def test_one_that_is_not_there_is_missing_once_it_was_refused_twice_some_time_apart(
    emulator: Connection, endpoint: str, clock: Clock, provider: str
) -> None:
    clock.pauses.clear()
    found = asked(emulator, question(endpoint, provider))
    assert found.status == "missing"
    assert found.proof.startswith("the database refused the credential stored twice: cannot try ")
    assert "VECTORIZE_CREDENTIAL_INVALID" in found.proof
    assert clock.pauses == [verification.APART]


def test_one_that_is_scoped_to_another_database_is_missing(emulator: Connection, endpoint: str, world: World) -> None:
    world.add_credential("openai", "stored", ["0a1b2c3d-0000-4000-8000-000000000001"])
    assert asked(emulator, question(endpoint)).status == "missing"


def test_nvidia_needs_none_and_is_verified_by_a_model(emulator: Connection, endpoint: str) -> None:
    assert asked(emulator, question(endpoint, "nvidia", "NONE")) == Verification(
        "verified", "the database accepted a model of NVIDIA, and refused an impossible one"
    )


def test_a_provider_that_the_database_does_not_list_is_missing(emulator: Connection, endpoint: str, world: World) -> None:
    world.set_provider("nvidia", None, emulator.target.database_id(endpoint))
    found = asked(emulator, question(endpoint, "nvidia", "NONE"))
    assert found.status == "missing"
    assert found.proof.startswith("the database lists no provider nvidia; it lists azureOpenAI, ")


def test_a_kind_of_authentication_that_is_not_enabled_is_missing(emulator: Connection, endpoint: str, world: World) -> None:
    world.set("shared_secret", False)
    assert asked(emulator, question(endpoint)) == Verification("missing", "the database offers OpenAI with HEADER alone")


def test_a_header_is_asserted_as_long_as_no_key_was_tried(emulator: Connection, endpoint: str) -> None:
    assert asked(emulator, question(endpoint, "voyageAI", "HEADER")) == Verification(
        "asserted", "Voyage AI is enabled with HEADER; the application's key was not tried"
    )


def test_a_key_is_tried_by_a_search_that_leaves_nothing_behind(
    emulator: Connection, endpoint: str, world: World, commands: list[str]
) -> None:
    put = question(endpoint, "voyageAI", "HEADER")
    assert asked(emulator, put, KEY).proof.endswith(
        "keyspace default_keyspace has no collection of this account yet to try the key with"
    )
    service = {"provider": "voyageAI", "modelName": "voyage-2"}
    emulator.client.post(
        f"{endpoint}/api/json/v1/default_keyspace",
        json={"createCollection": {"name": "pages", "options": {"vector": {"service": service}}}},
    )
    with emulator.reads.changing():
        commands.clear()
    assert asked(emulator, put, KEY) == Verification("verified", "a search in collection pages with the key was answered")
    assert set(commands) == {"findEmbeddingProviders", "createTable", "findCollections", "findOne"}
    world.set("header_keys", {"voyageAI": ["another"]})
    found = asked(emulator, put, KEY)
    assert found.status == "missing"
    assert KEY not in found.proof


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        (PROVIDER_REFUSED, "Provider 'openai' returned a HTTP client error with HTTP 401; error message: bad key", 401),
        (PROVIDER_REFUSED, "The Embedding Provider returned a HTTP client error: Provider: openai; HTTP Status: 403; Error", 403),
        # The provider's own words come last.
        (PROVIDER_REFUSED, "Provider 'openai' returned a HTTP client error with HTTP 400; error message: HTTP 401", 400),
        (PROVIDER_REFUSED, "request 401 was refused", None),
        ("EMBEDDING_PROVIDER_SERVER_ERROR", "Provider 'openai' returned a HTTP server error with HTTP 503", None),
    ],
)
def test_the_status_of_a_provider_is_the_data_api_s_word(answering: Callable, code: str, said: str, status: int | None) -> None:
    service = answering(httpx.Response(200, json={"errors": [{"errorCode": code, "message": said, "family": "SERVER"}]}))
    with pytest.raises(AstraError) as raised:
        command(service.connection, "https://data", "/k/HTTP 401", "find", {}, "search HTTP 401", repeatable=False)
    assert provider_status(raised.value) == status


def test_when_the_check_of_credentials_fails_it_is_asserted_and_nothing_is_claimed(
    emulator: Connection, endpoint: str, world: World
) -> None:
    world.set("credential_service", "failing")
    found = asked(emulator, question(endpoint))
    assert found.status == "asserted"
    assert found.proof.startswith("OpenAI is enabled with SHARED_SECRET; trying it told nothing: ")


def test_a_refusal_that_does_not_last_was_none(emulator: Connection, endpoint: str, world: World, clock: Clock) -> None:
    # While the answers were some time apart, somebody stored the credential.
    slept = clock.sleep

    def sleep(seconds: float) -> None:
        slept(seconds)
        world.add_credential("openai", "stored")

    connection = Connection(emulator.target, emulator.client, sleep)
    assert asked(connection, question(endpoint)) == Verification(
        "verified", "the database accepted the credential stored, and refused an impossible one"
    )


@pytest.mark.parametrize("entry", [{"supportedAuthentication": None}, {"supportedAuthentication": {"NONE": None}}, {}, None])
def test_a_provider_of_which_no_kind_is_told_makes_the_list_unreadable(answering: Callable, entry: Any) -> None:
    entries = {"openai": entry, "nvidia": {"supportedAuthentication": {}}}
    service = answering(httpx.Response(200, json={"status": {"embeddingProviders": entries}}))
    with pytest.raises(Unreadable) as raised:
        verification.providers(service.connection, "https://data")
    assert str(raised.value) == (
        "cannot list the embedding providers of https://data: the answer does not say which kinds of authentication openai has."
    )


def test_an_outage_is_an_error_and_no_verdict(answering: Callable) -> None:
    with pytest.raises(Unavailable):
        asked(answering(httpx.Response(503)).connection, question("https://data"))


def test_parameters_of_the_account_that_are_not_stated_do_not_keep_it_from_being_verified(
    emulator: Connection, endpoint: str, world: World
) -> None:
    world.add_credential("azureOpenAI", "stored")
    for parameters in ({}, {"resourceName": "kb", "deploymentId": "small"}):
        assert asked(emulator, question(endpoint, "azureOpenAI", parameters=parameters)).status == "verified"
