"""A table that is right, ways to change it, and what is then said of it."""

from typing import Any

from astra import integration, service, table_definition, validation

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
SMALL = {"provider": "openai", "modelName": "text-embedding-3-small"}
VECTOR = {"type": "vector", "dimension": 1024, "service": NVIDIA}
COLUMNS = {
    "id": "text",
    "body": {"type": "text"},
    "page": "int",
    "raw": "blob",
    "tags": {"type": "set", "valueType": "text"},
    "labels": {"type": "map", "keyType": "text", "valueType": "int"},
    "address": {"type": "userDefined", "udtName": "address"},
    "embedding": VECTOR,
}
INDEXES = {"chunks_embedding": {"column": "embedding", "metric": "cosine", "sourceModel": "other"}}
TABLE = {"definition": {"columns": COLUMNS, "primaryKey": "id"}, "indexes": INDEXES}


def said(table: Any, severity: str = "error") -> list[str]:
    """What a table is refused or warned for, by its rules alone."""
    found = table_definition.problems(table, service.problems, lambda vector: integration.merged(vector, {}))
    return [str(problem) for problem in found if problem.severity == severity]


def with_column(column: Any, name: str = "x", **more: Any) -> dict[str, Any]:
    return {**TABLE, "definition": {"columns": {**COLUMNS, name: column, **more}, "primaryKey": "id"}}


def with_key(key: Any, **columns: Any) -> dict[str, Any]:
    return {**TABLE, "definition": {"columns": {**COLUMNS, **columns}, "primaryKey": key}}


def with_index(index: Any, **more: Any) -> dict[str, Any]:
    return {**TABLE, "indexes": {**INDEXES, "x": index, **more}}


def formed(table: Any, name: str = "chunks") -> list[str]:
    """What the form of an environment refuses in a table."""
    tables = {"workload": {"knowledge": {"docs": {"tables": {name: table}}}}, "databases": {"knowledge": {}}, "target": {}}
    prefix = "workload.knowledge.docs.tables."
    found = map(str, validation.problems(tables, "environment"))
    return [line.removeprefix(prefix) for line in found if line.startswith(prefix)]
