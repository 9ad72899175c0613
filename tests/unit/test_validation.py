"""Definitions against the schemas of resources: each rule and its sentence."""

from typing import Any

import pytest

from astra.errors import Problem
from astra.validation import UNKNOWN, problems, sharpened

COLLECTION = {"apiEndpoint": "https://x.apps.astra.datastax.com", "keyspace": "default_keyspace", "name": "articles"}
DATABASE = {"name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
KEYSPACE = {"databaseId": "0a1b", "name": "research"}
VALID = {"resources:collection": COLLECTION, "resources:database": DATABASE, "resources:keyspace": KEYSPACE}
DATABASE_NAME = "must be 1 to 50 characters, letters and digits at both ends, between them also & + - _ ( ) < > . , @ and spaces"
KEYSPACE_NAME = "must be 1 to 48 letters, digits or underscores, begin with a letter or digit, and be neither dse nor system"
COLLECTION_NAME = "must be 1 to 48 letters, digits or underscores"


def said(kind: str, **changed: Any) -> list[str]:
    """The problems of a valid definition of that kind once something in it is changed."""
    return [str(problem) for problem in problems({**VALID[f"resources:{kind}"], **changed}, f"resources:{kind}")]


@pytest.mark.parametrize("kind", ["collection", "database", "keyspace"])
def test_the_definitions_that_these_tests_change_are_valid(kind: str) -> None:
    assert said(kind) == []


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
        ({"apiEndpoint": "ftp://x"}, 'apiEndpoint: must be the http(s) address of the database\'s Data API; "ftp://x" is not'),
    ],
)
def test_option_of_a_collection(changed: dict[str, Any], sentence: str) -> None:
    assert said("collection", **changed) == [sentence]


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
        '"name" is missing: shown in the Astra Portal',
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
