"""The faults of a world. They live in the store, so that all faces and all processes obey and count them together.

Those that are for a request happen to it in the order they were added: a delay lets it go on to the next one, a status or a
hang-up ends it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from emulator.faults import Fault, happens, is_for

if TYPE_CHECKING:
    import sqlite3


class Entry(NamedTuple):
    """A fault in the store."""

    number: int
    fault: Fault
    remaining: int | None
    happened: int


class Outcome(NamedTuple):
    """What happens to one request: a pause first, and then the fault that ends it, if any."""

    delay: float
    ending: Fault | None


def add(connection: sqlite3.Connection, fault: Fault) -> int:
    """Add a fault behind the others. Returns its number, which no other fault will have."""
    cursor = connection.execute("INSERT INTO faults (fault, remaining) VALUES (?, ?)", (json.dumps(fault.stated()), fault.count))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def every(connection: sqlite3.Connection) -> list[Entry]:
    """All faults that can still happen, in order."""
    rows = connection.execute("SELECT number, fault, remaining, happened FROM faults ORDER BY number")
    return [Entry(row["number"], Fault(**json.loads(row["fault"])), row["remaining"], row["happened"]) for row in rows]


def remove(connection: sqlite3.Connection, number: int) -> None:
    """Remove a fault."""
    connection.execute("DELETE FROM faults WHERE number = ?", (number,))


def clear(connection: sqlite3.Connection) -> int:
    """Remove all faults. Returns how many there were."""
    return connection.execute("DELETE FROM faults").rowcount


def any_stands(connection: sqlite3.Connection) -> bool:
    """Whether there is any fault: all that a request costs while there is none."""
    return connection.execute("SELECT 1 FROM faults LIMIT 1").fetchone() is not None


def meet(connection: sqlite3.Connection, method: str, path: str, command: str | None) -> Outcome:
    """What happens to a request, counted in the caller's transaction: a fault that is used up is gone.

    Args:
        connection: a transaction that may write.
        method: the request's.
        path: the request's.
        command: the Data API's, where it is a request to that.

    """
    delay, ending = 0.0, None
    for row in connection.execute("SELECT number, fault, met FROM faults ORDER BY number").fetchall():
        fault = Fault(**json.loads(row["fault"]))
        if not is_for(fault, method, path, command):
            continue
        happened = happens(fault, row["met"])
        connection.execute(
            "UPDATE faults SET met = met + 1, happened = happened + ?, remaining = remaining - ? WHERE number = ?",
            (happened, happened, row["number"]),
        )
        if happened:
            delay += fault.delay or 0.0
            if fault.status is not None or fault.hang_up is not None:
                ending = fault
                break
    connection.execute("DELETE FROM faults WHERE remaining = 0")
    return Outcome(delay, ending)
