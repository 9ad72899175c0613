"""Locks on a stack of the file backend: who holds them, and whether that process still lives."""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Lock:
    """A lock as the engine wrote it; `running` is None where this machine cannot tell."""

    file: Path
    pid: int
    user: str
    host: str
    since: str
    running: bool | None

    @property
    def sentence(self) -> str:
        """Who holds it since when, and whether that process still runs."""
        lives = {True: "is still running", False: "is no longer running", None: "cannot be looked at from here"}[self.running]
        return f"Process {self.pid} of {self.user} on {self.host} has held it since {self.since}, and {lives}."


def find(state: Path, stack: str, host: str, is_engine: Callable[[int], bool]) -> list[Lock]:
    """Every lock on `stack` in this state folder, whatever the project is called."""
    files = sorted((state / ".pulumi" / "locks").glob(f"*/*/{stack}/*.json"))
    return [read(file, host, is_engine) for file in files]


def here(state: Path, stack: str) -> list[Lock]:
    """Every lock on `stack`, looked at from this machine."""
    return find(state, stack, socket.gethostname(), is_engine)


def read(file: Path, host: str, is_engine: Callable[[int], bool]) -> Lock:
    """One lock file; a half-written one counts as held by an unknown process."""
    try:
        content = json.loads(file.read_text())
        pid, holder = int(content["pid"]), str(content["hostname"])
        since = datetime.fromisoformat(content["timestamp"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        user = str(content["username"])
    except (OSError, ValueError, KeyError, TypeError):
        return Lock(file, 0, "an unknown user", "an unknown machine", "an unknown time", None)
    return Lock(file, pid, user, holder, since, is_engine(pid) if holder == host else None)


def explain(locks: list[Lock], stack: str) -> str:
    """What stands in the way and what to do about it."""
    who = " ".join(lock.sentence for lock in locks)
    if any(lock.running for lock in locks):
        return f"The stack {stack} is locked: Pulumi is working on it. {who} Wait for it to end, then run the same command again."
    return (
        f"The stack {stack} is locked, as an engine that was killed leaves it. {who} "
        "If nothing is working on the stack any more, free it with `make unlock`, then run the same command again."
    )


def is_engine(pid: int) -> bool:
    """Whether the process runs and is an engine; numbers of ended processes are given out again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("pulumi")
    except OSError:
        return True
