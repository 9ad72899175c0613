"""What a running command is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from werkzeug.datastructures import Headers


@dataclass(frozen=True)
class Call:
    """One command on its way: where it goes, and the transaction it runs in.

    `keyspace` and `collection` (or the table's name) are "" on the paths that have none; `options` are the collection's as
    findCollections explains them, or the table's definition as listTables does.
    """

    connection: sqlite3.Connection
    now: float
    database: str
    keyspace: str
    collection: str
    options: Mapping[str, Any]
    headers: Headers
