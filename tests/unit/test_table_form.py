"""The form of a table in an environment: types, names, what is missing; each with its sentence."""

from typing import Any

import pytest

from tests.unit.tables import TABLE, formed, with_column, with_index, with_key

METRICS = 'cosine, dot_product, euclidean (default cosine); did you mean "cosine"?'
SOURCE_MODELS = "ada002, bert, cohere-v3, gecko, nv-qa-4, openai-v3-large, openai-v3-small, other (default other)"


@pytest.mark.parametrize(
    ("table", "sentences"),
    [
        (None, ["chunks: must be a mapping, not nothing"]),
        ({}, ['chunks: "definition" is missing: columns and primary key, in the words of the Data API']),
        (
            {"definition": {}},
            [
                'chunks.definition: "columns" is missing: the columns by name: a scalar type, or a mapping with type',
                (
                    'chunks.definition: "primaryKey" is missing: '
                    "what makes a row unique: one column, or partitionBy and partitionSort"
                ),
            ],
        ),
        ({"definition": {"columns": {}, "primaryKey": "id"}}, ["chunks.definition.columns: must not be empty"]),
        (with_column("text", ""), ['chunks.definition.columns."": the name must not be empty']),
        (with_column("text", "a-b $vector" * 9), []),
        (with_column({}), ['chunks.definition.columns.x: "type" is missing']),
        (with_column(5), ["chunks.definition.columns.x: must be text or a mapping, not a number"]),
        (
            with_column({"type": "text", "dimensoin": 8}),
            ['chunks.definition.columns.x.dimensoin: unknown key; did you mean "dimension"?'],
        ),
        (
            with_column({"type": "vector", "dimension": 0}),
            ["chunks.definition.columns.x.dimension: 0 is not allowed; allowed: 1 or more"],
        ),
        (
            with_column({"type": "vector", "dimension": "8"}),
            ["chunks.definition.columns.x.dimension: must be a whole number, not text"],
        ),
        (
            with_column({"type": "vector", "service": {}}),
            ["chunks.definition.columns.x.service: needs an integration or a provider"],
        ),
        (
            with_column({"type": "userDefined", "udtName": " "}),
            ['chunks.definition.columns.x.udtName: must name a user-defined type; " " is not'],
        ),
        (with_key([]), ["chunks.definition.primaryKey: must be text or a mapping, not a list"]),
        (with_key({"partitionBy": []}), ["chunks.definition.primaryKey.partitionBy: must not be empty"]),
        (
            with_key({"partitionSort": {}}),
            ['chunks.definition.primaryKey: "partitionBy" is missing: columns whose values together decide where a row is kept'],
        ),
        (
            with_key({"partitionBy": ["id"], "partitionSort": {"page": 2}}),
            ["chunks.definition.primaryKey.partitionSort.page: 2 is not one of 1, -1"],
        ),
        (with_index({}), ['chunks.indexes.x: "column" is missing: the column that the index is on']),
        (with_index({"column": {}}), ["chunks.indexes.x.column: must not be empty"]),
        (with_index({"column": {"a": "$keys", "b": "$keys"}}), ["chunks.indexes.x.column: takes at most 1"]),
        (
            with_index({"column": {"labels": "keys"}}),
            ['chunks.indexes.x.column.labels: "keys" is not one of $keys, $values; did you mean "$keys"?'],
        ),
        (with_index({"column": "embedding", "metric": "COSINE"}), [f'chunks.indexes.x.metric: "COSINE" is not one of {METRICS}']),
        (
            with_index({"column": "embedding", "sourceModel": ""}),
            [f'chunks.indexes.x.sourceModel: "" is not one of {SOURCE_MODELS}'],
        ),
    ],
)
def test_form(table: Any, sentences: list[str]) -> None:
    assert formed(table) == sentences


@pytest.mark.parametrize("column", ["strng", "TEXT", "counter", "timeuuid", {"type": "tuple"}])
def test_a_type_that_cannot_be_made_is_refused_with_those_that_can(column: Any) -> None:
    (line,) = formed(with_column(column))
    place = "chunks.definition.columns.x.type" if isinstance(column, dict) else "chunks.definition.columns.x"
    assert line.startswith(
        f'{place}: "{column["type"] if isinstance(column, dict) else column}" is not one of ascii, bigint, blob'
    )


def test_names_are_limited_exactly() -> None:
    def index(name: str) -> list[str]:
        return formed({**TABLE, "indexes": {name: {"column": "embedding"}}})

    assert (formed(TABLE, "t" * 48), index("i" * 100)) == ([], [])
    (table_name,), (index_name,) = formed(TABLE, "t" * 49), index("i" * 101)
    assert table_name.startswith(f"{'t' * 49}: the name must be 1 to 48 letters, digits or underscores")
    assert index_name.startswith(f"chunks.indexes.{'i' * 101}: the name must be 1 to 100 letters, digits or underscores")
    assert all(formed(TABLE, name) and index(name) for name in ("", "a-b", "a b", "a.b", "ü", "a\n"))
