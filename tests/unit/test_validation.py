"""Definitions against the schemas of resources: each rule and its sentence."""

from typing import Any

import pytest

from astra.errors import Problem
from astra.validation import UNKNOWN, problems, problems_by, sharpened, validator

GONE = object()
COLLECTION = {"apiEndpoint": "https://x.apps.astra.datastax.com", "keyspace": "default_keyspace", "name": "articles"}
DATABASE = {"name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
KEYSPACE = {"databaseId": "0a1b", "name": "research"}
REGION = {"databaseId": "0a1b", "cloudProvider": "AWS", "region": "us-west-2"}
INTEGRATION = {
    "apiEndpoint": "https://x.apps.astra.datastax.com",
    "keyspace": "default_keyspace",
    "provider": "openai",
    "authentication": "SHARED_SECRET",
    "providerKey": "knowledge-dev-openai",
    "parameters": {"organizationId": "org-1"},
    "timeout": 0,
}
VALID: dict[str, dict[str, Any]] = {
    "resources:collection": COLLECTION,
    "resources:database": DATABASE,
    "resources:database-region": REGION,
    "resources:keyspace": KEYSPACE,
    "resources:provider-integration": INTEGRATION,
}
DATABASE_NAME = "must be 1 to 50 characters, letters and digits at both ends, between them also & + - _ ( ) < > . , @ and spaces"
KEYSPACE_NAME = "must be 1 to 48 letters, digits or underscores, begin with a letter or digit, and be neither dse nor system"
COLLECTION_NAME = "must be 1 to 48 letters, digits or underscores"
VARIABLE_NAME = (
    "must be the name of an environment variable that holds the key: 1 to 128 capital letters, digits and _, not a digit first"
)


def said(kind: str, **changed: Any) -> list[str]:
    """The problems of a valid definition of that kind once something in it is changed, or GONE."""
    definition = {**VALID[f"resources:{kind}"], **changed}
    stated = {key: value for key, value in definition.items() if value is not GONE}
    return [str(problem) for problem in problems(stated, f"resources:{kind}")]


@pytest.mark.parametrize("kind", VALID)
def test_the_definitions_that_these_tests_change_are_valid(kind: str) -> None:
    assert said(kind.removeprefix("resources:")) == []


@pytest.mark.parametrize(
    ("kind", "name", "sentences"),
    [
        ("database", "a", []),
        ("database", "a" * 50, []),
        ("database", "A b&c+d-e_f(g)<h>.i,j@k", []),
        ("database", "a" * 51, [f'name: {DATABASE_NAME}; "{"a" * 51}" is not']),
        ("database", "-a", [f'name: {DATABASE_NAME}; "-a" is not']),
        ("database", "a ", [f'name: {DATABASE_NAME}; "a " is not']),
        ("database", "a\n", [f'name: {DATABASE_NAME}; "a\\n" is not']),
        ("database", "", [f'name: {DATABASE_NAME}; "" is not']),
        ("keyspace", "0", []),
        ("keyspace", "k" * 48, []),
        ("keyspace", "system_1", []),
        ("keyspace", "k" * 49, [f'name: {KEYSPACE_NAME}; "{"k" * 49}" is not']),
        ("keyspace", "_k", [f'name: {KEYSPACE_NAME}; "_k" is not']),
        ("keyspace", "dse", [f'name: {KEYSPACE_NAME}; "dse" is not']),
        ("keyspace", "system", [f'name: {KEYSPACE_NAME}; "system" is not']),
        ("keyspace", "k-1", [f'name: {KEYSPACE_NAME}; "k-1" is not']),
        ("collection", "_", []),
        ("collection", "c" * 48, []),
        ("collection", "c" * 49, [f'name: {COLLECTION_NAME}; "{"c" * 49}" is not']),
        ("collection", "ü", [f'name: {COLLECTION_NAME}; "ü" is not']),
        ("collection", "c\n", [f'name: {COLLECTION_NAME}; "c\\n" is not']),
        ("collection", 5, ["name: must be text, not a number; quote it to make it text"]),
        ("collection", None, ["name: must be text, not nothing"]),
    ],
)
def test_name(kind: str, name: Any, sentences: list[str]) -> None:
    assert said(kind, name=name) == sentences


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"vector": []}, "vector: must be a mapping, not a list"),
        ({"vector": {"dimension": 0}}, "vector.dimension: 0 is not allowed; allowed: 1 to 4096"),
        ({"vector": {"dimension": 4097}}, "vector.dimension: 4097 is not allowed; allowed: 1 to 4096"),
        ({"vector": {"dimension": 1.5}}, "vector.dimension: must be a whole number, not a number with a fraction"),
        ({"vector": {"dimension": "8"}}, "vector.dimension: must be a whole number, not text"),
        ({"vector": {"dimension": True}}, "vector.dimension: must be a whole number, not true or false"),
        (
            {"vector": {"metric": "cosin"}},
            'vector.metric: "cosin" is not one of cosine, dot_product, euclidean (default cosine); did you mean "cosine"?',
        ),
        ({"vector": {"metric": 5}}, "vector.metric: 5 is not one of cosine, dot_product, euclidean (default cosine)"),
        ({"vector": {"dimensions": 8}}, 'vector.dimensions: unknown key; did you mean "dimension"?'),
        ({"vector": {"ttl": 8}}, "vector.ttl: unknown key; allowed: dimension, metric, sourceModel, service"),
        ({"vector": {"service": {}}}, 'vector.service: "provider" is missing: the embedding provider, as the Data API names it'),
        (
            {"vector": {"service": {"provider": "x", "authentication": {"accessId": "a"}}}},
            "vector.service.authentication.accessId: unknown key; allowed: providerKey",
        ),
        ({"indexing": {}}, "indexing: needs either allow or deny, not both"),
        ({"indexing": {"allow": [], "deny": []}}, "indexing: needs either allow or deny, not both"),
        ({"indexing": {"deny": "a"}}, "indexing.deny: must be a list, not text"),
        (
            {"indexing": {"deny": ["a", ""]}},
            'indexing.deny[1]: must be the dotted path of a field, and begin with $ only where it is $vector, $vectorize or $lexical; "" is not',  # noqa: E501
        ),
        ({"defaultId": {}}, 'defaultId: "type" is missing: one of objectId, uuid, uuidv6, uuidv7'),
        ({"lexical": {"enabled": False, "analyzer": "x"}}, "lexical: an analyzer cannot be given while lexical search is off"),
        ({"lexical": {"analyzer": "x"}}, 'lexical: "enabled" is missing: on or off'),
        ({"lexical": {"enabled": True, "analyzer": 5}}, "lexical.analyzer: must be text or a mapping, not a number"),
        ({"rerank": {"enabled": True, "service": {}}}, 'rerank.service: "provider" is missing: one of nvidia'),
    ],
)
def test_option_of_a_collection(changed: dict[str, Any], sentence: str) -> None:
    assert said("collection", **changed) == [sentence]


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("https://0a1b-us-east-2.apps.astra.datastax.com", True),
        ("http://127.0.0.1:8181/databases/0a1b-us-east-2", True),
        ("http://[::1]:8181", True),
        ("https://data.example.com/v10/api", True),
        ("http://localhost:8181/", False),
        ("http://localhost:8181/v1", False),
        ("http://localhost:8181/v1/default_keyspace", False),
        ("https://data.example.com/api/json/v1", False),
        ("https://data.example.com?x", False),
        ("https://me@data.example.com", False),
        ("ftp://localhost", False),
        ("localhost:8181", False),
        ("http://", False),
        ("", False),
    ],
)
def test_address_of_a_data_api(address: str, right: bool) -> None:
    rest = "alone: no user or password, no /api/json/v1 or /v1, no / at its end"
    sentence = f'apiEndpoint: must be the http(s) address of the database\'s Data API {rest}; "{address}" is not'
    assert said("collection", apiEndpoint=address) == ([] if right else [sentence])


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"provider": "nvidia", "authentication": "NONE", "providerKey": GONE}, []),
        ({"authentication": "HEADER", "providerKey": GONE}, []),
        ({"authentication": "HEADER", "providerKey": GONE, "keyVariable": "OPENAI_API_KEY"}, []),
        ({"authentication": "HEADER", "providerKey": GONE, "keyVariable": "_" * 128, "timeout": 3600}, []),
        ({"authentication": UNKNOWN}, []),
        (
            {"providerKey": GONE},
            ['"providerKey" is missing: the name under which a provider\'s key is stored in the Astra organisation'],
        ),
        (
            {"authentication": "HEADER"},
            ["providerKey: names a stored credential, which SHARED_SECRET alone uses: leave it out, or choose SHARED_SECRET"],
        ),
        (
            {"keyVariable": "OPENAI_API_KEY"},
            ["keyVariable: is for HEADER alone: no other authentication has a key to try; leave it out"],
        ),
        *(
            ({"authentication": "HEADER", "providerKey": GONE, "keyVariable": name}, [f"keyVariable: {VARIABLE_NAME}"])
            for name in ("", "openai", "1A", "A-B", "A" * 129, "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d")
        ),
        ({"timeout": -1}, ["timeout: -1 is not allowed; allowed: 0 to 3600 (default 0)"]),
        ({"timeout": 3601}, ["timeout: 3601 is not allowed; allowed: 0 to 3600 (default 0)"]),
        ({"authentication": GONE}, ['"authentication" is missing: one of NONE, HEADER, SHARED_SECRET']),
    ],
)
def test_provider_integration(changed: dict[str, Any], sentences: list[str]) -> None:
    assert said("provider-integration", **changed) == sentences


@pytest.mark.parametrize("address", ["http://me:word@db.example.com", "https://:word@db.example.com/x"])
def test_a_password_in_an_address_is_not_repeated(address: str) -> None:
    (sentence,) = said("collection", apiEndpoint=address)
    assert "word@" not in sentence
    assert "hidden" in sentence


def test_a_missing_and_an_unknown_key_are_told_by_their_names() -> None:
    found = problems({"name": "K", "cloudProvider": "AWS", "zone": "a"}, "resources:database")
    assert [(problem.path, problem.key) for problem in found] == [((), "region"), (("zone",), "zone")]
    (mistaken,) = problems({**DATABASE, "region": 5}, "resources:database")
    assert mistaken.key == ""


def test_what_is_missing_because_its_name_is_mistyped_is_told_once() -> None:
    assert said("database-region", region=GONE, regoin="us-west-2") == ['regoin: unknown key; did you mean "region"?']


def test_what_a_key_asks_for_is_missing_without_it() -> None:
    schema = {"properties": {"a": {"description": "The first."}, "b": {"enum": [1]}}, "dependentRequired": {"c": ["b", "a"]}}
    assert [str(one) for one in problems_by(validator(schema), {"c": 1})] == [
        '"a" is missing: the first',
        '"b" is missing: one of 1',
    ]
    assert [*problems_by(validator(schema), {}), *problems_by(validator(schema), "c")] == []


CREDENTIAL_NAME = "must be the credential's name: 1 to 50 letters, digits, _ or -, with a letter or digit at both ends"
LIKE_A_KEY = (
    "looks like a key or token itself: take it out (a credential goes by its name), and replace it if anybody else has seen this "
    "file"
)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("k", ""),
        ("k" * 50, ""),
        ("k" * 50 + ".providerKey", ""),
        ("knowledge-prod_openai", ""),
        ("k" * 51, CREDENTIAL_NAME),
        ("-k", CREDENTIAL_NAME),
        ("a b", CREDENTIAL_NAME),
        ("", CREDENTIAL_NAME),
        ("k.accessId", CREDENTIAL_NAME),
        ("hf_0123456789abcdefghij", LIKE_A_KEY),
        (5, "must be text, not a number; quote it to make it text"),
    ],
)
def test_the_name_of_a_credential_is_never_shown(name: Any, sentence: str) -> None:
    vector = {"dimension": 8, "service": {"provider": "openai", "modelName": "m", "authentication": {"providerKey": name}}}
    expected = [f"vector.service.authentication.providerKey: {sentence}"] if sentence else []
    assert said("collection", vector=vector) == expected


def test_all_problems_are_said_at_once_in_the_order_of_their_paths() -> None:
    assert said("database", name=5, cloudProvider="aws", region="US", zone="a") == [
        'cloudProvider: "aws" is not one of AWS, GCP, AZURE; did you mean "AWS"?',
        "name: must be text, not a number; quote it to make it text",
        'region: must be a region as its cloud names it, such as us-east-2; "US" is not',
        "zone: unknown key; allowed: name, cloudProvider, region",
    ]


def test_every_missing_key_is_named() -> None:
    assert [str(problem) for problem in problems({}, "resources:database")] == [
        '"cloudProvider" is missing: one of AWS, GCP, AZURE',
        '"name" is missing: the database\'s name, as the Astra Portal shows it',
        '"region" is missing: the database\'s first region, as that cloud names it',
    ]


@pytest.mark.parametrize("key", ["apiEndpoint", "keyspace", "name", "vector", "indexing", "defaultId", "lexical", "rerank"])
def test_what_is_not_known_yet_breaks_no_rule(key: str) -> None:
    assert said("collection", **{key: UNKNOWN}) == []


def test_within_a_mapping_the_known_part_is_checked_all_the_same() -> None:
    assert said("collection", vector={"dimension": UNKNOWN, "metric": "cosin"}) == [
        'vector.metric: "cosin" is not one of cosine, dot_product, euclidean (default cosine); did you mean "cosine"?'
    ]


def test_of_a_place_that_two_rules_speak_of_the_more_specific_one_speaks() -> None:
    general, specific, other = Problem(("a",), "1 to 4096"), Problem(("a",), "1024 alone"), Problem(("b",), "missing")
    assert sharpened([general, other], [specific]) == (other, specific)
