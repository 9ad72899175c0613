"""The provider host's pool of threads: made wide enough, and one wider for as long as somebody only waits.

The host answers with four threads whatever --parallel says. Seen with 96 creates of 1 s: 25.9 s with four, 4.0 s with 64.
Whoever waits for a database or a credential would hold one of them for minutes, so each pause lends the pool another.
The pool is private to grpc and its width private to the pool: where either is not found, it stays as it is.
"""

import gc
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from astra.errors import Unavailable

HOST_WORKERS, WORKERS = 4, 64
_changing = threading.Lock()
# Whether somebody pressed Ctrl-C: the engine tells the host once, and then waits for all that it has under way.
interrupted = threading.Event()


@cache
def _pools() -> list[ThreadPoolExecutor]:
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, ThreadPoolExecutor) and getattr(found, "_max_workers", 0) == HOST_WORKERS
    ]


@cache
def widen() -> None:
    """Lets the host answer 64 calls at once. Call it before `gc.freeze`: the pool is found among the tracked objects."""
    for pool in _pools():
        _resize(pool, WORKERS - HOST_WORKERS)


def sleep(seconds: float) -> None:
    """Sleeps without holding one of the host's threads: meanwhile the pool may have one more.

    Raises:
        Unavailable: the run was interrupted, at the latest now.
    """
    pools = _pools()
    for pool in pools:
        _resize(pool, +1)
    try:
        if interrupted.wait(seconds):
            raise Unavailable("interrupted while waiting: run again, which finishes what was begun.")
    finally:
        for pool in pools:
            _resize(pool, -1)


@cache
def heed_interruptions() -> None:
    """Lets Ctrl-C end what only waits. The SDK's servicer does nothing when the engine cancels, and would wait for 40 minutes.

    Its code is replaced, since grpc holds the method itself; where there is no such servicer, nothing happens.
    """
    servicer = getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)
    cancel = getattr(servicer, "Cancel", None)
    if cancel is not None:
        cancel.__code__ = _cancel.__code__


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ARG001 - the servicer's signature
    # It runs in the servicer's module, which has none of our names.
    import importlib  # noqa: PLC0415

    importlib.import_module("providers.host_pool").interrupted.set()
    return importlib.import_module("google.protobuf.empty_pb2").Empty()


def _resize(pool: ThreadPoolExecutor, by: int) -> None:
    with _changing:
        pool._max_workers += by  # noqa: SLF001 - grpc offers no other way to it
    if by > 0:
        # For calls that wait in its queue already: otherwise the next one to arrive would be the first to notice.
        getattr(pool, "_adjust_thread_count", lambda: None)()
