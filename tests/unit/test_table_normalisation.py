"""Whether a table that stands is the one that was meant: against recorded answers of the Data API, and law by law."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra.changes import ABSENT, Change
from astra.table_normalisation import as_found, differences, normalised
from tests.unit.table_definitions import KEYS, NVIDIA, OPENAI, definitions, of_examples

AZURE = {
    "provider": "azureOpenAI",
    "modelName": "text-embedding-3-large",
    "parameters": {"resourceName": "r", "deploymentId": "d"},
}
TITAN = {"provider": "bedrock", "modelName": "amazon.titan-embed-text-v2:0", "parameters": {"region": "us-east-1"}}
SUPPORT = {"createTable": True, "insert": True, "read": True, "filter": False, "cqlDefinition": "vector<float, 1024>"}
READ_ONLY = {"createTable": False, "insert": True, "read": True, "filter": True, "cqlDefinition": "timeuuid"}
KEY = {"partitionBy": ["id"], "partitionSort": {}}
VECTOR = {"type": "vector", "dimension": 1024, "apiSupport": SUPPORT}


def table(key: Any = "id", **columns: Any) -> dict[str, Any]:
    return {"columns": {"id": "text", **columns}, "primaryKey": key}


def explained(key: Any = KEY, **columns: Any) -> dict[str, Any]:
    return {"columns": {"id": {"type": "text"}, **columns}, "primaryKey": key}


# Names of the recorded exchanges; UDT and unsupported types as the Data API's source writes them.
ACCEPTED = [
    pytest.param(
        table(n="int", s={"type": "set", "valueType": "text"}, m={"type": "map", "keyType": "text", "valueType": "int"}),
        explained(
            m={"type": "map", "keyType": "text", "valueType": "int"}, n={"type": "int"}, s={"type": "set", "valueType": "text"}
        ),
        id="t_create",
    ),
    pytest.param(
        {"columns": {"id": {"type": "text"}, "x": {"type": "int"}}, "primaryKey": "id"},
        explained(x={"type": "int"}),
        id="tab_def_type_long_form",
    ),
    pytest.param(
        {
            "columns": {"a": "text", "b": "int", "c": "int"},
            "primaryKey": {"partitionBy": ["a"], "partitionSort": {"b": 1, "c": -1}},
        },
        {
            "columns": {"a": {"type": "text"}, "b": {"type": "int"}, "c": {"type": "int"}},
            "primaryKey": {"partitionBy": ["a"], "partitionSort": {"b": 1, "c": -1}},
        },
        id="tab_def_pk_object",
    ),
    pytest.param(table(key={"partitionBy": ["id"]}), explained(), id="a key without an order"),
    pytest.param(
        table(x={"type": "text", "service": NVIDIA}),
        explained(x={"type": "text"}),
        id="tab_def_text_with_service: dropped in silence",
    ),
    pytest.param(
        table(v={"type": "vector", "service": NVIDIA}),
        explained(v={**VECTOR, "service": NVIDIA}),
        id="tab_dim_omitted_fixed_model",
    ),
    pytest.param(
        table(v={"type": "vector", "service": AZURE}),
        explained(v={**VECTOR, "dimension": 1536, "service": AZURE}),
        id="tab_dim_omitted_range_azure_large",
    ),
    pytest.param(
        table(v={"type": "vector", "service": TITAN}),
        explained(v={**VECTOR, "service": TITAN}),
        id="tab_dim_omitted_optional_range_titan",
    ),
    pytest.param(
        table(v={"type": "vector", "dimension": 2, "service": OPENAI}),
        explained(v={**VECTOR, "dimension": 2, "service": OPENAI}),
        id="tab_dim_low_bound_ok",
    ),
    pytest.param(table(v={"type": "vector", "dimension": 1024.0}), explained(v=VECTOR), id="a whole float of the engine"),
    pytest.param(
        table(v={"type": "vector", "dimension": 1536, "service": {**OPENAI, "parameters": {}}}),
        explained(v={**VECTOR, "dimension": 1536, "service": {**OPENAI, "parameters": {}}}),
        id="tab_param_empty_object",
    ),
    pytest.param(
        table(v={"type": "vector", "dimension": 1536, "service": {**OPENAI, "authentication": {}}}),
        explained(v={**VECTOR, "dimension": 1536, "service": {**OPENAI, "authentication": {}}}),
        id="tab_auth_empty_object",
    ),
    pytest.param(
        table(v={"type": "vector", "dimension": 1536, "service": {**OPENAI, "authentication": {"providerKey": "shared"}}}),
        explained(
            v={**VECTOR, "dimension": 1536, "service": {**OPENAI, "authentication": {"providerKey": "shared.providerKey"}}}
        ),
        id="at_add_vector_service: the credential's full name",
    ),
    pytest.param(
        table(v={"type": "vector", "dimension": 1024, "service": {**TITAN, "authentication": {"accessId": "shared"}}}),
        explained(v={**VECTOR, "service": {**TITAN, "authentication": {"accessId": "shared.accessId"}}}),
        id="tab_auth_bedrock_partial",
    ),
    pytest.param(
        table(
            u={"type": "userDefined", "udtName": "address"},
            l={"type": "list", "valueType": {"type": "userDefined", "udtName": "address"}},
        ),
        explained(
            u={"type": "userDefined", "udtName": "address", "apiSupport": SUPPORT},
            l={"type": "list", "valueType": {"type": "userDefined", "udtName": "address", "apiSupport": SUPPORT}},
        ),
        id="user-defined types",
    ),
]


@pytest.mark.parametrize(("sent", "returned"), ACCEPTED)
def test_what_the_service_accepted_is_never_a_difference(sent: Any, returned: Any) -> None:
    assert differences(sent, returned) == ()
    assert as_found(sent, returned) == sent


def test_what_follows_from_what_was_sent_is_known_before_it_is_sent() -> None:
    assert normalised(table(key="id", v={"type": "vector", "service": NVIDIA})) == {
        "columns": {"id": {"type": "text"}, "v": {"type": "vector", "dimension": 1024, "service": NVIDIA}},
        "primaryKey": {"partitionBy": ["id"], "partitionSort": {}},
    }


def test_of_a_model_without_a_known_default_whatever_the_service_chose_is_right() -> None:
    sent = table(v={"type": "vector", "service": {"provider": "acme", "modelName": "m"}})
    assert differences(sent, explained(v={**VECTOR, "service": {"provider": "acme", "modelName": "m"}})) == ()
    assert differences(sent, explained(v={"type": "text"})) != ()


@pytest.mark.parametrize(
    ("sent", "returned", "found"),
    [
        pytest.param(
            table(),
            explained(a={"type": "text"}),
            [(("columns", "a"), ABSENT, {"type": "text"})],
            id="a column that nobody declared",
        ),
        pytest.param(
            table(),
            explained(a={"type": "timeuuid", "apiSupport": READ_ONLY}, b={"type": "UNSUPPORTED", "apiSupport": READ_ONLY}),
            [(("columns", "a"), ABSENT, {"type": "timeuuid"}), (("columns", "b"), ABSENT, {"type": "UNSUPPORTED"})],
            id="columns of types that the Data API cannot make",
        ),
        pytest.param(table(a="text"), explained(), [(("columns", "a"), {"type": "text"}, ABSENT)], id="a column that is gone"),
        pytest.param(
            table(a="text"),
            explained(a={"type": "int"}),
            [(("columns", "a", "type"), "text", "int")],
            id="a column of another type",
        ),
        pytest.param(
            table(s={"type": "set", "valueType": "text"}),
            explained(s={"type": "set", "valueType": "int"}),
            [(("columns", "s", "valueType"), "text", "int")],
            id="a set of another type",
        ),
        pytest.param(
            table(v={"type": "vector", "service": NVIDIA}),
            explained(v={**VECTOR, "dimension": 512, "service": NVIDIA}),
            [(("columns", "v", "dimension"), 1024, 512)],
            id="not the model's default dimension, which was meant",
        ),
        pytest.param(
            table(v={"type": "vector", "dimension": 1024, "service": OPENAI}),
            explained(v={**VECTOR, "service": {**OPENAI, "parameters": {}}}),
            [(("columns", "v", "service", "parameters"), ABSENT, {})],
            id="no parameters and empty ones: the service keeps them apart",
        ),
        pytest.param(
            {**table(a="text"), "primaryKey": {"partitionBy": ["id", "a"]}},
            {**explained(a={"type": "text"}), "primaryKey": {"partitionBy": ["a", "id"], "partitionSort": {}}},
            [
                (
                    ("primaryKey",),
                    {"partitionBy": ["id", "a"], "partitionSort": {}},
                    {"partitionBy": ["a", "id"], "partitionSort": {}},
                )
            ],
            id="another order of the partition key",
        ),
    ],
)
def test_what_stands_otherwise_is_a_difference(sent: Any, returned: Any, found: list[Any]) -> None:
    assert differences(sent, returned) == tuple(Change(*one) for one in found)
    assert differences(as_found(sent, returned), returned) == ()


def test_the_order_of_columns_means_nothing_and_that_of_the_key_a_different_table() -> None:
    sent: dict[str, Any] = {
        "columns": {"id": "text", "a": "int", "b": "int"},
        "primaryKey": {"partitionBy": ["id"], "partitionSort": {"b": 1, "a": 1}},
    }
    other = {**sent, "primaryKey": {"partitionBy": ["id"], "partitionSort": {"a": 1, "b": 1}}}
    assert differences({**sent, "columns": dict(reversed(sent["columns"].items()))}, normalised(sent)) == ()
    (change,) = differences(sent, normalised(other))
    assert (change.path, list(change.new["partitionSort"])) == (("primaryKey",), ["a", "b"])


@given(definitions())
def test_a_definition_never_differs_from_what_follows_from_it(definition: dict[str, Any]) -> None:
    assert differences(definition, normalised(definition)) == ()


@pytest.mark.parametrize("definition", of_examples())
def test_neither_do_the_examples(definition: dict[str, Any]) -> None:
    assert differences(definition, normalised(definition)) == ()


@given(definitions(), st.sampled_from(KEYS).flatmap(definitions))
def test_what_is_found_has_what_stands_and_leaves_the_rest_in_the_user_s_words(
    definition: dict[str, Any], standing: dict[str, Any]
) -> None:
    live = normalised(standing)
    found = as_found(definition, live)
    assert differences(found, live) == ()
    untouched = {change.path[1] for change in differences(definition, live) if change.path[0] == "columns"}
    assert all(found["columns"][name] == definition["columns"][name] for name in definition["columns"].keys() - untouched)
