"""The arguments of tables and indexes: what a type checker sees, against the schemas."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from astra import catalog
from providers import table_arguments

TABLE = catalog.schema("resources:table")
INDEX = catalog.schema("resources:index")["properties"]
COLUMNS = {
    "list": table_arguments.ListColumnArgs,
    "map": table_arguments.MapColumnArgs,
    "set": table_arguments.SetColumnArgs,
    "userDefined": table_arguments.UserDefinedColumnArgs,
    "vector": table_arguments.VectorColumnArgs,
}


def keys(arguments_type: Any) -> tuple[set[str], set[str]]:
    """All keys of a TypedDict, and the required ones."""
    required: frozenset[str] = arguments_type.__required_keys__
    return set(required | arguments_type.__optional_keys__), set(required)


@pytest.mark.parametrize("kind", TABLE["x-columns"]["keys"])
def test_a_column_has_its_type_and_the_keys_that_belong_to_it(kind: str) -> None:
    assert get_args(COLUMNS[kind].__annotations__["type"]) == (kind,)
    stated, required = keys(COLUMNS[kind])
    assert stated == {"type", *TABLE["x-columns"]["keys"][kind]}
    # Of a vector either will do, and which one is needed is for check to say.
    assert required == ({"type"} if kind == "vector" else stated)


def test_a_column_is_of_a_type_that_can_be_made() -> None:
    assert list(get_args(table_arguments.ScalarType)) == TABLE["$defs"]["scalarType"]["enum"]
    assert sorted([*get_args(table_arguments.ScalarType), *COLUMNS]) == sorted(TABLE["$defs"]["columnType"]["enum"])
    assert set(COLUMNS.values()) < set(get_args(table_arguments.ColumnArgs))


def test_what_a_list_holds_may_be_of_any_type_that_the_schema_lets_in() -> None:
    assert [*get_args(table_arguments.ScalarType), "userDefined"] == sorted(
        TABLE["$defs"]["valueType"]["properties"]["type"]["enum"], key=lambda one: (one == "userDefined", one)
    )
    assert table_arguments.UserDefinedColumnArgs in get_args(table_arguments.ValueType)
    assert table_arguments.UserDefinedColumnArgs not in get_args(table_arguments.MapColumnArgs.__annotations__["keyType"])


@pytest.mark.parametrize(
    ("arguments_type", "schema"),
    [(table_arguments.PrimaryKeyArgs, TABLE["$defs"]["primaryKey"]), (table_arguments.IndexOptionsArgs, INDEX["options"])],
)
def test_arguments_have_the_keys_of_their_schema(arguments_type: Any, schema: Any) -> None:
    assert keys(arguments_type) == (set(schema["properties"]), set(schema.get("required", ())))


@pytest.mark.parametrize(
    ("literal", "schema"),
    [
        (table_arguments.IndexType, INDEX["indexType"]),
        (table_arguments.MapPart, INDEX["column"]["additionalProperties"]),
    ],
)
def test_literals_are_the_allowed_values_of_their_schema(literal: Any, schema: Any) -> None:
    assert list(get_args(literal)) == schema["enum"]
