"""deleteOne and deleteMany on a table: how many rows were deleted is never told, that is, -1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.data_api import deletions, filters, row_filters, row_queries
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from emulator.data_api.call import Call
    from emulator.data_api.deletions import Deletion


def delete_one(call: Call, deletion: Deletion) -> dict[str, Any]:
    """Delete the row with that primary key, if it is there.

    Raises:
        DataApiError: UNSUPPORTED_SORT_FOR_TABLE_DELETE_COMMAND, and what `row_filters.check_deletion` raises.

    """
    if deletion.sort:
        raise DataApiError("UNSUPPORTED_SORT_FOR_TABLE_DELETE_COMMAND", "Rows cannot be sorted to delete one.")
    return _delete(call, deletion, one=True)


def delete_many(call: Call, deletion: Deletion) -> dict[str, Any]:
    """Delete the rows of that primary key, or of the part of it that is stated; without a filter all of them.

    Raises:
        DataApiError: what `row_filters.check_deletion` raises.

    """
    return _delete(call, deletion, one=False)


def _delete(call: Call, deletion: Deletion, *, one: bool) -> dict[str, Any]:
    wanted = filters.parse(deletion.filter, key=None)
    if one or wanted.parts:
        row_filters.check_deletion(call.options, wanted, one=one)
    deletions.delete(call, [sequence for sequence, _ in row_queries.matching(call, wanted)])
    return {"status": {"deletedCount": -1}}
