"""Reads shared by threads: one for all who wait, and never one that began before it was asked for."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from astra.errors import Refused, Unreachable
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


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted(clock: Clock) -> tuple[SharedReads, "Counted"]:
    return SharedReads(clock), Counted()


class Counted:
    """A read that returns how often it was made."""

    count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def test_who_allows_an_age_shares_a_read_as_old_as_that(counted: tuple[SharedReads, Counted], clock: Clock) -> None:
    reads, reader = counted
    assert reads.read("key", reader, age=10) == 1
    clock.now = 10
    assert reads.read("key", reader, age=10) == 1
    clock.now = 10.1
    assert reads.read("key", reader, age=10) == 2


def test_who_allows_none_always_has_a_read_of_its_own_time(counted: tuple[SharedReads, Counted]) -> None:
    reads, reader = counted
    reads.read("key", reader, age=10)
    assert reads.read("key", reader) == 2


def test_many_at_once_that_allow_an_age_make_one_read() -> None:
    reads, reader = SharedReads(), Reader()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(reads.read, "key", reader, 60)
        reader.begun.acquire()
        later = [pool.submit(reads.read, "key", reader, 60) for _ in range(7)]
        reader.let_go.release(8)
        assert {future.result() for future in (first, *later)} == {1}


def test_a_change_ends_every_age(counted: tuple[SharedReads, Counted]) -> None:
    reads, reader = counted
    reads.read("key", reader, age=10)
    with reads.changing():
        pass
    assert reads.read("key", reader, age=10) == 2


def test_a_change_whose_outcome_is_open_ends_every_age_and_one_that_was_refused_none(
    counted: tuple[SharedReads, Counted],
) -> None:
    reads, reader = counted
    reads.read("key", reader, age=10)
    with pytest.raises(Refused), reads.changing():
        raise Refused("no")
    assert reads.read("key", reader, age=10) == 1
    with pytest.raises(Unreachable), reads.changing():
        raise Unreachable("who knows")
    assert reads.read("key", reader, age=10) == 2


def test_an_error_is_nothing_to_share_later(counted: tuple[SharedReads, Counted]) -> None:
    reads, reader = counted
    with pytest.raises(ZeroDivisionError):
        reads.read("key", lambda: 1 // 0, age=10)
    assert reads.read("key", reader, age=10) == 1
