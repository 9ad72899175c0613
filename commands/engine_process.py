"""The engine's process while it is only read from: it ends with this one, whatever ends this one."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# By which a terminal, a person or CI ends a command.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Asked to end, the engine waits for the reads that are under way; asked again, it ends its plugins, in six seconds. How long it
# is given after each, in seconds.
_GRACE = (1.0, 8.0)

_running: set[subprocess.Popen[str]] = set()
_starting = threading.RLock()


@contextmanager
def started(call: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The engine in a process group of its own, as long as the context lasts; a terminal's signals do not reach it there."""
    with _starting:
        process = subprocess.Popen(
            call, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8", process_group=0, **options
        )
        _running.add(process)
    try:
        with process:
            try:
                yield process
            except BaseException:
                process.send_signal(signal.SIGINT)
                raise
    finally:
        _running.discard(process)


@contextmanager
def ended_together() -> Iterator[None]:
    """As long as the context lasts, a signal that ends this process ends the engine first: it would run on, and knows a token.

    For the main thread. The process ends by the signal that it got; one that it was told to ignore, as by nohup, stays ignored.
    """
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: object) -> None:
    for one in _ENDING:
        signal.signal(one, signal.SIG_IGN)
    with _starting:
        running = list(_running)
        for grace in _GRACE:
            for process in running:
                process.send_signal(signal.SIGINT)
            for process in running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(grace)
        for process in running:
            with suppress(ProcessLookupError):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # As a process ends that does not know the signal.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
