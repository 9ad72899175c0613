"""Definitions of tables: those of the valid examples, and for hypothesis any that differ in what can be altered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from astra import document, integration

EXAMPLES = Path(__file__).parents[1] / "examples" / "valid" / "tables"

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
MISTRAL = {"provider": "mistral", "modelName": "mistral-embed"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}
# Of one dimension, so that each can take another's place; the first two models have no other.
SERVICES = [NVIDIA, MISTRAL, OPENAI, {**OPENAI, "parameters": {"organizationId": "o"}}, {**OPENAI, "parameters": {}}]

VECTORS = st.one_of(
    st.just({"type": "vector", "dimension": 1024}),
    st.sampled_from(SERVICES).map(lambda service: {"type": "vector", "dimension": 1024, "service": service}),
    st.sampled_from(SERVICES[:2]).map(lambda service: {"type": "vector", "service": service}),
)
# Each name has one type, in any of the forms that it can be written in.
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "body": st.sampled_from(["text", {"type": "text"}]),
    "Mixed-Case $name": st.just("int"),
    "authors": st.sampled_from([{"type": "list", "valueType": "text"}, {"type": "list", "valueType": {"type": "text"}}]),
    "tags": st.just({"type": "set", "valueType": "uuid"}),
    "labels": st.sampled_from(
        [
            {"type": "map", "keyType": "text", "valueType": "int"},
            {"type": "map", "keyType": {"type": "text"}, "valueType": {"type": "int"}},
        ]
    ),
    "own": st.just({"type": "vector", "dimension": 8}),
    "embedding": VECTORS,
    "other": VECTORS,
}
KEYS: list[Any] = [
    {"partitionBy": ["id"], "partitionSort": {"revision": 1, "page": -1}},
    {"partitionBy": ["id", "page"], "partitionSort": {"revision": -1}},
]
KEY_COLUMNS = {"id": "uuid", "page": "int", "revision": {"type": "timestamp"}}


@st.composite
def definitions(draw: st.DrawFn, key: Any = KEYS[0]) -> dict[str, Any]:
    """Any valid definition with that key, its columns in any order."""
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True))
    columns = {**KEY_COLUMNS, **{name: draw(COLUMNS[name]) for name in names}}
    order = draw(st.permutations(sorted(columns)))
    return {"columns": {name: columns[name] for name in order}, "primaryKey": key}


def of_examples() -> list[Any]:
    """Every table of the valid examples as its database would get it, services completed by their integrations."""
    return [found for path in sorted(EXAMPLES.glob("*.yaml")) for found in _of_example(path)]


def _of_example(path: Path) -> Iterator[Any]:
    data = document.parse(path.read_bytes(), str(path)).data
    for name, table in data["workload"]["knowledge"]["default_keyspace"]["tables"].items():
        stated = table["definition"]["columns"]
        columns = {column: _completed(stated[column], data.get("integrations", {})) for column in stated}
        yield pytest.param({**table["definition"], "columns": columns}, id=f"{path.stem} - {name}")


def _completed(column: Any, integrations: dict[str, Any]) -> Any:
    if not isinstance(column, dict) or "service" not in column:
        return column
    return {**column, **integration.merged({"service": column["service"]}, integrations)}
