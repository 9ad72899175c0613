"""listTables: names alone. A world's tables are bare entries so far, without columns that could be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.data_api import fields
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from emulator.data_api.call import Call


def parse_list_tables(body: object) -> None:
    """Nothing to read.

    Raises:
        DataApiError: NOT_IMPLEMENTED for explain.

    """
    command = fields.structure(body, "listTables", ("options",)) or {}
    options = fields.structure(command.get("options"), "options", ("explain",)) or {}
    if fields.flag(options.get("explain", False), "options.explain"):
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement listTables with explain.")


def list_tables(call: Call, _: None) -> dict[str, Any]:
    """Names in alphabetical order; collections are left out."""
    rows = call.connection.execute(
        "SELECT name FROM collections WHERE database = ? AND keyspace = ? AND kind = 'table' ORDER BY name",
        (call.database, call.keyspace),
    )
    return {"status": {"tables": [row["name"] for row in rows]}}
