"""`check`: the sentences of the environment file, nothing refused that is not known yet, and no value shown."""

from typing import Any

import pytest
from pulumi.output import Unknown as PulumiUnknown

from astra.document import Document
from astra.environment import findings
from astra.target import target
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.dynamic import AstraResourceProvider
from providers.keyspace import KeyspaceProvider
from providers.session import Session

# What the service would say is asked in tests/acceptance.
OFFLINE = Session(target("astra", {}, ""), frozenset(), asks=False)
UNKNOWN_YET = PulumiUnknown()  # type: ignore[no-untyped-call]
DATABASE = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
KEYSPACE = {"address": "knowledge.research", "databaseId": "0a1b", "name": "research"}
COLLECTION = {
    "address": "knowledge.research.articles",
    "apiEndpoint": "https://0a1b2c3d-0000-4000-8000-000000000001-us-east-2.apps.astra.datastax.com",
    "keyspace": "research",
    "name": "articles",
    "vector": {"service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}},
}
VALID: list[tuple[type[AstraResourceProvider], dict[str, Any]]] = [
    (DatabaseProvider, DATABASE),
    (KeyspaceProvider, KEYSPACE),
    (CollectionProvider, COLLECTION),
]


def reasons(kind: type[AstraResourceProvider], inputs: dict[str, Any]) -> list[str]:
    provider = kind()
    provider.session = OFFLINE
    result = provider.check({}, inputs)
    assert result.inputs is inputs
    assert {failure.property for failure in result.failures} <= {""}
    return [failure.reason for failure in result.failures]


@pytest.mark.parametrize(("kind", "inputs"), VALID)
def test_valid_inputs_pass_as_the_engine_sends_them(kind: type[AstraResourceProvider], inputs: dict[str, Any]) -> None:
    assert reasons(kind, {**inputs, "__provider": "gASV"}) == []
    assert reasons(kind, {**inputs, "__provider": "gASV", "vector": None, "lexical": None}) == []


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, inputs in VALID for key in inputs if key != "address"])
def test_an_input_that_is_not_known_yet_is_not_refused(kind: type[AstraResourceProvider], key: str) -> None:
    assert reasons(kind, {**dict(VALID)[kind], key: UNKNOWN_YET}) == []


def test_a_part_that_is_not_known_yet_is_not_refused_either() -> None:
    service = {"provider": "openai", "modelName": UNKNOWN_YET, "authentication": {"providerKey": UNKNOWN_YET}}
    assert reasons(CollectionProvider, {**COLLECTION, "vector": {"dimension": UNKNOWN_YET, "service": service}}) == []


def in_environment(database: dict[str, Any], keyspace: str, name: str, definition: dict[str, Any]) -> list[str]:
    """What is said of the same in an environment file, without file, place and path."""
    settings = {key: value for key, value in database.items() if key != "address"}
    data = {
        "target": {"kind": "astra"},
        "databases": {"knowledge": settings},
        "workload": {"knowledge": {keyspace: {"collections": {name: definition}}}},
    }
    # That an account is needed is the environment's business: a resource cannot know its integrations.
    return [one.sentence for one in findings(Document("f", data, {})) if one.rule != "reference"]


@pytest.mark.parametrize("changed", [{"name": "-x"}, {"cloudProvider": "aws"}, {"region": "US"}, {"name": 5}, {"name": "x" * 51}])
def test_a_database_is_refused_in_the_words_of_the_environment(changed: dict[str, Any]) -> None:
    wrong = {**DATABASE, **changed}
    said = [reason.split(": ", 2)[2] for reason in reasons(DatabaseProvider, wrong)]
    assert said == in_environment(wrong, "k", "c", {})
    assert said


@pytest.mark.parametrize(
    "vector",
    [
        {"dimension": 512, "service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}},
        {"dimension": 5000, "service": {"provider": "openai", "modelName": "text-embedding-3-small"}},
        {"dimension": "512", "service": {"provider": "openai", "modelName": "text-embedding-3-small"}},
        {"service": {"provider": "opnai", "modelName": "text-embedding-3-small"}},
        {"service": {"provider": "openai", "modelName": "text-embedding-3-smal"}},
        {"service": {"provider": "openai"}},
        {"service": {"provider": "openai", "modelName": "text-embedding-3-small", "parameters": {"x": 1}}},
        {"service": {"provider": "nvidia", "modelName": "NV-Embed-QA", "authentication": {"providerKey": "x"}}},
        {"service": {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "-"}}},
        {"metric": "cosin", "dimension": 0},
        {"ttl": 5},
        {},
    ],
)
def test_a_collection_is_refused_in_the_words_of_the_environment(vector: dict[str, Any]) -> None:
    said = [reason.split(": ", 2)[2] for reason in reasons(CollectionProvider, {**COLLECTION, "vector": vector})]
    assert sorted(said) == sorted(in_environment(DATABASE, "research", "articles", {"vector": vector}))
    assert said


def test_a_refusal_names_the_resource_and_the_place() -> None:
    vector = {"dimension": 512.0, "service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}
    assert reasons(CollectionProvider, {**COLLECTION, "vector": vector}) == [
        "knowledge.research.articles: vector.dimension: 512 is not allowed; allowed: 1024 alone"
    ]
    (reason,) = reasons(KeyspaceProvider, {**KEYSPACE, "name": "system"})
    assert reason.startswith("knowledge.research: name: must be 1 to 48 letters, digits or underscores, ")
    assert reason.endswith(', and be neither dse nor system; "system" is not')


def test_everything_is_said_at_once() -> None:
    assert len(reasons(DatabaseProvider, {**DATABASE, "name": "", "cloudProvider": "aws", "region": "US"})) == 3


@pytest.mark.parametrize("key", ["name", "keyspace", "apiEndpoint", "vector", "indexing", "sk-0123456789abcdefghij"])
def test_a_secret_in_the_wrong_place_is_not_shown(key: str) -> None:
    secret = "sk-0123456789abcdefghij"
    assert secret not in "\n".join(reasons(CollectionProvider, {**COLLECTION, key: secret}))
    service = {"provider": secret, "modelName": secret, "authentication": {"providerKey": secret}}
    assert secret not in "\n".join(reasons(CollectionProvider, {**COLLECTION, "vector": {"metric": secret, "service": service}}))


def test_what_is_only_worth_a_warning_stops_nothing() -> None:
    """Azure was seen to fail above 1536; who has it running must be able to go on."""
    parameters = {"resourceName": "kb", "deploymentId": "large"}
    service = {"provider": "azureOpenAI", "modelName": "text-embedding-3-large", "parameters": parameters}
    assert reasons(CollectionProvider, {**COLLECTION, "vector": {"dimension": 3072, "service": service}}) == []
