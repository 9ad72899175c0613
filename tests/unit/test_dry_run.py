"""The server's own verdict: what it says of a service, and when it is believed. Nothing is ever left behind."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from astra import database, dry_run
from astra.http import Connection
from astra.sharing import SharedReads
from emulator.world import World

OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}
STORED = {**OPENAI, "authentication": {"providerKey": "stored"}}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}


@pytest.fixture
def endpoint(emulator: Connection, world: World) -> Iterator[str]:
    """Of a database that is ACTIVE and knows the credential `stored` of OpenAI; empty before and after."""
    world.add_credential("openai", "stored")
    identity = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, identity)
    yield emulator.target.api_endpoint(identity, "us-east-2")
    assert world.tables(identity, "default_keyspace") == {}
    assert world.collections(identity, "default_keyspace") == {}


def asked(connection: Connection, endpoint: str, **vector: Any) -> dry_run.Verdict:
    return dry_run.verdict(connection, SharedReads(), endpoint, "default_keyspace", vector)


@pytest.mark.parametrize("service", [STORED, OPENAI, NVIDIA])
def test_what_the_database_would_take_is_accepted(emulator: Connection, endpoint: str, service: dict[str, Any]) -> None:
    assert asked(emulator, endpoint, service=service) == dry_run.Verdict("accepted")


@pytest.mark.parametrize(
    ("vector", "outcome", "code"),
    [
        ({"service": {**OPENAI, "authentication": {"providerKey": "nobody"}}}, "credential", "VECTORIZE_CREDENTIAL_INVALID"),
        ({"service": {**STORED, "modelName": "text-embedding-9"}}, "refused", "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({"service": STORED, "dimension": 5000}, "refused", "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({"service": {**STORED, "parameters": {"colour": "red"}}}, "refused", "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({"service": {**OPENAI, "provider": "nobody"}}, "refused", "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({"service": {**NVIDIA, "modelName": "nobody"}}, "refused", "INVALID_CREATE_COLLECTION_OPTIONS"),
    ],
)
def test_what_it_would_refuse_is_refused_in_its_words(
    emulator: Connection, endpoint: str, vector: dict[str, Any], outcome: str, code: str
) -> None:
    found = asked(emulator, endpoint, **vector)
    assert (found.outcome, code in found.said) == (outcome, True), found


def test_a_model_that_is_deprecated_in_this_very_database(emulator: Connection, endpoint: str, world: World) -> None:
    world.set_model_status("nvidia", NVIDIA["modelName"], "DEPRECATED", emulator.target.database_id(endpoint))
    found = asked(emulator, endpoint, service=NVIDIA)
    assert found.outcome == "refused"
    assert "DEPRECATED_AI_MODEL" in found.said


def test_when_the_check_of_credentials_itself_fails_nothing_is_known(emulator: Connection, endpoint: str, world: World) -> None:
    world.set("credential_service", "failing")
    assert asked(emulator, endpoint, service=STORED).outcome == "unknown"


def test_the_same_question_is_asked_once_and_a_control_once_a_kind(
    emulator: Connection, endpoint: str, commands: list[str]
) -> None:
    verdicts = SharedReads()
    commands.clear()
    for dimension in (512, 512, 1024):
        vector = {"service": STORED, "dimension": dimension}
        assert dry_run.verdict(emulator, verdicts, endpoint, "default_keyspace", vector).outcome == "accepted"
    assert commands == ["createTable"] * 3


def answer(code: str) -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": "REQUEST", "message": "no"}]})


@pytest.mark.parametrize(
    ("control", "answered", "outcome"),
    [
        ("VECTORIZE_CREDENTIAL_INVALID", "UNKNOWN_PARTITION_COLUMNS", "accepted"),
        ("VECTORIZE_CREDENTIAL_INVALID", "VECTORIZE_CREDENTIAL_INVALID", "credential"),
        # The key is looked at first: then its refusal says nothing of the service.
        ("UNKNOWN_PARTITION_COLUMNS", "UNKNOWN_PARTITION_COLUMNS", "unknown"),
        # Refused for another reason than the credential, so that no credential was looked at.
        ("INVALID_CREATE_COLLECTION_OPTIONS", "UNKNOWN_PARTITION_COLUMNS", "unknown"),
        ("INVALID_CREATE_COLLECTION_OPTIONS", "INVALID_CREATE_COLLECTION_OPTIONS", "refused"),
        ("VECTORIZE_CREDENTIAL_INVALID", "SOMETHING_NEW", "unknown"),
    ],
)
def test_it_is_believed_only_where_the_control_was_refused(
    answering: Callable, control: str, answered: str, outcome: str
) -> None:
    service = answering(answer(control), answer(answered))
    assert asked(service.connection, "https://data", service=STORED).outcome == outcome


def test_a_table_that_was_made_after_all_is_dropped_at_once_and_nothing_more_is_asked(answering: Callable) -> None:
    fine = httpx.Response(200, json={"status": {"ok": 1}})
    service = answering(fine)
    verdicts = SharedReads()
    for dimension in (512, 1024):
        vector = {"service": STORED, "dimension": dimension}
        found = dry_run.verdict(service.connection, verdicts, "https://data", "docs", vector)
        assert found.outcome == "unknown"
        assert "made a table without the column of its key" in found.said
    assert [next(iter(httpx.Response(200, content=one.content).json())) for one in service.requests] == [
        "createTable",
        "dropTable",
    ]
