"""The provider host's pool: wide enough for many calls, and one wider while somebody only waits."""

import subprocess
import sys

# Each in a process of its own: the pool is looked for once, and what is frozen stays so.
BEGIN = """
import gc, threading
from concurrent.futures import ThreadPoolExecutor
from providers import host_pool
"""


def ran(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_pool_of_four_has_64_threads_however_often_it_is_widened() -> None:
    assert ran("host = ThreadPoolExecutor(4); host_pool.widen(); host_pool.widen(); print(host._max_workers)") == "64"


def test_a_pool_of_another_size_is_nobody_s_business() -> None:
    assert ran("other = ThreadPoolExecutor(5); host_pool.widen(); print(other._max_workers)") == "5"


def test_without_such_a_pool_nothing_happens() -> None:
    assert ran("host_pool.widen(); host_pool.sleep(0); print('fine')") == "fine"


def test_whoever_sleeps_holds_no_thread_of_the_pool() -> None:
    # As many sleepers as threads, and one more call behind them, which ends their sleep: with every thread held it would
    # never begin.
    program = """
host = ThreadPoolExecutor(4)
host_pool.widen()
over = threading.Event()
host_pool.interrupted.wait = lambda seconds: not over.wait(seconds)
sleeping = [host.submit(host_pool.sleep, 50) for _ in range(host_pool.WORKERS)]
host.submit(over.set).result(timeout=40)
[one.result() for one in sleeping]
print(host._max_workers)
"""
    assert ran(program) == "64"


def test_configuring_a_provider_widens_the_pool_before_it_freezes_what_is_there() -> None:
    program = """
from types import SimpleNamespace
from providers.keyspace import KeyspaceProvider
from providers.session import SETTINGS
host = ThreadPoolExecutor(4)
settings = '{"target": "emulator", "config": {"transport": "none:none"}, "allowDataLoss": []}'
KeyspaceProvider().configure(SimpleNamespace(config={SETTINGS: settings}))
print(host._max_workers)
"""
    assert ran(program) == "64"


def test_whoever_only_waits_is_told_of_an_interruption() -> None:
    program = """
from astra.errors import Unavailable
threading.Timer(0.1, host_pool.interrupted.set).start()
try:
    host_pool.sleep(50)
except Unavailable as error:
    print(error)
"""
    assert ran(program) == "interrupted while waiting: run again, which finishes what was begun."
