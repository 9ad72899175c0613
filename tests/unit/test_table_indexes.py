"""Indexes of a table: each rule and its sentence."""

from typing import Any

import pytest

from tests.unit.tables import INDEXES, TABLE, formed, said, with_column, with_index

ENTRIES = 'an index on the entries of a map has none; index its $keys or its $values: column "labels" is of type map'
SECOND = "Cassandra takes one, and whether Astra takes a text index beside a regular one has not been seen"
ON_ASCII = "Astra's documentation allows a text index on it, the Data API's source of 2026-08 on text columns alone"


@pytest.mark.parametrize(
    "index",
    [
        {"column": "body"},
        {"column": "body", "indexType": "regular", "options": {"caseSensitive": False, "ascii": True, "normalize": True}},
        {"column": "body", "options": {"analyzer": "english"}},
        {"column": "body", "indexType": "text", "options": {"analyzer": {"tokenizer": {"name": "standard"}}}},
        {"column": "body", "indexType": "text"},
        {"column": "page"},
        {"column": "page", "options": {}},
        {"column": "tags", "options": {"normalize": True}},
        {"column": "labels"},
        {"column": {"labels": "$values"}},
        {"column": {"labels": "$keys"}, "options": {"ascii": True}},
    ],
)
def test_index(index: Any) -> None:
    assert (said(with_index(index)), formed(with_index(index))) == ([], [])


@pytest.mark.parametrize(
    ("index", "sentences"),
    [
        ({"column": "bdy"}, ['.column: no column is called "bdy"; did you mean "body"?']),
        ({"column": {"lables": "$keys"}}, ['.column: no column is called "lables"; did you mean "labels"?']),
        ({"column": {"body": "$keys"}}, ['.column: $keys is a part of a map; column "body" is of type text']),
        (
            {"column": "id"},
            ['.column: column "id" alone is the partition key: rows are found by it without an index, and it takes none'],
        ),
        ({"column": "raw"}, ['.column: column "raw" is of type blob, which cannot be indexed']),
        ({"column": "address"}, ['.column: column "address" is of type userDefined, which cannot be indexed']),
        ({"column": "body", "metric": "cosine"}, ['.metric: only a vector index has a metric; column "body" is of type text']),
        (
            {"column": "page", "sourceModel": "other"},
            ['.sourceModel: only a vector index has a sourceModel; column "page" is of type int'],
        ),
        (
            {"column": "body", "indexType": "vector"},
            ['.indexType: a vector index needs a vector column; column "body" is of type text'],
        ),
        ({"column": "page", "indexType": "text"}, ['.column: a text index needs a text column; column "page" is of type int']),
        (
            {"column": "page", "options": {"ascii": True}},
            ['.options.ascii: only an index of texts has it; column "page" holds int'],
        ),
        (
            {"column": {"labels": "$values"}, "options": {"ascii": True}},
            ['.options.ascii: only an index of texts has it; column "labels" holds int'],
        ),
        (
            {"column": "labels", "options": {"ascii": True}},
            [f".options.ascii: {ENTRIES}"],
        ),
        (
            {"column": "body", "options": {"analyzer": "standard", "ascii": True}},
            [".options.ascii: only a regular index has it, and this is a text one"],
        ),
        (
            {"column": "body", "indexType": "regular", "options": {"analyzer": "standard"}},
            [".options.analyzer: only a text index has it, and this is a regular one"],
        ),
    ],
)
def test_an_index_that_does_not_fit_its_column(index: Any, sentences: list[str]) -> None:
    assert said(with_index(index)) == [f"indexes.x{sentence}" for sentence in sentences]


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        ({"indexType": "regular"}, '.indexType: column "embedding" is of type vector: only a vector index can carry it'),
        ({"options": {"metric": "cosine"}}, ".options.metric: stands beside column here, not in options"),
        ({"options": {"ascii": True}}, ".options.ascii: is no option of a vector index"),
    ],
)
def test_an_index_on_a_vector_is_a_vector_index(index: Any, sentence: str) -> None:
    assert said({**TABLE, "indexes": {"x": {"column": "embedding", **index}}}) == [f"indexes.x{sentence}"]


def test_elements_that_cannot_be_indexed() -> None:
    blobs = with_column({"type": "map", "keyType": "text", "valueType": "blob"}, "blobs")
    refused = {**blobs, "indexes": {**INDEXES, "x": {"column": "blobs"}}}
    assert said(refused) == ['indexes.x.column: column "blobs" is of type map of text and blob, which cannot be indexed']
    assert said({**blobs, "indexes": {**INDEXES, "x": {"column": {"blobs": "$keys"}}}}) == []


def test_a_column_has_one_index_and_a_map_one_for_each_of_its_parts() -> None:
    keys, values, entries = {"column": {"labels": "$keys"}}, {"column": {"labels": "$values"}}, {"column": "labels"}
    assert said(with_index(keys, y=values, z=entries)) == []
    assert said(with_index({**keys, "indexType": "vectors"}, y=keys)) == []
    assert said(with_index(keys, y=keys)) == ['indexes.y.column: column "labels" has an index already: "x"']
    assert said(with_index({"column": "embedding", "metric": "euclidean"})) == [
        'indexes.x.column: column "embedding" has an index already: "chunks_embedding"'
    ]


def test_doubts_about_text_indexes_are_warnings() -> None:
    table = with_index({"column": "body"}, y={"column": "body", "indexType": "text"})
    assert said(table) == []
    assert said(table, "warning") == [f'indexes.y: column "body" has an index already: "x"; {SECOND}']
    ascii_column = {**with_column("ascii"), "indexes": {**INDEXES, "x": {"column": "x", "indexType": "text"}}}
    assert said(ascii_column) == []
    assert said(ascii_column, "warning") == [f'indexes.x: column "x" is of type ascii: {ON_ASCII}']
