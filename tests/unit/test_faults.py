"""Whatever the service answers: a run is done, or fails with one sentence and has lost nothing, and the next run finishes.

Every kind of request of every operation meets every fault, once and for ever, with and without the effect of the request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from astra import database, keyspace
from astra.errors import AstraError, TimedOut
from astra.http import ATTEMPTS, CONNECT_TIMEOUT, LONGEST_PAUSE, PATIENCE, TIMEOUT
from providers.wire import Failure
from tests.unit.interference import RETRY_AFTER, TURNED_AWAY, Fault, faults, kind_of
from tests.unit.operations import GUARDED, LAST, READS, SINGLE, Host, Operation, Stage, gone, make_keyspace, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.interference import Interference, Send

SENTENCE = re.compile(r"cannot [a-z].*: \S.*\.", re.DOTALL)
# How long an operation may wait where it is not to be waited for, in seconds: there would be 240 requests in 40 minutes.
PATIENT = 20.0
# No undisturbed operation takes more than 20; each may be sent five times, and a waiting asks some dozen times.
MOST_REQUESTS = 300
# What one request may take at most: all its attempts, and the pauses between them.
LONGEST_REQUEST = ATTEMPTS * (TIMEOUT + CONNECT_TIMEOUT) + (ATTEMPTS - 1) * LONGEST_PAUSE


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    set_up(opened)
    yield opened
    opened.world.close()


class Disturbed:
    """One operation that met one fault: what came of it, and what stands then."""

    def __init__(self, stage: Stage, operation: Operation, fault: Fault) -> None:
        state = stage.put_back(operation.scene)
        host = Host(stage, fault.interference(stage.clock), PATIENT)
        self.case = f"{operation.name}: {fault}"
        self.result: Any = None
        self.failure = ""
        try:
            self.result = operation.run(host, state)
        except (Failure, AstraError) as failure:
            self.failure = str(failure)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not for a user's eyes
            self.failure = f"{type(error).__name__}: {error}"
        self.kinds = host.transport.kinds
        self.pauses = list(stage.clock.pauses)
        self.standing = stage.standing()
        self.state = state

    def check_manners(self, fault: Fault) -> None:
        """What holds for every operation: a sentence, a bounded number of requests, and pauses as the service asked."""
        assert not self.failure or SENTENCE.fullmatch(self.failure), f"{self.case}: {self.failure}"
        assert "mistake of astra-vectorize" not in self.failure, f"{self.case}: {self.failure}"
        assert self.kinds.count("POST /v2/databases") <= (ATTEMPTS if fault.name in TURNED_AWAY else 1), self.case
        assert len(self.kinds) <= MOST_REQUESTS, f"{self.case}: {len(self.kinds)} requests"
        assert all(pause <= LONGEST_PAUSE for pause in self.pauses), self.case
        if fault.name in TURNED_AWAY and self.kinds.count(fault.kind) > fault.occurrence and not self.failure:
            assert any(pause >= RETRY_AFTER for pause in self.pauses), f"{self.case}: {self.pauses}"
        if not fault.lasting:
            assert "HTTP 429" not in self.failure, f"{self.case}: {self.failure}"


def lost_or_invented(before: list[str], done: list[str], now: list[str]) -> list[str]:
    """What neither stood before nor is to stand afterwards, and what is missing although it stood and is to stand."""
    invented = [line for line in now if now.count(line) > max(before.count(line), done.count(line))]
    lost = [line for line in before if now.count(line) < min(before.count(line), done.count(line))]
    return [*(f"invented: {line}" for line in invented), *(f"lost: {line}" for line in lost)]


def undisturbed(stage: Stage, operation: Operation) -> tuple[list[str], list[str], list[str]]:
    """What stands before and after the operation, and the kinds of its requests."""
    stage.put_back(operation.scene)
    before = stage.standing()
    state = stage.put_back(operation.scene)
    host = Host(stage)
    operation.run(host, state)
    return before, stage.standing(), host.transport.kinds


@pytest.mark.parametrize("operation", SINGLE, ids=[one.name for one in SINGLE])
def test_a_change_is_done_or_fails_with_nothing_lost_and_the_next_run_finishes_it(stage: Stage, operation: Operation) -> None:
    before, done, kinds = undisturbed(stage, operation)
    # The worlds from which a run without faults was seen to finish; most faults leave the same few.
    finished: list[list[str]] = []
    for fault in faults(kinds):
        met = Disturbed(stage, operation, fault)
        met.check_manners(fault)
        if met.failure:
            assert lost_or_invented(before, done, met.standing) == [], f"{met.case}: {met.failure}"
            if met.standing not in finished:
                operation.run(Host(stage), met.state)
                assert stage.standing() == done, f"{met.case}, and then a run without: {met.failure}"
                finished.append(met.standing)
        else:
            assert met.standing == done, met.case


@pytest.mark.parametrize("operation", READS, ids=[one.name for one in READS])
def test_nothing_is_taken_for_gone_and_reading_changes_nothing(stage: Stage, operation: Operation) -> None:
    before, done, kinds = undisturbed(stage, operation)
    assert before == done
    for fault in faults(kinds):
        met = Disturbed(stage, operation, fault)
        met.check_manners(fault)
        assert not gone(met.result), f"{met.case}: {met.result}"
        assert met.standing == before, met.case


@pytest.mark.parametrize("operation", GUARDED, ids=[one.name for one in GUARDED])
def test_what_holds_documents_is_kept_when_nobody_could_look(stage: Stage, operation: Operation) -> None:
    state = stage.put_back(operation.scene)
    before = stage.standing()
    host = Host(stage)
    with pytest.raises(Failure, match="it holds documents"):
        operation.run(host, state)
    for fault in faults(host.transport.kinds):
        met = Disturbed(stage, operation, fault)
        met.check_manners(fault)
        assert met.failure, met.case
        assert met.standing == before, met.case


# How long it may take, with the limits as they are.


def always(kind: str, answer: Any) -> Interference:
    """Answers every request of that kind with the same."""

    def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
        return answer(request) if kind_of(request) == kind else send()

    return interfere


def reluctant(kind: str) -> Interference:
    """Answers each request of that kind at the fifth attempt alone, and asks for half a minute before each."""
    asked = 0

    def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
        nonlocal asked
        asked += kind_of(request) == kind
        if kind_of(request) != kind or asked % ATTEMPTS == 0:
            return send()
        return httpx.Response(429, headers={"Retry-After": "30"})

    return interfere


def test_waiting_for_a_database_ends_after_40_minutes_however_slowly_the_service_answers(stage: Stage) -> None:
    state = stage.put_back("pending")
    stage.world.set("provisioning_seconds", 1e9)
    stage.world.set_status(state["database"].id, "PENDING")
    begun = stage.clock.now
    with pytest.raises(TimedOut, match="after 40 minutes it is still PENDING"):
        database.wait_until_active(Host(stage, reluctant("GET /v2/databases/{}")).connection, state["database"].id)
    assert stage.clock.now - begun <= PATIENCE + LONGEST_REQUEST


@pytest.mark.parametrize("status", [503, 404])
@pytest.mark.parametrize("name", ["answer", "time-out"])
def test_waiting_for_a_keyspace_to_be_served_ends_after_five_minutes(stage: Stage, name: str, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if name == "time-out":
            stage.clock.now += TIMEOUT
            raise httpx.ReadTimeout("slow", request=request)
        return httpx.Response(status)

    state = stage.put_back(LAST)
    begun = stage.clock.now
    with pytest.raises(Failure, match=r"^cannot use keyspace k: after 5 minutes the Data API does not serve it: "):
        make_keyspace(Host(stage, always("findCollections", answer)), state)
    assert stage.clock.now - begun <= keyspace.SERVED_WITHIN + LONGEST_REQUEST


@pytest.mark.parametrize("status", ["MAINTENANCE", "ACTIVE", "TERMINATING"])
def test_a_termination_that_does_not_come_to_its_end_names_the_last_status_seen(stage: Stage, status: str) -> None:
    """The request was answered by somebody else, or the service is stuck."""
    state = stage.put_back("database")
    database_id = state["database"].id
    stood = {"id": database_id, "status": "ACTIVE", "info": {}}
    accepted = False

    def interfere(_number: int, request: httpx.Request, _send: Send) -> httpx.Response:
        nonlocal accepted
        if kind_of(request) == "POST /v2/databases/{}/terminate":
            accepted = True
            return httpx.Response(202)
        return httpx.Response(200, json={**stood, "status": status if accepted else "ACTIVE"})

    with pytest.raises(TimedOut, match=rf"^cannot terminate database {database_id}: after 40 minutes it is still {status}\."):
        database.terminate(Host(stage, interfere).connection, database_id)


def test_pauses_are_not_the_same_each_time(stage: Stage) -> None:
    """So that many clients that failed together do not come back together."""
    pauses = set()
    for _ in range(5):
        state = stage.put_back(LAST)
        host = Host(stage, always("GET /v2/databases/{}", lambda _: httpx.Response(503)))
        with pytest.raises(Failure):
            host.read(state["database"])
        assert len(stage.clock.pauses) == ATTEMPTS - 1
        pauses.update(stage.clock.pauses)
    assert len(pauses) == 5 * (ATTEMPTS - 1)
