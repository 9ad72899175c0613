"""countDocuments and estimatedDocumentCount, which tables do not have."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import fields, queries

if TYPE_CHECKING:
    from emulator.data_api.call import Call

MOST: Final = 1000
"""Where counting stops (documented)."""


def parse_count(body: object) -> object:
    """The filter, unread."""
    return (fields.structure(body, "countDocuments", ("filter",)) or {}).get("filter")


def count(call: Call, stated: object) -> dict[str, Any]:
    """How many documents pass the filter; from a thousand on there is `moreData`.

    Raises:
        DataApiError: what is wrong with the filter.

    """
    wanted = queries.parse_filter(call, stated)
    if wanted.parts:
        found = sum(1 for _ in islice(queries.matching(call, wanted), MOST + 1))
    else:
        query = "SELECT count(*) FROM documents WHERE database = ? AND keyspace = ? AND collection = ?"
        found = call.connection.execute(query, (call.database, call.keyspace, call.collection)).fetchone()[0]
    return {"status": {"count": min(found, MOST)} | ({"moreData": True} if found > MOST else {})}


def parse_estimate(body: object) -> None:
    """The command has no options."""
    fields.structure(body, "estimatedDocumentCount", ())


def estimate(_: Call, __: None) -> dict[str, Any]:
    """Always 0: the service counts what is flushed to disk (0 was seen with 31 documents), and nothing is flushed here."""
    return {"status": {"count": 0}}
