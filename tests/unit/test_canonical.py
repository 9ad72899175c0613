"""The digest of a workload: the same for what means the same, another for anything else."""

import copy
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from astra import document
from astra.canonical import account_parts, canonical, digest
from astra.environment import findings

OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
AZURE = {"integration": "azure", "modelName": "text-embedding-3-large"}
# Nothing in the workload could be left out or said in fewer words.
DATA: dict[str, Any] = {
    "target": {"kind": "astra"},
    "databases": {
        "knowledge": {"name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"},
        "bare": {"name": "bare-dev", "cloudProvider": "AWS", "region": "us-east-2"},
    },
    "integrations": {
        "openai": {"authentication": "SHARED_SECRET", "providerKey": "dev-openai"},
        "jinaAI": {"authentication": "HEADER"},
        "azure": {
            "provider": "azureOpenAI",
            "authentication": "SHARED_SECRET",
            "providerKey": "dev-azure",
            "parameters": {"resourceName": "dev", "deploymentId": "large"},
        },
    },
    "workload": {
        "knowledge": {
            "docs": {
                "collections": {
                    "articles": {
                        "vector": {"dimension": 512, "metric": "cosine", "service": dict(OPENAI)},
                        "indexing": {"deny": ["metadata.raw", "metadata.old"]},
                    },
                    "contracts": {"vector": {"service": AZURE}, "lexical": {"enabled": True, "analyzer": {"tokenizer": "x"}}},
                    "snippets": {
                        "vector": {
                            "service": {
                                "provider": "jinaAI",
                                "modelName": "jina-embeddings-v3",
                                "parameters": {"task": "text-matching"},
                            }
                        }
                    },
                    "plain": None,
                },
                "tables": {
                    "chunks": {
                        "definition": {
                            "columns": {
                                "id": "text",
                                "page": "int",
                                "revision": "timestamp",
                                "tags": {"type": "set", "valueType": "text"},
                                "labels": {"type": "map", "keyType": "text", "valueType": "int"},
                                "embedding": {"type": "vector", "dimension": 512, "service": dict(OPENAI)},
                            },
                            "primaryKey": {"partitionBy": ["id"], "partitionSort": {"page": 1, "revision": -1}},
                        },
                        "indexes": {
                            "chunks_embedding": {"column": "embedding", "metric": "dot_product"},
                            "chunks_labels": {"column": {"labels": "$keys"}},
                            "chunks_page": {"column": "page"},
                        },
                    },
                    "titles": {
                        "definition": {"columns": {"id": "text", "title": "text"}, "primaryKey": "id"},
                        "indexes": {"titles_words": {"column": "title", "options": {"analyzer": "english"}}},
                    },
                    "bare": {"definition": {"columns": {"id": "text"}, "primaryKey": "id"}},
                },
            },
            "empty": None,
        }
    },
}
DOCS = ("workload", "knowledge", "docs")
COLLECTIONS, TABLES = (*DOCS, "collections"), (*DOCS, "tables")
CHUNKS = (*TABLES, "chunks", "definition")
INDEXES = (*TABLES, "chunks", "indexes")
GONE = object()


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def changed(data: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy with another value at that path, or without it."""
    copied = copy.deepcopy(data)
    if value is GONE:
        del at(copied, path[:-1])[path[-1]]
    else:
        at(copied, path[:-1])[path[-1]] = copy.deepcopy(value)
    return copied


MEANINGFUL: list[tuple[tuple[Any, ...], Any]] = [
    (("workload", "knowledge"), {}),
    (("workload", "bare"), {"docs": None}),
    (("workload", "knowledge", "other"), None),
    (("workload", "knowledge", "empty"), GONE),
    (("workload", "knowledge", "empty"), {"collections": {"plain": None}}),
    ((*COLLECTIONS, "plain"), GONE),
    ((*COLLECTIONS, "plain"), {"vector": {"dimension": 8}}),
    ((*COLLECTIONS, "Plain"), None),
    ((*COLLECTIONS, "articles", "vector", "dimension"), 513),
    ((*COLLECTIONS, "articles", "vector", "dimension"), GONE),
    ((*COLLECTIONS, "articles", "vector", "metric"), "dot_product"),
    ((*COLLECTIONS, "articles", "vector", "metric"), GONE),
    ((*COLLECTIONS, "articles", "vector", "sourceModel"), "other"),
    ((*COLLECTIONS, "articles", "vector", "service"), GONE),
    ((*COLLECTIONS, "articles", "vector", "service", "modelName"), "text-embedding-3-large"),
    ((*COLLECTIONS, "articles", "vector", "service", "integration"), "azure"),
    ((*COLLECTIONS, "articles", "vector", "service"), {"provider": "openai", "modelName": "text-embedding-3-small"}),
    ((*COLLECTIONS, "articles", "indexing", "deny"), ["metadata.old", "metadata.raw"]),
    ((*COLLECTIONS, "articles", "indexing"), {"allow": ["metadata.raw", "metadata.old"]}),
    ((*COLLECTIONS, "contracts", "lexical", "enabled"), False),
    ((*COLLECTIONS, "contracts", "lexical", "analyzer", "tokenizer"), "y"),
    ((*COLLECTIONS, "contracts", "defaultId"), {"type": "uuid"}),
    ((*COLLECTIONS, "contracts", "rerank"), {"enabled": False}),
    ((*COLLECTIONS, "snippets", "vector", "service", "parameters", "task"), "classification"),
    ((*COLLECTIONS, "snippets", "vector", "service", "parameters"), GONE),
    ((*COLLECTIONS, "snippets", "vector", "service", "parameters", "late_chunking"), True),
    (("integrations", "openai", "provider"), "mistral"),
    (("integrations", "jinaAI"), {"authentication": "HEADER", "parameters": {"late_chunking": False}}),
    ((*TABLES, "bare"), GONE),
    ((*CHUNKS, "columns", "page"), "bigint"),
    ((*CHUNKS, "columns", "tags", "type"), "list"),
    ((*CHUNKS, "columns", "labels", "keyType"), "int"),
    ((*CHUNKS, "columns", "labels", "valueType"), "text"),
    ((*CHUNKS, "columns", "embedding", "dimension"), 256),
    ((*CHUNKS, "columns", "embedding", "service"), AZURE),
    ((*CHUNKS, "columns", "more"), "text"),
    ((*CHUNKS, "primaryKey", "partitionBy"), ["id", "page"]),
    ((*CHUNKS, "primaryKey", "partitionSort"), {"revision": -1, "page": 1}),
    ((*CHUNKS, "primaryKey", "partitionSort", "page"), -1),
    ((*CHUNKS, "primaryKey", "partitionSort"), {}),
    ((*INDEXES, "chunks_page"), GONE),
    ((*INDEXES, "chunks_page", "column"), "id"),
    ((*INDEXES, "chunks_labels", "column"), {"labels": "$values"}),
    ((*INDEXES, "chunks_labels", "column"), "labels"),
    ((*INDEXES, "chunks_embedding", "metric"), GONE),
    ((*INDEXES, "chunks_embedding", "sourceModel"), "bert"),
    ((*TABLES, "titles", "indexes", "titles_words", "options"), {"caseSensitive": False}),
    ((*TABLES, "titles", "indexes", "titles_words", "options"), GONE),
]


def test_every_meaningful_change_gives_a_digest_of_its_own() -> None:
    digests = [digest(DATA), *(digest(changed(DATA, path, value)) for path, value in MEANINGFUL)]
    assert len(set(digests)) == 1 + len(MEANINGFUL)


# What each environment has for itself, and what runs the same whatever it is.
ITS_OWN: list[tuple[tuple[Any, ...], Any]] = [
    (("target", "kind"), "emulator"),
    (("protect",), False),
    (("databases", "knowledge"), {"apiEndpoint": "https://db.example.com"}),
    (("promoted",), {"from": "dev", "digest": f"sha256:{'0' * 64}"}),
    (("integrations", "openai"), {"provider": "openai", "authentication": "HEADER", "keyVariable": "KEY"}),
    (("integrations", "openai", "providerKey"), "prod-openai"),
    (("integrations", "openai", "parameters"), {"organizationId": "org-1"}),
    (("integrations", "azure", "parameters"), {"resourceName": "prod", "deploymentId": "l"}),
    (("integrations", "nvidia"), {"authentication": "NONE"}),
    ((*COLLECTIONS, "articles", "vector", "service", "authentication"), {"providerKey": "another"}),
    ((*COLLECTIONS, "articles", "vector", "service", "parameters"), {"projectId": "p"}),
    ((*CHUNKS, "columns", "embedding", "service", "authentication"), {}),
    ((*CHUNKS, "columns", "embedding", "service", "parameters"), {"organizationId": "o"}),
    ((*COLLECTIONS, "contracts", "lexical", "analyzer"), {"tokenizer": "x", "filters": None}),
    (("workload", "bare"), {}),
]


@pytest.mark.parametrize(("path", "value"), ITS_OWN, ids=[f"{'.'.join(path[-4:])} - {n}" for n, (path, _) in enumerate(ITS_OWN)])
def test_what_belongs_to_the_environment_or_the_account_is_not_in_it(path: tuple[Any, ...], value: Any) -> None:
    assert digest(changed(DATA, path, value)) == digest(DATA)


def respelled(random: Random, data: dict[str, Any]) -> dict[str, Any]:
    """The same in other words, chosen anew at each place where there are some."""

    def one_of(*ways: Any) -> Any:
        return random.choice(ways)

    copied = copy.deepcopy(data)
    for keyspaces in copied["workload"].values():
        for name, content in keyspaces.items():
            if not content:
                keyspaces[name] = one_of(None, {}, {"collections": {}}, {"tables": {}, "collections": {}})
                continue
            content.setdefault("collections", {})
            for collection, stated in content["collections"].items():
                content["collections"][collection] = stated or one_of(None, {})
            for table in content.get("tables", {}).values():
                respell_table(table, one_of)
    result: dict[str, Any] = reordered(random, copied)
    return result


def respell_table(table: dict[str, Any], one_of: Callable[..., Any]) -> None:
    definition = table["definition"]
    columns = {name: long_form(stated) for name, stated in definition["columns"].items()}
    definition["columns"] = {name: one_of(*forms) for name, forms in columns.items()}
    key = definition["primaryKey"]
    long_key = {"partitionBy": [key]} if isinstance(key, str) else key
    if not long_key.get("partitionSort"):
        simple = [long_key["partitionBy"][0]] if len(long_key["partitionBy"]) == 1 else []
        definition["primaryKey"] = one_of(*simple, long_key, {**long_key, "partitionSort": {}})
    if one_of(True, False):
        table.setdefault("indexes", {})
    for index in table.get("indexes", {}).values():
        if one_of(True, False):
            index["indexType"] = kind(index, definition["columns"])
        if "options" not in index and index.get("indexType") != "vector" and one_of(True, False):
            index["options"] = {}


def long_form(column: Any) -> list[Any]:
    if isinstance(column, str):
        return [column, {"type": column}]
    inner = {key: long_form(column[key])[-1] for key in ("keyType", "valueType") if key in column}
    return [column, {**column, **inner}]


def kind(index: dict[str, Any], columns: dict[str, Any]) -> str:
    column = index["column"] if isinstance(index["column"], str) else next(iter(index["column"]))
    stated = columns.get(column)
    if isinstance(stated, dict) and stated["type"] == "vector":
        return "vector"
    return "text" if "analyzer" in index.get("options", {}) else "regular"


def reordered(random: Random, value: Any, *, sorts: bool = False) -> Any:
    """The keys of every mapping in any order, but those whose order means something; whole numbers perhaps with a point."""
    if isinstance(value, dict):
        order = list(value) if sorts else random.sample(list(value), len(value))
        return {key: reordered(random, value[key], sorts=key == "partitionSort") for key in order}
    if isinstance(value, list):
        return [reordered(random, one) for one in value]
    return random.choice([value, float(value)]) if isinstance(value, int) and not isinstance(value, bool) else value


def written(random: Random, data: dict[str, Any]) -> Any:
    """The same through a file with comments and of any layout."""
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=random.choice([None, False]), width=1_000)
    lines = [line for one in text.splitlines() for line in (*random.choice([[], ["# why"], ["", "    # so"]]), one)]
    return document.parse("\n".join(lines).encode(), "environments/dev.yaml").data


VARIANTS = [DATA, *(changed(DATA, path, value) for path, value in MEANINGFUL)]
A_VARIANT = st.integers(0, len(VARIANTS) - 1)
# Of each place by itself there would be hundreds to draw.
A_CHANCE = st.integers(0, 2**32).map(Random)


@given(A_CHANCE, A_VARIANT)
def test_the_same_in_other_words_has_the_same_digest(random: Random, variant: int) -> None:
    other = written(random, respelled(random, VARIANTS[variant]))
    assert canonical(other) == canonical(VARIANTS[variant])
    assert digest(other) == digest(VARIANTS[variant])


@given(A_CHANCE, A_VARIANT, A_VARIANT)
def test_what_means_something_else_has_another_digest_in_whatever_words(random: Random, one: int, other: int) -> None:
    first, second = (digest(written(random, respelled(random, VARIANTS[variant]))) for variant in (one, other))
    assert (first == second) == (one == other)


ROOT = Path(__file__).parents[2]


def sample(name: str) -> Any:
    path = ROOT / "environments" / f"{name}.yaml"
    return document.parse(path.read_bytes(), str(path)).data


def test_the_samples_run_the_same_with_accounts_of_their_own() -> None:
    dev, staging, prod = map(sample, ("dev", "staging", "prod"))
    assert digest(dev) == digest(staging) != digest(prod)
    of_dev, of_prod = (one["workload"]["knowledge"]["default_keyspace"]["collections"] for one in (dev, prod))
    of_prod["glossary"] = of_dev["glossary"]
    assert digest(dev) == digest(prod)


def test_the_canonical_form_of_one_of_each() -> None:
    data = sample("dev")
    tables = {"passages": data["workload"]["knowledge"]["default_keyspace"]["tables"]["passages"]}
    collections = {
        name: data["workload"]["knowledge"]["default_keyspace"]["collections"][name] for name in ("contracts", "snippets")
    }
    data["workload"] = {"knowledge": {"docs": {"collections": collections, "tables": tables}, "empty": None}, "support": {}}
    small = {"integration": "openai", "provider": "openai", "modelName": "text-embedding-3-small"}
    jina = {"integration": "jinaAI", "provider": "jinaAI", "modelName": "jina-embeddings-v3"}
    assert canonical(data) == {
        "knowledge": {
            "docs": {
                "collections": {
                    "contracts": {"vector": {"dimension": 1536, "service": {**AZURE, "provider": "azureOpenAI"}}},
                    "snippets": {"vector": {"dimension": 512, "service": {**jina, "parameters": {"task": "text-matching"}}}},
                },
                "tables": {
                    "passages": {
                        "columns": {
                            "document": {"type": "uuid"},
                            "page": {"type": "int"},
                            "body": {"type": "text"},
                            "tags": {"type": "set", "valueType": "text"},
                            "embedding": {"type": "vector", "dimension": 512, "service": small},
                        },
                        "primaryKey": {"partitionBy": ["document"], "partitionSort": [["page", 1]]},
                        "indexes": {
                            "passages_embedding": {"column": "embedding", "metric": "cosine", "indexType": "vector"},
                            "passages_body": {"column": "body", "indexType": "text", "options": {"analyzer": "english"}},
                            "passages_tags": {"column": "tags", "indexType": "regular"},
                        },
                    }
                },
            },
            "empty": {},
        }
    }


def test_a_digest_is_kept_in_states_and_files_and_never_changes() -> None:
    assert digest(DATA) == "sha256:59c2025a52486008dc120e82afad4257389411afc87c4037e98b59c4a607373a"
    assert digest({"workload": {}}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_what_the_workload_itself_has_of_the_account_is_found_by_its_place() -> None:
    assert list(account_parts(DATA)) == []
    service = {
        "provider": "azureOpenAI",
        "modelName": "text-embedding-3-large",
        "authentication": {"providerKey": "mine"},
        "parameters": {"resourceName": "r", "deploymentId": "d"},
    }
    stated = changed(DATA, (*COLLECTIONS, "contracts", "vector", "service"), service)
    stated = changed(stated, (*CHUNKS, "columns", "embedding", "service", "parameters"), {"organizationId": "o"})
    of_the_collection = (*COLLECTIONS, "contracts", "vector", "service")
    assert list(account_parts(stated)) == [
        (*of_the_collection, "authentication"),
        (*of_the_collection, "parameters", "resourceName"),
        (*of_the_collection, "parameters", "deploymentId"),
        (*CHUNKS, "columns", "embedding", "service", "parameters", "organizationId"),
    ]


def test_a_parameter_of_the_model_is_none_of_the_account_s() -> None:
    stated = changed(DATA, (*COLLECTIONS, "snippets", "vector", "service", "parameters"), {"task": "classification"})
    assert list(account_parts(stated)) == []


def test_the_data_of_these_tests_is_valid() -> None:
    assert [str(one) for one in findings(document.Document("dev.yaml", DATA, {})) if one.severity == "error"] == []
