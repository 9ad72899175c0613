"""Databases, their datacenters and keyspaces as the store holds them: plain functions over a connection, no HTTP.

A database's status is never written down as such. Each operation writes the timeline that follows from it (`[[since,
status], ...]`) and a reader takes the last entry that has begun; so nothing has to run for time to pass, and a killed
process loses nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from emulator import settings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

DEFAULT_KEYSPACE = "default_keyspace"


class Entry(NamedTuple):
    """Since when a status holds."""

    since: float
    status: str


@dataclass(frozen=True)
class Database:
    """One database; times are seconds since the epoch."""

    id: str
    name: str
    cloud_provider: str
    region: str
    tier: str
    capacity_units: int
    db_type: str | None
    keyspace: str
    created: float
    timeline: tuple[Entry, ...]

    def status(self, now: float) -> str:
        """ACTIVE, PENDING, ... at that time."""
        return next(entry.status for entry in reversed(self.timeline) if entry.since <= now or entry is self.timeline[0])

    def terminated(self) -> float | None:
        """When it is (or was) terminated; None when nobody asked for it."""
        return next((entry.since for entry in self.timeline if entry.status == "TERMINATED"), None)


@dataclass(frozen=True)
class Datacenter:
    """A database's presence in one region; times are seconds since the epoch."""

    database: str
    number: int
    region: str
    created: float
    active: float
    leaving: float | None
    gone: float | None

    @property
    def id(self) -> str:
        """The database's id and the number, of which none is used twice."""
        return f"{self.database}-{self.number}"

    def status(self, now: float) -> str:
        """INITIALIZING, ACTIVE, TERMINATING or TERMINATED at that time."""
        if self.gone is not None and self.gone <= now:
            return "TERMINATED"
        if self.leaving is not None and self.leaving <= now:
            return "TERMINATING"
        return "ACTIVE" if self.active <= now else "INITIALIZING"


def _database(row: sqlite3.Row) -> Database:
    values = {key: row[key] for key in row.keys() if key != "sequence"}  # noqa: SIM118 -- a Row iterates over its values
    return Database(**values | {"timeline": tuple(Entry(*entry) for entry in json.loads(row["timeline"]))})


def every(connection: sqlite3.Connection) -> list[Database]:
    """All databases, terminated ones too, in order of creation."""
    return [_database(row) for row in connection.execute("SELECT * FROM databases ORDER BY sequence")]


def find(connection: sqlite3.Connection, database_id: str) -> Database | None:
    """One database, a terminated one too."""
    row = connection.execute("SELECT * FROM databases WHERE id = ?", (database_id,)).fetchone()
    return None if row is None else _database(row)


def create(connection: sqlite3.Connection, definition: Mapping[str, Any], now: float) -> str:
    """Store a database that is on its way to ACTIVE, with its initial keyspace. Returns its id."""
    database_id = str(uuid4())
    keyspace = definition.get("keyspace") or DEFAULT_KEYSPACE
    seconds = settings.read(connection, "provisioning_seconds")
    timeline = [(now, "PENDING"), (now + seconds / 2, "INITIALIZING"), (now + seconds, "ACTIVE")]
    connection.execute(
        "INSERT INTO databases (id, name, cloud_provider, region, tier, capacity_units, db_type, keyspace, created, timeline)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            database_id,
            definition["name"],
            definition["cloudProvider"],
            definition["region"],
            definition["tier"],
            definition["capacityUnits"],
            definition.get("dbType"),
            keyspace,
            now,
            json.dumps(timeline),
        ),
    )
    add_datacenter(connection, database_id, definition["region"], created=now, active=now)
    add_keyspace(connection, database_id, keyspace, listed=now)
    return database_id


def set_timeline(connection: sqlite3.Connection, database_id: str, timeline: Iterable[tuple[float, str]]) -> None:
    """Replace what a database goes through from now on."""
    connection.execute("UPDATE databases SET timeline = ? WHERE id = ?", (json.dumps(list(timeline)), database_id))


def terminate(connection: sqlite3.Connection, database_id: str, now: float) -> None:
    """TERMINATING, then TERMINATED."""
    seconds = settings.read(connection, "termination_seconds")
    set_timeline(connection, database_id, [(now, "TERMINATING"), (now + seconds, "TERMINATED")])


def maintain(connection: sqlite3.Connection, database_id: str, now: float, seconds: str = "maintenance_seconds") -> float:
    """MAINTENANCE for as long as a setting says, then ACTIVE again. Returns when."""
    active: float = now + settings.read(connection, seconds)
    set_timeline(connection, database_id, [(now, "MAINTENANCE"), (active, "ACTIVE")])
    return active


def resume(connection: sqlite3.Connection, database_id: str, now: float) -> None:
    """RESUMING, then ACTIVE: what a Data API request to a hibernated database sets off."""
    seconds = settings.read(connection, "provisioning_seconds")
    set_timeline(connection, database_id, [(now, "RESUMING"), (now + seconds, "ACTIVE")])


def datacenters(connection: sqlite3.Connection, database_id: str) -> list[Datacenter]:
    """A database's datacenters in order of creation, terminated ones too."""
    rows = connection.execute("SELECT * FROM datacenters WHERE database = ? ORDER BY number", (database_id,))
    return [Datacenter(**dict(row)) for row in rows]


def add_datacenter(connection: sqlite3.Connection, database_id: str, region: str, created: float, active: float) -> None:
    """Add a datacenter that is ACTIVE from then on."""
    connection.execute(
        "INSERT INTO datacenters SELECT ?, count(*) + 1, ?, ?, ?, NULL, NULL FROM datacenters WHERE database = ?",
        (database_id, region, created, active, database_id),
    )


def terminate_datacenter(connection: sqlite3.Connection, datacenter: Datacenter, leaving: float, gone: float) -> None:
    """TERMINATING, then TERMINATED; its number stays taken."""
    connection.execute(
        "UPDATE datacenters SET leaving = ?, gone = ? WHERE database = ? AND number = ?",
        (leaving, gone, datacenter.database, datacenter.number),
    )


def keyspaces(connection: sqlite3.Connection, database_id: str, now: float) -> list[str]:
    """The keyspaces that are listed at that time, in alphabetical order."""
    rows = connection.execute(
        "SELECT name FROM keyspaces WHERE database = ? AND listed <= ? AND (dropped IS NULL OR dropped > ?) ORDER BY name",
        (database_id, now, now),
    )
    return [row["name"] for row in rows]


def add_keyspace(connection: sqlite3.Connection, database_id: str, name: str, listed: float) -> None:
    """Add a keyspace that is listed from then on. One of that name that was dropped before, and all it held, is gone."""
    connection.execute("DELETE FROM keyspaces WHERE database = ? AND name = ? AND dropped IS NOT NULL", (database_id, name))
    connection.execute("INSERT OR IGNORE INTO keyspaces VALUES (?, ?, ?, NULL)", (database_id, name, listed))


def drop_keyspace(connection: sqlite3.Connection, database_id: str, name: str, dropped: float) -> None:
    """Drop a keyspace; it is listed until then."""
    connection.execute("UPDATE keyspaces SET dropped = ? WHERE database = ? AND name = ?", (dropped, database_id, name))
