"""What a change of a table needs: nothing, an alteration in place, or another table."""

from typing import Any

import pytest

from astra.table_change import alteration, obstacles
from astra.table_normalisation import normalised
from tests.unit.table_definitions import MISTRAL, NVIDIA, OPENAI

COLUMNS: dict[str, Any] = {
    "id": "text",
    "body": "text",
    "tags": {"type": "set", "valueType": "text"},
    "own": {"type": "vector", "dimension": 1024},
    "served": {"type": "vector", "dimension": 1024, "service": OPENAI},
}
TABLE = {"columns": COLUMNS, "primaryKey": "id"}
LIVE = normalised(TABLE)


def with_columns(**columns: Any) -> dict[str, Any]:
    return {**TABLE, "columns": {name: column for name, column in {**COLUMNS, **columns}.items() if column is not None}}


def served(**service: Any) -> dict[str, Any]:
    """The column `served` with another service."""
    return {"served": {**COLUMNS["served"], "service": {**OPENAI, **service}}}


@pytest.mark.parametrize(
    "same",
    [
        TABLE,
        LIVE,
        {**TABLE, "primaryKey": {"partitionBy": ["id"]}},
        with_columns(body={"type": "text"}, tags={"type": "set", "valueType": {"type": "text"}}),
    ],
)
def test_the_same_in_other_words_needs_nothing(same: dict[str, Any]) -> None:
    assert obstacles(same, LIVE) == ()
    assert alteration(same, LIVE).operations == ()


@pytest.mark.parametrize(
    ("wanted", "operations"),
    [
        (with_columns(body=None), [{"drop": {"columns": ["body"]}}]),
        (with_columns(page="int"), [{"add": {"columns": {"page": "int"}}}]),
        (with_columns(own={**COLUMNS["own"], "service": NVIDIA}), [{"addVectorize": {"columns": {"own": NVIDIA}}}]),
        (with_columns(own={"type": "vector", "service": NVIDIA}), [{"addVectorize": {"columns": {"own": NVIDIA}}}]),
        (with_columns(served={"type": "vector", "dimension": 1024}), [{"dropVectorize": {"columns": ["served"]}}]),
        (
            with_columns(**served(authentication={"providerKey": "k"})),
            [{"addVectorize": {"columns": {"served": {**OPENAI, "authentication": {"providerKey": "k"}}}}}],
        ),
        (
            with_columns(
                tags=None,
                body=None,
                page="int",
                text={"type": "text"},
                own={"type": "vector", "service": NVIDIA},
                served={"type": "vector", "dimension": 1024},
            ),
            [
                {"drop": {"columns": ["body", "tags"]}},
                {"add": {"columns": {"page": "int", "text": {"type": "text"}}}},
                {"dropVectorize": {"columns": ["served"]}},
                {"addVectorize": {"columns": {"own": NVIDIA}}},
            ],
        ),
    ],
)
def test_what_can_be_altered_takes_one_operation_a_call_in_an_order_that_works(
    wanted: dict[str, Any], operations: list[dict[str, Any]]
) -> None:
    assert obstacles(wanted, LIVE) == ()
    assert list(alteration(wanted, LIVE).operations) == operations


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (with_columns(body="int"), [("columns", "body", "type")]),
        (with_columns(tags={"type": "set", "valueType": "int"}), [("columns", "tags", "valueType")]),
        (with_columns(tags={"type": "list", "valueType": "text"}), [("columns", "tags", "type")]),
        (with_columns(own={"type": "vector", "dimension": 8}), [("columns", "own", "dimension")]),
        (with_columns(served={"type": "vector", "service": OPENAI}), [("columns", "served", "dimension")]),
        (with_columns(served="text"), [("columns", "served", "dimension"), ("columns", "served", "type")]),
        ({**TABLE, "primaryKey": "body"}, [("primaryKey",)]),
        ({**TABLE, "primaryKey": {"partitionBy": ["id"], "partitionSort": {"body": 1}}}, [("primaryKey",)]),
        ({**with_columns(id=None), "primaryKey": "body"}, [("primaryKey",)]),
    ],
)
def test_what_cannot_be_altered_needs_another_table(wanted: dict[str, Any], places: list[Any]) -> None:
    assert [change.path for change in obstacles(wanted, LIVE)] == places


@pytest.mark.parametrize(
    ("wanted", "remodelled"),
    [
        (with_columns(**served(**MISTRAL)), ("served",)),
        (with_columns(**served(modelName="text-embedding-3-large")), ("served",)),
        (with_columns(**served(parameters={"organizationId": "o"})), ("served",)),
        (with_columns(**served(parameters={})), ()),
        (with_columns(**served(authentication={"providerKey": "k"})), ()),
        # Whose vectors one's own are, nobody knows; nor does it help to take the service out in between.
        (with_columns(own={**COLUMNS["own"], "service": NVIDIA}), ("own",)),
        (with_columns(served={"type": "vector", "dimension": 1024}), ()),
        (with_columns(served=None), ()),
    ],
)
def test_a_column_is_remodelled_where_a_service_makes_other_vectors_than_those_that_stand(
    wanted: dict[str, Any], remodelled: tuple[str, ...]
) -> None:
    assert alteration(wanted, LIVE).remodelled == remodelled
