"""Run a long child process: its lines are handed on as they come, kept in a log, and its end explained by its last ones."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REMEMBERED_LINES = 40


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its exit code (None when its time was up) and its last lines."""

    code: int | None
    tail: str


def _nothing(*_: object) -> None:
    """Ignore a line or a tick."""


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = _nothing,
    on_tick: Callable[[], None] = _nothing,
    seconds: float | None = None,
) -> Outcome:
    """Run `command` to its end, calling `on_line` for each line and `on_tick` every second in between."""
    # A session of its own, so that stopping it also stops the compilers or downloads it started.
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        close_fds=False,  # see tools/exclusive.py
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child, lines), daemon=True)
    reader.start()
    tail: deque[str] = deque(maxlen=REMEMBERED_LINES)
    deadline = None if seconds is None else time.monotonic() + seconds
    try:
        with log.open("w") as record:
            while deadline is None or time.monotonic() < deadline:
                try:
                    line = lines.get(timeout=1)
                except queue.Empty:
                    on_tick()
                    continue
                if line is None:
                    return Outcome(child.wait(), "\n".join(tail))
                record.write(line)
                tail.append(line.rstrip())
                on_line(line.rstrip())
        return Outcome(None, "\n".join(tail))
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        # Not for ever: a daemon that the child left behind may hold the other end open.
        reader.join(timeout=1)


def _read(child: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    """Put every line of the child into the queue, then None."""
    assert child.stdout is not None
    with child.stdout:
        for line in child.stdout:
            lines.put(line)
    lines.put(None)
