"""deleteOne and deleteMany as sent, and on a collection."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import fields, queries, sorting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.data_api.call import Call

MOST: Final = 20
"""Documents that one deleteMany with a filter deletes; there is `moreData` while more of them match (documented)."""


class Deletion(NamedTuple):
    """Filter and sort clause, unread."""

    filter: object
    sort: object = None


def parse_delete_one(body: object) -> Deletion:
    """A filter, and a sort clause that says which of the matching documents is meant."""
    command = fields.structure(body, "deleteOne", ("filter", "sort")) or {}
    if "filter" not in command:
        fields.invalid("filter", None, "given")
    return Deletion(fields.any_object(command["filter"], "filter"), command.get("sort"))


def parse_delete_many(body: object) -> Deletion:
    """A filter, which may be left out."""
    command = fields.structure(body, "deleteMany", ("filter",)) or {}
    return Deletion(fields.any_object(command.get("filter", {}), "filter"))


def delete_one(call: Call, deletion: Deletion) -> dict[str, Any]:
    """Delete the first match.

    Raises:
        DataApiError: what find raises.

    """
    sort = queries.embedded(call, sorting.parse(deletion.sort))
    wanted = queries.parse_filter(call, deletion.filter)
    first = islice(queries.in_order(call, wanted, sort), 1)
    return {"status": {"deletedCount": delete(call, [sequence for sequence, _ in first])}}


def delete_many(call: Call, deletion: Deletion) -> dict[str, Any]:
    """Delete up to 20 matches; without a filter all, and -1 instead of their number.

    Raises:
        DataApiError: what is wrong with the filter.

    """
    wanted = queries.parse_filter(call, deletion.filter)
    if not wanted.parts:
        call.connection.execute(
            "DELETE FROM documents WHERE database = ? AND keyspace = ? AND collection = ?",
            (call.database, call.keyspace, call.collection),
        )
        return {"status": {"deletedCount": -1}}
    found = [sequence for sequence, _ in islice(queries.matching(call, wanted), MOST + 1)]
    deleted = delete(call, found[:MOST])
    return {"status": {"deletedCount": deleted} | ({"moreData": True} if len(found) > MOST else {})}


def delete(call: Call, sequences: Iterable[int]) -> int:
    """Delete documents or rows by their sequence numbers; returns how many."""
    numbers = [(number,) for number in sequences]
    call.connection.executemany("DELETE FROM documents WHERE sequence = ?", numbers)
    return len(numbers)
