"""What can be set in a world, what each setting means, and its default. Values are JSON and live in the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import sqlite3


class Setting(NamedTuple):
    """A setting's default and its meaning."""

    default: Any
    meaning: str


SETTINGS: Final[dict[str, Setting]] = {
    "organization": Setting("2b8c5c6e-0000-4000-8000-000000000001", "id of the one organisation (string)"),
    "provisioning_seconds": Setting(
        0.4, "from POST to ACTIVE, half of it PENDING and half INITIALIZING (number; minutes at the service)"
    ),
    "maintenance_seconds": Setting(0.1, "MAINTENANCE after a keyspace was added or dropped (number; seconds at the service)"),
    "termination_seconds": Setting(0.1, "TERMINATING before TERMINATED (number; minutes at the service)"),
    "max_collections": Setting(10, "collections per database, over all its keyspaces (integer)"),
    "max_indexes": Setting(100, "indexes per database, those of tables included (integer)"),
    "lexical": Setting(True, "the region offers lexical search (boolean)"),  # noqa: FBT003 -- a value, not a flag argument
    "rerank": Setting(True, "the region offers reranking (boolean)"),  # noqa: FBT003
    "shared_secret": Setting(
        None, "SHARED_SECRET authentication: true or false for every provider that has it, null to follow the catalogue"
    ),
    "embedding_providers": Setting("up", 'the embedding providers: "up", or "unreachable"'),
    "header_keys": Setting(
        None,
        "which keys the providers accept in a request's headers: an object of provider and array of keys, null for any; it"
        " is kept as it is, so never put a real one into it",
    ),
    "datacenter_seconds": Setting(
        0.1, "MAINTENANCE while datacenters are added or one is terminated (number; tens of minutes at the service)"
    ),
    "organization_regions": Setting(
        None, 'the regions the organisation may use, as "AWS/us-east-2" (array of strings), null for all of them'
    ),
    "credential_service": Setting(
        "up",
        'the service that validates credentials: "up", "failing" (it answers with errors) or "down" (nothing listens)',
    ),
}


def read(connection: sqlite3.Connection, key: str) -> Any:
    """The value of a setting, or its default.

    Raises:
        KeyError: there is no such setting.

    """
    setting = SETTINGS[key]
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return setting.default if row is None else json.loads(row["value"])


def write(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Store a setting.

    Raises:
        KeyError: there is no such setting.

    """
    if key not in SETTINGS:
        raise KeyError(key)
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))
