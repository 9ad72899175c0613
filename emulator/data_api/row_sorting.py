"""The sort clause of a find on a table: by one vector column, with a vector or with a text to embed.

As the open-source service's source has it (unverified). Sorting by other columns, and by texts, is not implemented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.data_api import indexes, services, vectors
from emulator.data_api.errors import DataApiError
from emulator.data_api.table_columns import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.data_api.call import Call


class ByVector(NamedTuple):
    """A vector column, what its index says how near two vectors are, and the vector that is sought."""

    column: str
    metric: str
    vector: vectors.Vector


def parse(call: Call, value: object) -> ByVector | None:
    """Read the clause, and embed its text.

    Raises:
        DataApiError: CANNOT_SORT_UNKNOWN_COLUMNS, CANNOT_SORT_ON_SPECIAL_WITH_OTHERS,
            CANNOT_VECTOR_SORT_NON_VECTOR_COLUMNS, CANNOT_VECTORIZE_SORT_NON_VECTOR_COLUMN,
            CANNOT_VECTORIZE_SORT_WHEN_MISSING_VECTORIZE_DEFINITION, CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS,
            CANNOT_VECTOR_SORT_ON_MISMATCHED_VECTOR_DIMENSIONS, INVALID_VECTOR_SORT_EXPRESSION,
            INVALID_DATABASE_QUERY; NOT_IMPLEMENTED.

    """
    stated: Mapping[str, Any] = value if isinstance(value, dict) else {}
    columns = call.options["columns"]
    if unknown := [name for name in stated if name not in columns]:
        raise DataApiError("CANNOT_SORT_UNKNOWN_COLUMNS", f"The table {call.collection} has no columns {listed(unknown)}.")
    by_vector = [name for name in stated if columns[name]["type"] == "vector"]
    if by_vector and len(stated) > 1:
        raise DataApiError("CANNOT_SORT_ON_SPECIAL_WITH_OTHERS", f"Nothing else can be sorted by beside {by_vector[0]}.")
    for name, item in stated.items():
        _refuse_other(name, columns[name], item)
    return next((_by_vector(call, name, stated[name]) for name in by_vector), None)


def _refuse_other(name: str, column: Mapping[str, Any], value: object) -> None:
    if column["type"] == "vector":
        return
    if isinstance(value, (list, dict)):
        raise DataApiError("CANNOT_VECTOR_SORT_NON_VECTOR_COLUMNS", f"The column {name} holds no vectors.")
    if isinstance(value, str) and column["type"] not in ("text", "ascii"):
        raise DataApiError("CANNOT_VECTORIZE_SORT_NON_VECTOR_COLUMN", f"The column {name} holds no vectors.")
    raise DataApiError("NOT_IMPLEMENTED", "The emulator sorts the rows of a table by a vector column alone.")


def _by_vector(call: Call, name: str, value: object) -> ByVector:
    column = call.options["columns"][name]
    if isinstance(value, str):
        if "service" not in column:
            raise DataApiError("CANNOT_VECTORIZE_SORT_WHEN_MISSING_VECTORIZE_DEFINITION", f"The column {name} has no service.")
        vector = services.vector(call, column["service"], column["dimension"], value)
    else:
        vector = vectors.read(value, bad_type="INVALID_VECTOR_SORT_EXPRESSION")
    metric = indexes.metrics(call).get(name)
    if metric is None:
        raise DataApiError("CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS", f"The column {name} has no vector index.")
    if len(vector) != column["dimension"]:
        raise DataApiError(
            "CANNOT_VECTOR_SORT_ON_MISMATCHED_VECTOR_DIMENSIONS", f"The column {name} needs {column['dimension']} numbers."
        )
    vectors.refuse_zero(metric, vector)
    return ByVector(name, metric, vector)
