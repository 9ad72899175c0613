"""What is declared and not applied: what an update would make, change and delete."""

import copy
from pathlib import Path
from typing import Any

import pytest

from astra import document, environment
from astra.applied import Applied
from astra.pending import Declared, declared, pending

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "valid").glob("*/*.yaml"))
STATED: dict[str, Any] = {
    "target": {"kind": "astra"},
    "databases": {
        "knowledge": {"name": "k", "cloudProvider": "AWS", "region": "us-east-2", "additionalRegions": ["us-west-2"]},
        "shared": {"id": "0a1b2c3d-0000-4000-8000-000000000001"},
    },
    "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "key"}},
    "workload": {
        "knowledge": {
            "docs": {
                "collections": {
                    "articles": {"vector": {"service": {"integration": "openai", "modelName": "text-embedding-3-small"}}}
                },
                "tables": {
                    "chunks": {
                        "definition": {"columns": {"id": "text", "own": {"type": "vector", "dimension": 8}}, "primaryKey": "id"},
                        "indexes": {"by_own": {"column": "own"}},
                    }
                },
            }
        },
        "shared": {"ours": None},
    },
}


def applied(one: Declared) -> Applied:
    """A resource as an update of exactly that leaves it in the state; the engine makes every number a float."""
    place = {"address": one.address, "apiEndpoint": "x", "databaseId": "x", "keyspace": "docs", "name": "x", "__provider": "x"}
    own = {"name": one.inputs["name"]} if one.kind == "database" and one.inputs else {}
    return Applied(f"urn:{one.address}", one.kind, one.address, "x", {**place, **_floats(one.inputs), **own}, external=not own)


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(inner) for key, inner in value.items()}
    return float(value) if type(value) is int else value


def told(stated: dict[str, Any], resources: list[Applied]) -> list[tuple[str, str]]:
    found = list(pending(environment.environment(stated), resources))
    assert {(one.kind, one.severity, one.restore) for one in found} <= {("pending", "note", "pulumi up --stack STACK")}
    return sorted((one.address, one.sentence) for one in found)


APPLIED = [applied(one) for one in declared(environment.environment(STATED))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_applied_as_it_is_declared_is_not_pending(path: Path) -> None:
    stated = environment.environment(document.parse(path.read_bytes(), path.name).data)
    assert list(pending(stated, [applied(one) for one in declared(stated)])) == []


def test_of_a_new_stack_everything_is() -> None:
    assert [address for address, _ in told(STATED, [])] == [
        "knowledge",
        "knowledge.docs",
        "knowledge.docs.articles",
        "knowledge.docs.chunks",
        "knowledge.docs.chunks.by_own",
        "knowledge.openai",
        "knowledge.us-west-2",
        "shared",
        "shared.ours",
    ]


def changed(*path: str, value: Any) -> dict[str, Any]:
    stated = copy.deepcopy(STATED)
    inner = stated
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return stated


DOCS = ("workload", "knowledge", "docs")
OTHERWISE = "is declared otherwise than it was applied:"


@pytest.mark.parametrize(
    ("stated", "address", "sentence"),
    [
        (
            changed("databases", "knowledge", "region", value="us-east-1"),
            "knowledge",
            f'the database {OTHERWISE} region is "us-east-2", declared is "us-east-1"',
        ),
        (
            changed(*DOCS, "collections", "articles", "vector", "dimension", value=512),
            "knowledge.docs.articles",
            f"the collection {OTHERWISE} vector.dimension is null, declared is 512",
        ),
        (
            changed(*DOCS, "tables", "chunks", "definition", "columns", "more", value="text"),
            "knowledge.docs.chunks",
            f'the table {OTHERWISE} definition.columns.more is null, declared is "text"',
        ),
        (
            changed(*DOCS, "tables", "chunks", "indexes", "by_own", "metric", value="cosine"),
            "knowledge.docs.chunks.by_own",
            f'the index {OTHERWISE} metric is null, declared is "cosine"',
        ),
        (
            changed(*DOCS, "collections", "more", value=None),
            "knowledge.docs.more",
            "the collection is declared, and not made yet",
        ),
        (
            changed("databases", "knowledge", "additionalRegions", value=[]),
            "knowledge.us-west-2",
            "the region was applied, and is declared no longer",
        ),
    ],
)
def test_one_change_of_the_declaration_is_one_that_is_pending(stated: dict[str, Any], address: str, sentence: str) -> None:
    assert told(stated, APPLIED) == [(address, sentence)]
