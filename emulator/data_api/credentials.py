"""Credentials by name, as the service that keeps them would answer: provider keys themselves are never in the world."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from emulator import settings
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    import sqlite3


def every(connection: sqlite3.Connection) -> list[tuple[str, str, list[str] | None]]:
    """Provider, name and scope (databases' ids, None: all) of every credential, sorted."""
    rows = connection.execute("SELECT provider, name, databases FROM credentials ORDER BY provider, name")
    return [(row["provider"], row["name"], json.loads(row["databases"])) for row in rows]


def exists(connection: sqlite3.Connection, database: str, provider: str, name: str) -> bool:
    """Whether a credential of that name is there and scoped to the database."""
    row = connection.execute("SELECT databases FROM credentials WHERE provider = ? AND name = ?", (provider, name)).fetchone()
    if row is None:
        return False
    scope = json.loads(row["databases"])
    return scope is None or database in scope


def check(connection: sqlite3.Connection, database: str, provider: str, key: str, full_name: str) -> None:
    """Check `<name>.<key>` the way createCollection does.

    Raises:
        DataApiError: VECTORIZE_CREDENTIAL_INVALID; or, when the service behind is in trouble (the setting
            `credential_service`), EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE or UNEXPECTED_SERVER_ERROR.

    """
    service = settings.read(connection, "credential_service")
    if service == "down":
        raise DataApiError("UNEXPECTED_SERVER_ERROR", "The service that validates credentials refused the connection.")
    if service == "failing":
        raise DataApiError(
            "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE", "The service that validates credentials failed."
        )
    if not exists(connection, database, provider, full_name.removesuffix(f".{key}")):
        raise DataApiError("VECTORIZE_CREDENTIAL_INVALID", f"There is no credential {full_name} of {provider} for this database.")
