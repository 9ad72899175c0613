"""An environment: what crosses its schema, what it declares, and that a pasted secret is never repeated.

Whole files with their problems stand in tests/examples.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import canonical
from astra.declaration import Collection, Database, Environment, Index, Integration, Keyspace, Table
from astra.document import Document, parse
from astra.environment import environment, findings

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
KNOWLEDGE = {"name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
VALID: dict[str, Any] = {
    "target": {"kind": "astra"},
    "protect": True,
    "allowDataLoss": ["knowledge.default_keyspace.articles"],
    "timeouts": {"credential": 60},
    "promotesTo": "staging",
    "promotion": {"soak": "24h", "prices": {"openai/text-embedding-3-small": 0.02}},
    "promoted": {
        "from": "try",
        "digest": f"sha256:{'0123456789abcdef' * 4}",
        "commit": "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f",
        "deployedAt": "2026-11-22T16:22:00Z",
    },
    "databases": {
        "knowledge": {**KNOWLEDGE, "additionalRegions": ["us-west-2"]},
        "by_id": {"id": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"},
        "by_address": {"apiEndpoint": "https://db.example.com"},
    },
    "integrations": {
        "openai": {
            "provider": "openai",
            "authentication": "SHARED_SECRET",
            "providerKey": "knowledge-dev-openai",
            "parameters": {"organizationId": "org-1"},
            "databases": ["knowledge"],
        },
        "huggingface": {"authentication": "HEADER", "keyVariable": "HF_TOKEN"},
        "nvidia": {"authentication": "NONE"},
    },
    "workload": {
        "knowledge": {
            "default_keyspace": {
                "collections": {
                    "articles": {
                        "vector": {
                            "dimension": 512,
                            "metric": "cosine",
                            "sourceModel": "other",
                            "service": {
                                "integration": "openai",
                                "modelName": "text-embedding-3-small",
                                "authentication": {"providerKey": "another"},
                            },
                        },
                        "indexing": {"deny": ["metadata.internal"]},
                        "defaultId": {"type": "uuid"},
                        "lexical": {"enabled": True, "analyzer": "standard"},
                        "rerank": {"enabled": True, "service": {"provider": "nvidia"}},
                    },
                    "papers": {"vector": {"service": {"provider": "huggingface", "modelName": "BAAI/bge-base-en-v1.5"}}},
                    "tickets": {"vector": {"service": NVIDIA}},
                    "own": {"vector": {"dimension": 8}},
                    "plain": None,
                },
                "tables": {
                    "chunks": {
                        "definition": {
                            "columns": {
                                "id": "text",
                                "tags": {"type": "set", "valueType": "text"},
                                "embedding": {"type": "vector", "service": NVIDIA},
                            },
                            "primaryKey": {"partitionBy": ["id"]},
                        },
                        "indexes": {"chunks_embedding": {"column": "embedding", "metric": "cosine"}},
                    }
                },
            },
            "empty": None,
        }
    },
}


def positions(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in it."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield (*path, step)
        yield from positions(value, (*path, step))


POSITIONS = list(positions(VALID))


def changed(path: tuple[Any, ...], value: Any, *, key: str = "") -> Document:
    """The valid environment with another value at that path, or with the key there renamed."""
    data = copy.deepcopy(VALID)
    target = data
    for step in path[:-1]:
        target = target[step]
    if key and isinstance(path[-1], str):
        target[key] = target.pop(path[-1])
    else:
        target[path[-1]] = value
    return Document("env.yaml", data, {})


def test_the_environment_that_these_tests_change_is_valid() -> None:
    assert findings(Document("env.yaml", VALID, {})) == []


SECRETS = st.builds(
    lambda prefix, tail: prefix + tail,
    st.sampled_from(["sk-", "sk-proj-", "AstraCS:abc:", "hf_", "jina_", "nvapi-", "Bearer "]),
    st.text("0123456789abcdef", min_size=24, max_size=80),
)


@given(st.sampled_from(POSITIONS), SECRETS, st.booleans(), st.booleans())
def test_a_secret_pasted_anywhere_is_never_repeated(path: tuple[Any, ...], secret: str, as_key: bool, in_a_text: bool) -> None:
    pasted = f"my key is {secret}" if in_a_text else secret
    found = [str(one) for one in findings(changed(path, pasted, key=pasted if as_key else ""))]
    assert secret[-12:] not in "\n".join(found)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(POSITIONS), ANYTHING)
def test_whatever_stands_wherever_problems_are_lines_and_none_means_it_can_be_declared(path: tuple[Any, ...], value: Any) -> None:
    document = changed(path, value)
    found = [str(one) for one in findings(document)]
    assert all(line.startswith("env.yaml:1:1: ") and "\n" not in line for line in found)
    assert found or environment(document.data).target in ("astra", "data-api", "emulator")


@pytest.mark.parametrize("path", [path for path in POSITIONS if isinstance(path[-1], str)])
def test_a_key_one_character_off_is_a_problem_unless_it_is_a_name_of_ones_own(path: tuple[Any, ...]) -> None:
    keyspace = ("workload", "knowledge", "default_keyspace")
    own = (
        ("databases",),
        ("integrations",),
        ("workload", "knowledge"),
        (*keyspace, "collections"),
        (*keyspace, "tables"),
        (*keyspace, "tables", "chunks", "definition", "columns"),
        (*keyspace, "tables", "chunks", "indexes"),
    )
    found = [str(one) for one in findings(changed(path, None, key=f"{path[-1]}x"))]
    assert found or path[:-1] in own


def integration(**settings: Any) -> dict[str, Any]:
    return {"authentication": "SHARED_SECRET", "providerKey": "mine", **settings}


def vector_of(service: dict[str, Any], integrations: dict[str, Any]) -> Any:
    """What the only collection's vector becomes."""
    data = {
        "target": {"kind": "emulator"},
        "databases": {"d": KNOWLEDGE},
        "integrations": integrations,
        "workload": {"d": {"k": {"collections": {"c": {"vector": {"service": service}}}}}},
    }
    return environment(data).databases[0].keyspaces[0].collections[0].definition["vector"]["service"]


@pytest.mark.parametrize(
    ("service", "integrations", "merged"),
    [
        pytest.param(
            {"integration": "openai", "modelName": "m"},
            {"openai": integration()},
            {"provider": "openai", "modelName": "m", "authentication": {"providerKey": "mine"}},
            id="an integration by name",
        ),
        pytest.param(
            {"provider": "openai", "modelName": "m"},
            {"mine": integration(provider="openai")},
            {"provider": "openai", "modelName": "m", "authentication": {"providerKey": "mine"}},
            id="the only integration of the provider",
        ),
        pytest.param(
            {"provider": "openai", "modelName": "m"},
            {"a": integration(provider="openai"), "b": integration(provider="openai")},
            {"provider": "openai", "modelName": "m"},
            id="none of two, as nobody said which",
        ),
        pytest.param(
            {"integration": "openai", "modelName": "m"},
            {"openai": {"authentication": "HEADER"}},
            {"provider": "openai", "modelName": "m"},
            id="no credential with HEADER",
        ),
        pytest.param(
            {"integration": "openai", "modelName": "m", "authentication": {"providerKey": "stated"}},
            {"openai": integration()},
            {"provider": "openai", "modelName": "m", "authentication": {"providerKey": "stated"}},
            id="a stated credential stays",
        ),
        pytest.param(
            {"integration": "openai", "modelName": "m", "parameters": {"projectId": "stated"}},
            {"openai": integration(parameters={"organizationId": "o", "projectId": "p"})},
            {
                "provider": "openai",
                "modelName": "m",
                "authentication": {"providerKey": "mine"},
                "parameters": {"organizationId": "o", "projectId": "stated"},
            },
            id="parameters of both, the stated ones first",
        ),
        pytest.param(NVIDIA, {}, NVIDIA, id="no integration needed"),
    ],
)
def test_what_a_service_takes_from_an_integration(
    service: dict[str, Any], integrations: dict[str, Any], merged: dict[str, Any]
) -> None:
    assert vector_of(service, integrations) == merged


def test_what_an_environment_declares() -> None:
    text = b"""
target: {kind: emulator}
allowDataLoss: ["*"]
databases:
  b: {name: B, cloudProvider: AWS, region: us-east-2}
  a: {name: A, cloudProvider: GCP, region: us-east1}
workload:
  b:
    k:
      collections: {plain: , own: {vector: {dimension: 8}}}
    empty:
"""
    assert environment(parse(text, "f").data) == Environment(
        target="emulator",
        protect=False,
        allow_data_loss=("*",),
        databases=(
            Database(
                "b",
                {"name": "B", "cloudProvider": "AWS", "region": "us-east-2"},
                (
                    Keyspace(
                        "b.k",
                        "k",
                        (
                            Collection("b.k.plain", "plain", {}),
                            Collection("b.k.own", "own", {"vector": {"dimension": 8}}),
                        ),
                    ),
                    Keyspace("b.empty", "empty", ()),
                ),
            ),
            Database("a", {"name": "A", "cloudProvider": "GCP", "region": "us-east1"}, ()),
        ),
        digest=canonical.digest(parse(text, "f").data),
        stated_workload={"b": {"k": {"collections": {"plain": None, "own": {"vector": {"dimension": 8}}}}, "empty": None}},
    )


def test_what_belongs_to_a_database_beside_its_collections() -> None:
    text = b"""
target: {kind: astra}
timeouts: {credential: 60}
databases:
  d: {name: D, cloudProvider: AWS, region: us-east-2, additionalRegions: [us-west-2]}
  e: {id: 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f}
  f: {apiEndpoint: "https://db.example.com"}
integrations:
  openai: {authentication: SHARED_SECRET, providerKey: mine}
  jinaAI: {authentication: HEADER, keyVariable: JINA_KEY, databases: [f]}
workload:
  d:
    k:
      tables:
        t:
          definition:
            columns: {id: text, v: {type: vector, service: {integration: openai, modelName: text-embedding-3-small}}}
            primaryKey: id
          indexes: {t_v: {column: v, metric: cosine}}
  f: {k: }
"""
    document = parse(text, "f")
    assert findings(document) == []
    made, by_id, by_address = environment(document.data).databases
    small = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "mine"}}
    credential = {"provider": "openai", "authentication": "SHARED_SECRET", "providerKey": "mine", "timeout": 60}
    definition = {"columns": {"id": "text", "v": {"type": "vector", "service": small}}, "primaryKey": "id"}
    index = Index("d.k.t.t_v", "t_v", "vector", {"column": "v", "metric": "cosine"})
    assert made == Database(
        "d",
        {"name": "D", "cloudProvider": "AWS", "region": "us-east-2"},
        (Keyspace("d.k", "k", (), (Table("d.k.t", "t", definition, (index,), ("d.openai",)),)),),
        ("us-west-2",),
        (Integration("d.openai", "k", credential),),
    )
    assert by_id == Database("e", {"id": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"}, ())
    key = {"provider": "jinaAI", "authentication": "HEADER", "keyVariable": "JINA_KEY"}
    assert by_address == Database(
        "f",
        {"apiEndpoint": "https://db.example.com"},
        (Keyspace("f.k", "k", ()),),
        integrations=(Integration("f.jinaAI", "k", key),),
    )


@pytest.mark.parametrize(
    ("stated", "protect"),
    [
        ({"target": {"kind": "astra"}}, True),
        ({"target": {"kind": "astra"}, "protect": False}, False),
        ({"target": {"kind": "data-api"}}, True),
        ({"target": {"kind": "emulator"}}, False),
        ({"target": {"kind": "emulator"}, "protect": True}, True),
    ],
)
def test_everything_but_the_emulator_is_protected_unless_said_otherwise(stated: dict[str, Any], protect: bool) -> None:
    assert environment({**stated, "databases": {}, "workload": {}}).protect is protect


@pytest.mark.parametrize(
    ("stated", "seconds"), [("0s", 0), ("90s", 90), ("90m", 5_400), ("24h", 86_400), ("7d", 604_800), (None, 0)]
)
def test_what_is_demanded_of_a_promotion(stated: str | None, seconds: int) -> None:
    text = f"""
target: {{kind: astra}}
promotesTo: prod.eu
promotion: {{{f"soak: {stated}, " if stated else ""}prices: {{nvidia/NV-Embed-QA: 0, "huggingface/BAAI/bge-base-en-v1.5": 0.5}}}}
promoted: {{from: dev, digest: "sha256:{"a" * 64}"}}
databases: {{b: {{name: B, cloudProvider: AWS, region: us-east-2}}}}
workload: {{}}
""".encode()
    document = parse(text, "environments/prod.us.yaml")
    assert findings(document) == []
    declared = environment(document.data)
    assert declared.promotes_to == "prod.eu"
    assert declared.soak == seconds
    assert declared.prices == {"nvidia/NV-Embed-QA": 0, "huggingface/BAAI/bge-base-en-v1.5": 0.5}
    assert declared.promoted == {"from": "dev", "digest": f"sha256:{'a' * 64}"}


def test_an_environment_that_says_nothing_of_promotion_demands_nothing() -> None:
    declared = environment({"target": {"kind": "astra"}, "databases": {}, "workload": {}})
    assert (declared.promotes_to, declared.soak, declared.prices, declared.promoted) == ("", 0, {}, None)


@pytest.mark.parametrize("name", ["environments/dev.yaml", "dev.yml", "elsewhere/dev.yaml"])
def test_an_environment_does_not_promote_to_itself(name: str) -> None:
    text = b"{target: {kind: astra}, promotesTo: dev, databases: {b: {apiEndpoint: 'https://db.example.com'}}, workload: {}}"
    assert [str(one) for one in findings(parse(text, name))] == [
        f"{name}:1:25: promotesTo: an environment does not promote to itself; name the next one"
    ]
    assert findings(parse(text, "environments/development.yaml")) == []
