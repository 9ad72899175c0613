"""find and findOne on a table.

The answers' form is that of the open-source service's published examples and source (unverified).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.data_api import indexes, row_filters, row_sorting, searches, vectors
from emulator.data_api.errors import DataApiError
from emulator.data_api.table_columns import type_of
from emulator.data_api.vectors import as_sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from emulator.data_api.call import Call
    from emulator.data_api.filters import Filter
    from emulator.data_api.searches import Search

Row = dict[str, Any]


class Found(NamedTuple):
    """Rows as they are returned, where the next page begins, and what the status says."""

    rows: list[Row]
    next_page: str | None
    status: dict[str, Any]


def find(call: Call, search: Search) -> dict[str, Any]:
    """A page of the matching rows, in order of insertion (the service's order is another), or the nearest ones.

    Raises:
        DataApiError: what is wrong with the clauses, or with the embedding of a text.

    """
    found = _found(call, search)
    return {"data": {"documents": found.rows, "nextPageState": found.next_page}, "status": found.status}


def find_one(call: Call, search: Search) -> dict[str, Any]:
    """The first match, or null."""
    found = _found(call, search)
    return {"data": {"document": next(iter(found.rows), None)}, "status": found.status}


def _found(call: Call, search: Search) -> Found:
    sort = row_sorting.parse(call, search.sort)
    wanted = row_filters.parse(call.options, search.filter)
    chosen = _chosen(call, search.projection)
    columns = call.options["columns"]
    status: dict[str, Any] = {"projectionSchema": {name: type_of(columns[name]) for name in chosen}}
    if sort is None:
        if search.skip:
            raise DataApiError("NOT_IMPLEMENTED", "The emulator does not skip rows of a table.")
        warnings = row_filters.warnings(call.options, wanted, indexes.on_table(call))
        page, next_page = searches.page(search, partial(matching, call, wanted))
        warned = {"warnings": warnings} if warnings else {}
        return Found([_shown(row, chosen) for row in page], next_page, status | warned)
    limit = vectors.MAX_SEARCHED if search.limit is None else search.limit
    if limit > vectors.MAX_SEARCHED:
        raise DataApiError("CANNOT_VECTOR_SORT_WITH_LIMIT_EXCEEDS_MAX", f"The limit is at most {vectors.MAX_SEARCHED}.")
    if search.skip:
        raise DataApiError("CANNOT_VECTOR_SORT_WITH_SKIP_OPTION", "What is sorted by a vector has no skip.")
    among = {sequence for sequence, _ in matching(call, wanted)} if wanted.parts else None
    nearest = vectors.nearest(call, sort.column, sort.metric, sort.vector, among)[:limit]
    rows = [
        _shown(_row(call, item.owner), chosen) | ({"$similarity": as_sent(item.similarity)} if search.include_similarity else {})
        for item in nearest
    ]
    told = {"sortVector": [as_sent(number) for number in sort.vector]} if search.include_sort_vector else {}
    return Found(rows, None, status | told)


def _chosen(call: Call, projection: object) -> list[str]:
    """Naming a column leaves the others out, excluding one leaves the others in."""
    stated = projection or {}
    if not isinstance(stated, dict):
        raise DataApiError("UNSUPPORTED_PROJECTION_DEFINITION", "A projection must be an object.")
    row_filters.refuse_unknown(call.options, [name for name in stated if name != "*"], "PROJECTION")
    if bad := [name for name, value in stated.items() if not isinstance(value, (bool, int, float))]:
        raise DataApiError("UNSUPPORTED_PROJECTION_PARAM", f"The projection of {bad[0]} must be a number or a boolean.")
    return [name for name in call.options["columns"] if _is_chosen(name, stated)]


def _is_chosen(name: str, projection: Mapping[str, Any]) -> bool:
    return bool(projection.get(name, projection.get("*", not any(projection.values()))))


def _shown(row: Row, chosen: list[str]) -> Row:
    """A value that is null is left out."""
    return {name: row[name] for name in chosen if row.get(name) is not None}


def _row(call: Call, sequence: int) -> Row:
    found = call.connection.execute("SELECT document FROM documents WHERE sequence = ?", (sequence,)).fetchone()
    row: Row = json.loads(found["document"])
    return row


def matching(call: Call, wanted: Filter, after: int = 0) -> Iterator[tuple[int, Row]]:
    """The rows that pass, each with its sequence number, in order of insertion, from after a sequence number on."""
    found = call.connection.execute(
        "SELECT sequence, document FROM documents WHERE database = ? AND keyspace = ? AND collection = ? AND sequence > ?"
        " ORDER BY sequence",
        (call.database, call.keyspace, call.collection, after),
    )
    for record in found:
        row = {name: value for name, value in json.loads(record["document"]).items() if value is not None}
        if wanted.passes(row):
            yield record["sequence"], row
