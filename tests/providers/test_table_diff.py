"""`diff` of tables and indexes: what is nothing, what is done in place, and what replaces."""

from typing import Any

import pytest
from pulumi.output import Unknown as PulumiUnknown

from astra.index_normalisation import normalised as normalised_index
from astra.table_normalisation import normalised
from providers.dynamic import AstraResourceProvider
from providers.index import IndexProvider
from providers.key_order import kept, restored
from providers.table import TableProvider
from providers.vector_index import VectorIndexProvider
from tests.providers.table_standing import EMBEDDING, KEY, MISTRAL, Provide, definition, through_engine

UNKNOWN = PulumiUnknown()  # type: ignore[no-untyped-call]
Found = tuple[bool, list[str]]
SAME: Found = (False, [])
IN_PLACE: Found = (True, [])
REPLACED: Found = (True, ["definition"])
PLACE = {"apiEndpoint": "https://x", "keyspace": "k"}
TABLE = {"address": "d.k.t", **PLACE, "name": "t", "definition": definition()}
STANDING = {**TABLE, "explained": kept(normalised(restored(definition())))}


def diff(provide: Provide, kind: type[AstraResourceProvider], olds: dict[str, Any], **changed: Any) -> Any:
    """Whether anything changes, and what replaces, where the new inputs are the old ones but for these."""
    inputs = {key: value for key, value in olds.items() if key != "explained"}
    found = provide(kind).diff("id", {**through_engine(olds), "__provider": "old"}, {**inputs, "__provider": "new", **changed})
    assert found.delete_before_replace
    return found.changes, found.replaces


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, SAME, id="nothing"),
        pytest.param({"address": "renamed"}, IN_PLACE, id="the address"),
        pytest.param({"name": "u", "keyspace": "l"}, (True, ["keyspace", "name"]), id="identity"),
        pytest.param({"apiEndpoint": UNKNOWN}, (True, ["apiEndpoint"]), id="identity not known yet"),
        pytest.param({"definition": definition(body="text")}, IN_PLACE, id="the short form"),
        pytest.param({"definition": definition(more="int")}, IN_PLACE, id="a further column"),
        pytest.param({"definition": definition(body=None)}, IN_PLACE, id="a column less"),
        pytest.param({"definition": definition(embedding={**EMBEDDING, "service": MISTRAL})}, IN_PLACE, id="another model"),
        pytest.param({"definition": definition(body="int")}, REPLACED, id="another type"),
        pytest.param({"definition": definition(embedding={"type": "vector", "dimension": 8})}, REPLACED, id="another dimension"),
        pytest.param({"definition": definition(key="id")}, REPLACED, id="another key"),
        pytest.param(
            {"definition": definition(key={**KEY, "partitionSort": {"page": 1, "revision": -1}})},
            REPLACED,
            id="another order of the key",
        ),
        pytest.param({"definition": UNKNOWN}, REPLACED, id="a definition not known yet"),
        pytest.param({"definition": {"columns": UNKNOWN, "primaryKey": "id"}}, REPLACED, id="columns not known yet"),
        pytest.param({"definition": {**definition(), "primaryKey": UNKNOWN}}, REPLACED, id="a key not known yet"),
        pytest.param({"definition": definition(page=UNKNOWN)}, REPLACED, id="a type not known yet"),
        pytest.param(
            {"definition": definition(embedding={**EMBEDDING, "service": UNKNOWN})}, IN_PLACE, id="a service not known yet"
        ),
        pytest.param(
            {
                "definition": definition(
                    embedding={**EMBEDDING, "service": {**EMBEDDING["service"], "authentication": {"providerKey": UNKNOWN}}}
                )
            },
            IN_PLACE,
            id="a credential not known yet",
        ),
    ],
)
def test_table(provide: Provide, changed: dict[str, Any], expected: Any) -> None:
    assert diff(provide, TableProvider, STANDING, **changed) == expected


def test_what_was_never_read_is_replaced_only_where_its_definition_changed(provide: Provide) -> None:
    assert diff(provide, TableProvider, TABLE) == SAME
    assert diff(provide, TableProvider, TABLE, definition=definition(more="int")) == REPLACED


VECTOR_INDEX = {"address": "d.k.t.i", **PLACE, "table": "t", "name": "i", "column": "embedding"}
INDEX = {"address": "d.k.t.i", **PLACE, "table": "t", "name": "i", "column": "body"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, SAME, id="nothing"),
        pytest.param({"metric": "cosine"}, IN_PLACE, id="a default spelled out"),
        pytest.param({"metric": "euclidean"}, (True, ["metric"]), id="another metric"),
        pytest.param(
            {"sourceModel": "ada002"}, (True, ["metric", "sourceModel"]), id="another source model, and so another metric"
        ),
        pytest.param({"column": "other"}, (True, ["column"]), id="another column"),
        pytest.param({"table": "u"}, (True, ["table"]), id="another table"),
        pytest.param({"table": UNKNOWN}, (True, ["table"]), id="a table not known yet"),
        pytest.param({"metric": UNKNOWN}, (True, ["metric"]), id="a metric not known yet"),
        pytest.param({"name": "j"}, (True, ["name"]), id="another name"),
        pytest.param({"address": "renamed"}, IN_PLACE, id="the address"),
        pytest.param({"address": "renamed", "table": UNKNOWN}, (True, ["table"]), id="the address and what is not known yet"),
    ],
)
def test_vector_index(provide: Provide, changed: dict[str, Any], expected: Any) -> None:
    stands = normalised_index(VectorIndexProvider().index_of(VECTOR_INDEX))
    assert diff(provide, VectorIndexProvider, {**VECTOR_INDEX, "explained": stands}, **changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, SAME, id="nothing"),
        pytest.param({"indexType": "regular", "options": {"ascii": False}}, IN_PLACE, id="defaults spelled out"),
        pytest.param({"options": {"ascii": True}}, (True, ["options"]), id="another option"),
        pytest.param({"indexType": "text"}, (True, ["indexType", "options"]), id="another type"),
        pytest.param({"options": {"analyzer": "english"}}, (True, ["indexType", "options"]), id="another type by its options"),
        pytest.param({"column": {"body": "$keys"}}, (True, ["column"]), id="a part of the column"),
        pytest.param({"options": UNKNOWN}, (True, ["options"]), id="options not known yet"),
    ],
)
def test_index(provide: Provide, changed: dict[str, Any], expected: Any) -> None:
    stands = normalised_index(IndexProvider().index_of(INDEX))
    assert diff(provide, IndexProvider, {**INDEX, "explained": stands}, **changed) == expected
