"""Whether a run has filled a database beyond what one usually holds: said once, when the last of its collections stands."""

import threading
from collections.abc import Mapping

from astra import room


class Crowding:
    """The collections that one process is to make and to drop, by database; the engine makes first."""

    def __init__(self) -> None:
        """Expects nothing yet."""
        self._lock = threading.Lock()
        self._standing: dict[str, int] = {}
        self._dropped: dict[str, int] = {}
        self._awaited: dict[str, set[str]] = {}

    def expect(self, rooms: Mapping[str, room.Room]) -> None:
        """Takes the rooms of databases by logical name, as they were before anything was made."""
        with self._lock:
            for database, one in rooms.items():
                self._standing[database] = one.standing["collections"]
                self._dropped[database] = one.dropped["collections"]
                self._awaited[database] = set(one.collections)

    def made(self, address: str) -> str:
        """Counts a collection that stands now; a sentence where it was the last one to be made and they are too many."""
        database = address.partition(".")[0]
        with self._lock:
            awaited = self._awaited.get(database, set())
            if address not in awaited:
                return ""
            awaited.remove(address)
            self._standing[database] += 1
            return "" if awaited else room.overrun(database, self._standing[database], self._dropped[database])
