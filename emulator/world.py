"""The world behind the emulator: what exists, what is known, what time it is. Pass it in; there is no global one."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from emulator import settings, tokens
from emulator.data_api import catalogue, credentials
from emulator.devops import models
from emulator.storage import Store

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

SELF_HOSTED: Final = "self-hosted"
"""The id under which the world keeps the one database of the self-hosted face."""

MODEL_STATUSES: Final = ("SUPPORTED", "DEPRECATED", "END_OF_LIFE", "REMOVED")


class World:
    """State in one SQLite file; any number of `World` objects, in any number of processes, may share it."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open the file, or create it with the folders above it.

        Args:
            path: the file.
            clock: seconds since the epoch. Transitions (PENDING to ACTIVE, ...) are computed from it when something is
                read, so a test moves time by passing its own.
            sleep: waits for as many seconds; only a fault's delay does.

        Raises:
            emulator.storage.StoreError: the file cannot be used.

        """
        self.now, self.sleep = clock, sleep
        self._store = Store(path, first=furnish)

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A consistent view of everything."""
        return self._store.reading()

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction that nobody else writes in; an exception undoes it."""
        return self._store.writing()

    def close(self) -> None:
        """Close the connections to the file."""
        self._store.close()

    def get(self, key: str) -> Any:
        """A setting of `emulator.settings.SETTINGS`. Raises KeyError when there is no such setting."""
        with self.reading() as connection:
            return settings.read(connection, key)

    def set(self, key: str, value: Any) -> None:
        """Change a setting, for every process that uses this store.

        Raises:
            KeyError: there is no such setting.
            ValueError: it cannot have this value.

        """
        with self.writing() as connection:
            settings.write(connection, key, value)

    def add_token(self, token: str, permissions: Iterable[str] = tokens.PERMISSIONS) -> None:
        """Make a token known, with the DevOps scopes it holds (all by default). Only its SHA-256 is stored."""
        with self.writing() as connection:
            tokens.remember(connection, token, permissions)

    def add_credential(self, provider: str, name: str, databases: Iterable[str] | None = None) -> None:
        """What the Astra Portal does: keep a provider's key under a name, scoped to some databases' ids (None: to all)."""
        scope = None if databases is None else sorted(databases)
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO credentials VALUES (?, ?, ?)", (provider, name, json.dumps(scope)))

    def credentials(self) -> list[tuple[str, str, list[str] | None]]:
        """Provider, name and scope (databases' ids, None: all) of every credential, sorted."""
        with self.reading() as connection:
            return credentials.every(connection)

    def has_credential(self, provider: str, name: str) -> bool:
        """Whether a credential of that name is stored, whatever it is scoped to."""
        with self.reading() as connection:
            found = connection.execute("SELECT 1 FROM credentials WHERE provider = ? AND name = ?", (provider, name))
            return found.fetchone() is not None

    def remove_credential(self, provider: str, name: str) -> None:
        """Forget a credential; collections that name it stay."""
        with self.writing() as connection:
            connection.execute("DELETE FROM credentials WHERE provider = ? AND name = ?", (provider, name))

    def set_provider(self, provider: str, entry: dict[str, Any] | None, database: str | None = None) -> None:
        """Replace a provider of the catalogue, or disable it (None), for one database or for all."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO providers VALUES (?, ?, ?)", (database or "", provider, json.dumps(entry)))

    def set_model_status(self, provider: str, model: str, status: str, database: str | None = None) -> None:
        """Age a model (one of `MODEL_STATUSES`; REMOVED takes it off the list), for one database or for all.

        Raises:
            ValueError: no such status.

        """
        if status not in MODEL_STATUSES:
            raise ValueError(f"A model's status is one of {', '.join(MODEL_STATUSES)}, not {status!r}.")
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?)", (database or "", provider, model, status))

    def set_status(self, database_id: str, status: str) -> None:
        """Put a database into a status (HIBERNATED, ERROR, ...) until something else is done to it."""
        with self.writing() as connection:
            models.set_timeline(connection, database_id, [(self.now(), status)])

    def set_authentication(self, provider: str, kind: str, *, enabled: bool, database: str | None = None) -> None:
        """Switch NONE, HEADER or SHARED_SECRET of one provider, for one database or for all.

        Raises:
            KeyError: the provider is disabled, or has no such authentication.

        """
        with self.writing() as connection:
            entry = catalogue.entries(connection, database or "")[provider]
            kinds = entry["supportedAuthentication"]
            changed = entry | {"supportedAuthentication": kinds | {kind: kinds[kind] | {"enabled": enabled}}}
            connection.execute(
                "INSERT OR REPLACE INTO providers VALUES (?, ?, ?)", (database or "", provider, json.dumps(changed))
            )

    def add_table(self, database_id: str, keyspace: str, name: str, indexes: int = 0) -> None:
        """A bare table with one column, `id`; it uses up indexes that have no names."""
        definition = {"columns": {"id": {"type": "text"}}, "primaryKey": {"partitionBy": ["id"], "partitionSort": {}}}
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO collections VALUES (?, ?, ?, 'table', ?, ?)",
                (database_id, keyspace, name, json.dumps(definition), indexes),
            )

    def lose_indexes(self, database_id: str, keyspace: str, collection: str) -> None:
        """Leave a collection as a client does that hangs up in the middle of createCollection: listed, and half made."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE collections SET indexes = 0 WHERE database = ? AND keyspace = ? AND name = ?",
                (database_id, keyspace, collection),
            )

    def databases(self) -> list[dict[str, Any]]:
        """Every database of the DevOps API, terminated ones too, in order of creation: id, name, status, region and keyspaces."""
        with self.reading() as connection:
            return [
                {
                    "id": database.id,
                    "name": database.name,
                    "status": database.status(self.now()),
                    "region": database.region,
                    "keyspaces": models.keyspaces(connection, database.id, self.now()),
                }
                for database in models.every(connection)
            ]

    def datacenters(self, database_id: str) -> list[dict[str, Any]]:
        """Every datacenter of a database, terminated ones too, in order of creation: id, region and status."""
        with self.reading() as connection:
            return [
                {"id": place.id, "region": place.region, "status": place.status(self.now())}
                for place in models.datacenters(connection, database_id)
            ]

    def collections(self, database_id: str, keyspace: str) -> dict[str, dict[str, Any]]:
        """Name and options of each collection of a keyspace, tables left out; none where the keyspace is not listed."""
        return self._held(database_id, keyspace, "collection")

    def tables(self, database_id: str, keyspace: str) -> dict[str, dict[str, Any]]:
        """Name and definition of each table of a keyspace, as explained; none where the keyspace is not listed."""
        return self._held(database_id, keyspace, "table")

    def _held(self, database_id: str, keyspace: str, kind: str) -> dict[str, dict[str, Any]]:
        with self.reading() as connection:
            if keyspace not in models.keyspaces(connection, database_id, self.now()):
                return {}
            rows = connection.execute(
                "SELECT name, options FROM collections WHERE database = ? AND keyspace = ? AND kind = ? ORDER BY name",
                (database_id, keyspace, kind),
            )
            return {row["name"]: json.loads(row["options"]) for row in rows}

    def indexes(self, database_id: str, keyspace: str) -> dict[str, dict[str, Any]]:
        """Name of each index of a keyspace's tables, with its `table`, `indexType` and `definition` as explained."""
        with self.reading() as connection:
            if keyspace not in models.keyspaces(connection, database_id, self.now()):
                return {}
            rows = connection.execute(
                "SELECT name, collection, type, definition FROM indexes WHERE database = ? AND keyspace = ? ORDER BY name",
                (database_id, keyspace),
            )
            return {
                row["name"]: {
                    "table": row["collection"],
                    "indexType": row["type"],
                    "definition": json.loads(row["definition"]),
                }
                for row in rows
            }


def furnish(connection: sqlite3.Connection) -> None:
    """What every new world has: the public tokens, and the role that may do everything."""
    tokens.remember(connection, tokens.DEFAULT_TOKEN, tokens.PERMISSIONS)
    tokens.remember(connection, tokens.SELF_HOSTED_TOKEN, ())
    policy = {
        "description": "Everything",
        "resources": [f"drn:astra:org:{settings.read(connection, 'organization')}"],
        "actions": sorted(tokens.PERMISSIONS),
        "effect": "allow",
    }
    connection.execute(
        "INSERT INTO roles (id, name, policy, updated) VALUES (?, 'Organization Administrator', ?, 0)",
        (tokens.ADMINISTRATOR, json.dumps(policy)),
    )
