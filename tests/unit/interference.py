"""What stands in the way of a run: it is killed between two requests, or the service answers anything but what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import httpx

from astra.http import TIMEOUT

if TYPE_CHECKING:
    from tests.unit.conftest import Clock

RETRY_AFTER = 7
DATA_API = "/api/json/v1"


class Killed(BaseException):
    """The process ends here: nothing of the product may catch this and go on."""


Send: TypeAlias = Callable[[], httpx.Response]
# Gets the number of the request, counted from one, the request, and what sends it.
Interference: TypeAlias = Callable[[int, httpx.Request, Send], httpx.Response]


def kind_of(request: httpx.Request) -> str:
    """The kind of a request: a command by its name, or a method and a path without what it names."""
    if DATA_API in request.url.path:
        return str(next(iter(json.loads(request.content))))
    steps = [step for step in request.url.path.split("/") if step]
    named = ("databases", "datacenters", "keyspaces")
    path = "/".join("{}" if before in named else step for before, step in zip(["", *steps], steps, strict=False))
    return f"{request.method} /{path}"


def reads(kind: str) -> bool:
    """Whether a request of that kind changes nothing."""
    return kind.startswith(("GET", "find", "list"))


@dataclass
class Interfering(httpx.BaseTransport):
    """Passes requests on to the emulator, as far as the interference lets it; remembers their kinds."""

    inner: httpx.BaseTransport
    interference: Interference
    kinds: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.kinds.append(kind_of(request))
        return self.interference(len(self.kinds), request, lambda: self.inner.handle_request(request))


def nothing(_number: int, _request: httpx.Request, send: Send) -> httpx.Response:
    """Interferes with nothing."""
    return send()


def killing(at: int, *, after: bool) -> Interference:
    """Kills the process at that request, before it has any effect or right after it had one."""

    def interfere(number: int, _request: httpx.Request, send: Send) -> httpx.Response:
        if number == at:
            if after:
                send()
            raise Killed
        return send()

    return interfere


# What a fault says or raises instead of the answer.


def _status(status: int, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, headers=headers)


def _text(text: str, status: int = 200, kind: str = "application/json") -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, headers={"Content-Type": kind}, text=text)


def _raising(error: type[httpx.TransportError], said: str) -> Callable[[httpx.Request], httpx.Response]:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(said, request=request)

    return fail


def _errors(_: httpx.Request) -> httpx.Response:
    error = {"family": "SERVER", "errorCode": "UNEXPECTED_SERVER_ERROR", "ID": 1, "message": "Something failed."}
    return httpx.Response(200, json={"errors": [error]})


# As far behind this machine's clock as may be: the answer's own date counts.
_SOON = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": f"Sun, 06 Nov 1994 08:49:{37 + RETRY_AFTER} GMT"}
PAGE = "<html><body>a proxy's page</body></html>"
FAULTS: Mapping[str, Callable[[httpx.Request], httpx.Response]] = {
    "429": _status(429, **{"Retry-After": str(RETRY_AFTER)}),
    "429 until a date": _status(429, **_SOON),
    **{str(status): _status(status) for status in (500, 502, 503, 504)},
    "reset": _raising(httpx.ReadError, "[Errno 104] Connection reset by peer"),
    "no connection": _raising(httpx.ConnectError, "[Errno 111] Connection refused"),
    "time-out": _raising(httpx.ReadTimeout, "The read operation timed out"),
    "cut off": _raising(httpx.RemoteProtocolError, "peer closed connection without sending complete message body"),
    "half a body": _text('{"status": {"collections": [{"na'),
    "null": _text("null"),
    "page": _text(PAGE, kind="text/html"),
    "page of 404": _text(PAGE, 404, "text/html"),
    "errors with 200": _errors,
}


# What was turned away has had no effect.
TURNED_AWAY = ("429", "429 until a date")
# One of each that the product may tell apart: busy, failing, unknown outcome, unreadable.
SORTS = ("429", "503", "time-out", "null", "errors with 200")


@dataclass(frozen=True)
class Fault:
    """One fault at one place of a run.

    Attributes:
        name: a key of FAULTS.
        kind: the kind of request it meets.
        occurrence: which of that kind, counted from one.
        lasting: whether all later ones of that kind meet it, too.
        effect: whether the request has its effect, and only the answer is lost.
    """

    name: str
    kind: str
    occurrence: int
    lasting: bool
    effect: bool

    def __str__(self) -> str:
        lasts = "for ever" if self.lasting else "once"
        return f"{self.name} at {self.kind} number {self.occurrence}, {lasts}, {'with' if self.effect else 'without'} effect"

    def interference(self, clock: Clock) -> Interference:
        """What makes the fault happen; a time-out takes as long as it does."""
        seen = 0

        def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
            nonlocal seen
            if kind_of(request) != self.kind:
                return send()
            seen += 1
            if seen != self.occurrence and not (self.lasting and seen > self.occurrence):
                return send()
            if self.effect:
                send()
            if self.name == "time-out":
                clock.now += TIMEOUT
            return FAULTS[self.name](request)

        return interfere


def faults(kinds: list[str]) -> Iterator[Fault]:
    """Every fault at the first request of each kind, once and for ever; at the second, as a reading back is, one of each sort.

    What changes something meets each with its effect and without, where it can have had one.
    """
    for kind in dict.fromkeys(kinds):
        effects = (False,) if reads(kind) else (False, True)
        for effect in effects:
            possible = [name for name in FAULTS if not (effect and name in TURNED_AWAY)]
            yield from (Fault(name, kind, 1, lasting, effect) for name in possible for lasting in (False, True))
            if kinds.count(kind) > 1:
                yield from (Fault(name, kind, 2, name == "503", effect) for name in SORTS if name in possible)
