"""Reads shared by threads: one for all who wait, and never one that began before it was asked for."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from astra.sharing import SharedReads


class Reader:
    """Counts its reads; each waits until it is let go."""

    def __init__(self) -> None:
        self.count = 0
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self) -> int:
        self.count += 1
        mine = self.count
        self.begun.release()
        self.let_go.acquire()
        return mine


def test_who_asks_while_a_read_runs_gets_one_that_began_later() -> None:
    reads, reader = SharedReads(), Reader()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(reads.read, "key", reader)
        reader.begun.acquire()
        later = [pool.submit(reads.read, "key", reader) for _ in range(3)]
        reader.let_go.release()
        reader.begun.acquire()
        reader.let_go.release(3)
        assert first.result() == 1
        # All of the later ones began before the second read did, or had a third of their own; none got the first.
        assert all(future.result() >= 2 for future in later)
        assert reader.count <= 4


def test_one_after_the_other_each_reads_anew() -> None:
    reads = SharedReads()
    answers = iter([1, 2])
    assert [reads.read("key", lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_another_key_is_another_read() -> None:
    reads, reader = SharedReads(), Reader()
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(reads.read, "one", reader), pool.submit(reads.read, "two", reader)
        reader.begun.acquire()
        reader.begun.acquire()
        reader.let_go.release(2)
        assert {one.result(), two.result()} == {1, 2}


def test_an_error_reaches_who_asked_and_the_next_read_is_made_all_the_same() -> None:
    reads = SharedReads()
    with pytest.raises(ZeroDivisionError):
        reads.read("key", lambda: 1 // 0)
    assert reads.read("key", lambda: 5) == 5
