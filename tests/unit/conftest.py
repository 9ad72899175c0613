"""The two doubles of these tests: a service that answers what it is told to, and the emulator. No test waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import hypothesis
import pytest

from astra.http import Connection
from astra.target import target
from emulator.transport import EmulatorTransport
from emulator.world import World

# The same examples each time, none kept on disk, no stop-watch.
hypothesis.settings.register_profile("unit", max_examples=40, derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("unit")

TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"


@dataclass
class Clock:
    """Time that passes only while somebody sleeps. `pauses` holds the seconds of each sleep."""

    now: float = 1_800_000_000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


@dataclass
class Service:
    """Gives its answers in turn, the last one for ever; an exception is raised instead. Remembers what it was asked."""

    answers: list[httpx.Response | Exception]
    clock: Clock = field(default_factory=Clock)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def connection(self) -> Connection:
        client = httpx.Client(transport=httpx.MockTransport(self))
        return Connection(target("astra", {}, TOKEN), client, self.clock.sleep, clock=self.clock)


@pytest.fixture
def answering() -> Callable[..., Service]:
    """Makes a service out of its answers: `answering(httpx.Response(503), httpx.Response(200, json=[]))`."""
    return lambda *answers: Service(list(answers))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """The emulator's world, whose time is the clock's."""
    opened = World(tmp_path / "emulator.sqlite", clock=lambda: clock.now)
    yield opened
    opened.close()


@pytest.fixture
def commands() -> list[str]:
    """What `emulator` was asked, in order: `GET /v2/databases`, or a Data API command by its name."""
    return []


@pytest.fixture
def emulator(world: World, clock: Clock, commands: list[str]) -> Iterator[Connection]:
    """A connection to the emulator."""

    def remember(request: httpx.Request) -> None:
        name = request.content.decode().partition('"')[2].partition('"')[0]
        commands.append(name if "/api/json/" in request.url.path else f"{request.method} {request.url.path}")

    with httpx.Client(transport=EmulatorTransport(world), event_hooks={"request": [remember]}) as client:
        yield Connection(target("emulator", {}, ""), client, clock.sleep, clock=clock)
