"""Tables: each rule of their columns and keys, and its sentence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import catalog, service, table_columns, table_definition, table_indexes
from astra.validation import UNKNOWN
from tests.unit.tables import INDEXES, NVIDIA, SMALL, TABLE, VECTOR, formed, said, with_column, with_key


def test_the_table_that_these_tests_change_is_right() -> None:
    assert (said(TABLE), said(TABLE, "warning"), formed(TABLE)) == ([], [], [])


@pytest.mark.parametrize(
    "column",
    [
        *catalog.schema("resources:table")["$defs"]["scalarType"]["enum"],
        {"type": "timestamp"},
        {"type": "list", "valueType": "duration"},
        {"type": "list", "valueType": {"type": "userDefined", "udtName": "address"}},
        {"type": "map", "keyType": {"type": "uuid"}, "valueType": "duration"},
    ],
)
def test_type(column: Any) -> None:
    assert (said(with_column(column)), formed(with_column(column))) == ([], [])


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("vector", '"vector" needs the long form: {type: vector, dimension: ..., service: ...}'),
        ("map", '"map" needs the long form: {type: map, keyType: ..., valueType: ...}'),
        ("userDefined", '"userDefined" needs the long form: {type: userDefined, udtName: ...}'),
    ],
)
def test_a_type_with_settings_needs_the_long_form(column: str, sentence: str) -> None:
    assert said(with_column(column)) == [f"definition.columns.x: {sentence}"]


@pytest.mark.parametrize(
    ("column", "sentences"),
    [
        (
            {"type": "text", "service": NVIDIA},
            [".service: belongs to columns of type vector; from one of type text the server drops it in silence"],
        ),
        (
            {"type": "int", "keyType": "text"},
            [".keyType: belongs to columns of type map; from one of type int the server drops it in silence"],
        ),
        (
            {"type": "vector", "dimension": 8, "valueType": "float"},
            [".valueType: belongs to columns of type list, map, set; from one of type vector the server drops it in silence"],
        ),
        ({"type": "list"}, [': "valueType" is missing: a column of type list needs it']),
        ({"type": "map", "valueType": "int"}, [': "keyType" is missing: a column of type map needs it']),
        ({"type": "userDefined"}, [': "udtName" is missing: a column of type userDefined needs it']),
        (
            {"type": "list", "valueType": {"type": "userDefined"}},
            ['.valueType: "udtName" is missing: a column of type userDefined needs it'],
        ),
        ({"type": "map", "keyType": "duration", "valueType": "int"}, [".keyType: duration cannot be the key of a map"]),
        ({"type": "set", "valueType": {"type": "duration"}}, [".valueType: duration cannot stand in a set"]),
        ({"type": "vector"}, [': "dimension" is missing: without a service it cannot be left out']),
        ({**VECTOR, "dimension": 512}, [".dimension: 512 is not allowed; allowed: 1024 alone"]),
        (
            {"type": "vector", "service": {"provider": "nvida", "modelName": "x"}},
            ['.service.provider: unknown embedding provider "nvida"; did you mean "nvidia"?'],
        ),
    ],
)
def test_column(column: Any, sentences: list[str]) -> None:
    assert said(with_column(column)) == [f"definition.columns.x{sentence}" for sentence in sentences]


@pytest.mark.parametrize("column", [{"type": "vector", "service": NVIDIA}, {"type": "vector", "dimension": 4097}])
def test_a_vector_column_needs_a_dimension_or_a_service_and_its_dimension_has_no_upper_limit_of_its_own(column: Any) -> None:
    assert (said(with_column(column)), formed(with_column(column))) == ([], [])


OTHER_VECTORS = (
    'its service makes other vectors than that of column "embedding" (provider, model, dimension): '
    "a request can have texts embedded for one of the two, not for both"
)


@pytest.mark.parametrize(
    ("other", "sentences"),
    [
        ({"type": "vector", "service": NVIDIA}, []),
        ({"type": "vector", "dimension": 8}, []),
        ({"type": "vector", "service": UNKNOWN}, []),
        ({"type": "vector", "dimension": UNKNOWN, "service": SMALL}, []),
        (
            {"type": "vector", "service": SMALL},
            [f"definition.columns.x: {OTHER_VECTORS}"],
        ),
    ],
)
def test_several_services_in_a_table_are_allowed_and_warned_of_where_they_differ(other: Any, sentences: list[str]) -> None:
    table = with_column(other)
    indexed = {**table, "indexes": {**INDEXES, "x": {"column": "x"}}}
    assert (said(indexed), said(indexed, "warning")) == ([], sentences)


@pytest.mark.parametrize(
    "key",
    [
        "page",
        "raw",
        {"partitionBy": ["id"]},
        {"partitionBy": ["id", "body"], "partitionSort": {"page": -1, "raw": 1}},
        {"partitionBy": ["id"], "partitionSort": {}},
    ],
)
def test_primary_key(key: Any) -> None:
    assert (said(with_key(key)), formed(with_key(key))) == ([], [])


@pytest.mark.parametrize(
    ("key", "sentences"),
    [
        ("ide", [': no column is called "ide"; did you mean "id"?']),
        (
            "",
            [': no column is called ""; columns: id, body, page, raw, tags, labels, address, embedding'],
        ),
        ("tags", [': column "tags" is of type set, which cannot be part of a primary key']),
        ("labels", [': column "labels" is of type map, which cannot be part of a primary key']),
        ("address", [': column "address" is of type userDefined, which cannot be part of a primary key']),
        (
            {"partitionBy": ["id", "bod"], "partitionSort": {"pag": 1}},
            [
                '.partitionBy[1]: no column is called "bod"; did you mean "body"?',
                '.partitionSort.pag: no column is called "pag"; did you mean "page"?',
            ],
        ),
        ({"partitionBy": ["id", "page", "id"]}, ['.partitionBy[2]: column "id" stands in partitionBy twice']),
        (
            {"partitionBy": ["id"], "partitionSort": {"id": 1, "tags": 1}},
            [
                '.partitionSort.id: column "id" is part of partitionBy already',
                '.partitionSort.tags: column "tags" is of type set, which cannot be part of a primary key',
            ],
        ),
    ],
)
def test_a_primary_key_that_does_not_fit_the_columns(key: Any, sentences: list[str]) -> None:
    assert said(with_key(key)) == [f"definition.primaryKey{sentence}" for sentence in sentences]


def test_durations_have_no_order_and_are_no_part_of_a_key() -> None:
    sentence = 'definition.primaryKey: column "took" is of type duration, which cannot be part of a primary key'
    assert said(with_key("took", took="duration")) == [sentence]


def test_a_vector_in_the_primary_key_is_warned_of_since_the_server_takes_it() -> None:
    sentence = "is part of the primary key: a row is then found by exactly this vector, and not by similar ones"
    assert said(with_key({"partitionBy": ["id"], "partitionSort": {"embedding": 1}})) == []
    assert said({**with_key("embedding"), "indexes": {}}, "warning") == [f"definition.columns.embedding: {sentence}"]


def test_a_vector_without_an_index_is_warned_of() -> None:
    sentence = "definition.columns.embedding: has no vector index: a search by vectors is refused until there is one"
    assert said({**TABLE, "indexes": {}}, "warning") == [sentence]
    assert said({**TABLE, "indexes": {"x": {"column": UNKNOWN}}}, "warning") == []


def test_names_are_unique_in_a_keyspace() -> None:
    other: dict[str, Any] = {"indexes": {"chunks_embedding": {}, "CHUNKS_EMBEDDING": {}}}
    content = {"collections": {"articles": None}, "tables": {"chunks": TABLE, "other": other, "articles": None, "Articles": {}}}
    assert list(map(str, table_definition.keyspace_problems(content))) == [
        'tables.other.indexes.chunks_embedding: an index of table "chunks" has this name, too: it is unique in the keyspace',
        "tables.articles: a collection of this keyspace has this name, too",
    ]


def test_the_facts_about_types_and_their_lists_agree() -> None:
    kinds = catalog.schema("resources:table")["$defs"]
    scalar, facts = kinds["scalarType"]["enum"], table_columns.facts()
    assert kinds["columnType"]["enum"] == sorted([*scalar, *facts["keys"]], key=str.casefold)
    assert kinds["valueType"]["properties"]["type"]["enum"] == sorted([*scalar, "userDefined"], key=str.casefold)
    assert {
        kind for name in ("notInPrimaryKey", "notMapKey", "notInSet", "notIndexed", "withTextOptions") for kind in facts[name]
    } <= {*kinds["columnType"]["enum"]}
    assert catalog.schema("environment")["$defs"]["index"]["properties"]["indexType"]["enum"] == list(table_indexes.KINDS)


def test_every_problem_names_a_rule() -> None:
    table = {**with_column({"type": "text", "service": NVIDIA}), "indexes": {"x": {"column": "nope"}, "y": {"column": "raw"}}}
    assert {problem.rule for problem in table_definition.problems(table, service.problems)} == {"table", "reference"}
    assert {"table", "reference", "combination", "name", "shape"} <= catalog.schema("rules")["$defs"].keys()


WORDS = st.sampled_from(
    ["id", "type", "text", "vector", "map", "set", "column", "columns", "partitionBy", "indexType", "options"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | WORDS | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
PLACES = [
    ("definition",),
    ("indexes",),
    ("definition", "columns"),
    ("definition", "primaryKey"),
    ("definition", "columns", "embedding"),
    ("definition", "columns", "embedding", "service"),
    ("definition", "columns", "labels", "keyType"),
    ("definition", "columns", "tags", "valueType"),
    ("indexes", "chunks_embedding"),
    ("indexes", "chunks_embedding", "column"),
    ("indexes", "chunks_embedding", "indexType"),
    ("indexes", "chunks_embedding", "options"),
]


def replaced(data: Any, path: tuple[str, ...], value: Any) -> Any:
    return {**data, path[0]: replaced(data.get(path[0], {}), path[1:], value)} if path else value


@given(st.sampled_from(PLACES), ANYTHING)
def test_whatever_stands_wherever_is_judged_without_a_failure(path: tuple[str, ...], value: Any) -> None:
    found = table_definition.problems(replaced(TABLE, path, value), service.problems)
    assert all(problem.path[0] in ("definition", "indexes") for problem in found)


@given(st.sampled_from(PLACES))
def test_what_is_not_known_yet_is_never_refused(path: tuple[str, ...]) -> None:
    assert said(replaced(TABLE, path, UNKNOWN)) == []
