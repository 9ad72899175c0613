"""The SQLite file that holds a world: how it is created, recognised and shared.

Several processes and threads use one file at once (a deployment engine's plug-in, a server, a command line). Hence:
write-ahead logging, so that readers never wait; every write is one `BEGIN IMMEDIATE` transaction, so that a check and
the act it allows cannot be torn apart; nothing is remembered between two transactions. A killed process leaves the last
committed state.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APPLICATION_ID = 0x41564543
"""SQLite's own field for telling whose file this is ("AVEC")."""

LAYOUT = 2
"""Version of the tables below, kept in the file (`PRAGMA user_version`)."""

BUSY_SECONDS = 30.0
"""How long a writer waits for another one. Transactions take milliseconds; only a stopped process holds one that long."""

SCHEMA = (Path(__file__).parent / "storage.sql").read_text(encoding="utf-8")


class StoreError(Exception):
    """The store cannot be used. The message is one sentence for a person and names the file."""


class Store:
    """One SQLite file with the tables of `storage.sql`."""

    def __init__(self, path: str | os.PathLike[str], first: Callable[[sqlite3.Connection], None]) -> None:
        """Open the file, or create it (mode 0600, and the folders above it).

        Args:
            path: the file. It is created when missing (mode 0600), and so are the folders above it.
            first: run once, inside the new file, before anybody else can see it.

        Raises:
            StoreError: the file cannot be written, is not an emulator's store, or has another layout.

        """
        self.path = Path(path).absolute()  # a process may change its directory between two connections
        self._idle: deque[sqlite3.Connection] = deque()
        try:
            if not self.path.exists():
                self._create(first)
            if not os.access(self.path, os.W_OK):
                raise StoreError(f"The store {self.path} cannot be written.")
            with self.reading() as connection:
                application, layout = (
                    connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
                )
        except OSError as error:
            raise StoreError(f"The store {self.path} cannot be written: {error.strerror}.") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path} is not a store of the emulator: {error}. Name another file, or remove this one if it was a store."
            ) from error
        if application != APPLICATION_ID:
            raise StoreError(f"{self.path} is not a store of the emulator.")
        if layout != LAYOUT:
            raise StoreError(
                f"The store {self.path} has layout {layout}, this emulator uses {LAYOUT}: delete it or name another."
            )

    def _create(self, first: Callable[[sqlite3.Connection], None]) -> None:
        """Build the file under another name and link it into place: nobody sees a half-made store, and the first one wins."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The folder {self.path.parent} of the store cannot be made: {error.strerror}.") from error
        draft = self.path.with_name(f".{self.path.name}.{uuid4().hex}")
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            connection = sqlite3.connect(draft, isolation_level=None)
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {LAYOUT};"
            connection.executescript(f"BEGIN; {marks} {SCHEMA}")
            first(connection)
            connection.commit()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.close()
            self._publish(draft)
        finally:
            draft.unlink()

    def _publish(self, draft: Path) -> None:
        """Give the finished file its name, unless another process was first.

        What a deleted file of that name left behind SQLite would replay into the new one; it may be removed only while
        nobody else can have begun to use the new one.
        """
        # The folder itself is what all who create a store in it wait for: no file of its own is left behind.
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            if not self.path.exists():
                for left in ("-wal", "-shm"):
                    self.path.with_name(f"{self.path.name}{left}").unlink(missing_ok=True)
                os.link(draft, self.path)
        finally:
            os.close(folder)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the whole file for the time of the block."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes in; an exception undoes it."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._borrow()
        try:
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        finally:
            self._idle.append(connection)

    def _borrow(self) -> sqlite3.Connection:
        """An idle connection, or a new one: as many as there were requests at once, and none tied to a thread that ended."""
        with suppress(IndexError):
            return self._idle.pop()
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def close(self) -> None:
        """Close the idle connections. The store can still be used afterwards; it opens new ones."""
        while self._idle:
            self._idle.pop().close()
