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
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APPLICATION_ID = 0x41564543
"""SQLite's own field for telling whose file this is ("AVEC")."""

LAYOUT = 3
"""Version of the tables below, kept in the file (`PRAGMA user_version`)."""

BUSY_SECONDS = 30.0
"""How long a writer waits for another one. Transactions take milliseconds; only a stopped process holds one that long."""

SCHEMA = (Path(__file__).parent / "storage.sql").read_text(encoding="utf-8")


OUT_OF_REACH = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED),
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY),
    }
)
"""SQLite's codes for what the machine or another process stands in the way of, and not the file."""

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""SQLite's codes for a file that holds no database, or one that cannot be read."""


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
            self._tell(error)
            raise
        if application != APPLICATION_ID:
            raise StoreError(f"{self.path} is not a store of the emulator.")
        if layout != LAYOUT:
            raise StoreError(
                f"The store {self.path} has layout {layout}, which another version of the emulator made; this one uses {LAYOUT}."
                " Delete the file, and with it the world it holds, or name another one."
            )

    def _tell(self, error: sqlite3.DatabaseError) -> None:
        """Say in a sentence what SQLite says of the file or the machine; not what it says of a mistake of the emulator."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it tells more than is needed
        if code in OUT_OF_REACH:
            raise StoreError(f"The store {self.path} cannot be used: {error}.") from error
        if code in DAMAGED:
            advice = "Name another file, or remove this one if it was a store."
            raise StoreError(f"{self.path} is not a store of the emulator: {error}. {advice}") from error

    def _create(self, first: Callable[[sqlite3.Connection], None]) -> None:
        """Build the file under another name and link it into place: nobody sees a half-made store, and the first one wins."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The folder {self.path.parent} of the store cannot be made: {error.strerror}.") from error
        draft = self.path.with_name(f".{self.path.name}.{uuid4().hex}")
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                connection.row_factory = sqlite3.Row
                marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {LAYOUT};"
                connection.executescript(f"BEGIN; {marks} {SCHEMA}")
                first(connection)
                connection.commit()
                connection.execute("PRAGMA journal_mode = WAL")
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
        """A consistent view of the whole file for the time of the block.

        Raises:
            StoreError: the file cannot be used (any more).

        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes in; an exception undoes it.

        Raises:
            StoreError: the file cannot be used (any more), or another process does not stop writing.

        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._borrow()
            try:
                connection.execute(begin)
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._idle.append(connection)
        except sqlite3.DatabaseError as error:
            self._tell(error)
            raise

    def _borrow(self) -> sqlite3.Connection:
        """An idle connection, or a new one: as many as there were requests at once, and none tied to a thread that ended."""
        if not self.path.exists():  # a connection to a deleted file would go on, and nobody else would see what it does
            raise StoreError(f"The store {self.path} is gone. Whoever opens it next makes a new one: start again.")
        with suppress(IndexError):
            return self._idle.pop()
        address = f"{self.path.as_uri()}?mode=rw"  # never an empty file in the place of one that was just deleted
        connection = sqlite3.connect(address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def close(self) -> None:
        """Close the idle connections. The store can still be used afterwards; it opens new ones."""
        while self._idle:
            self._idle.pop().close()
