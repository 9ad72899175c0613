"""Misbehaviour on purpose: what a fault is, how it is stated, and which requests it is for. `stored_faults` keeps them."""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from emulator import pasted_keys
from emulator.refusal import Refusal
from emulator.sayings import unknown
from emulator.surface import COMMANDS, DATA_API_ROUTES, METHODS, routes
from emulator.texts import is_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HANG_UPS: Final = ("before", "half", "after")
"""When the connection is cut: before the request has any effect, in the middle of it, after it and before the answer."""

HALF: Final = "createCollection"
"""The one command that the service carries out in steps which a cut connection can leave half done (recorded)."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. What is left out is not done, or does not limit.

    Attributes:
        status: HTTP status of the answer that is given instead, 200 to 599. The request has no effect then.
        retry_after: the answer's header Retry-After, in whole seconds.
        body: the answer's body: `null`, half of a JSON text, a page. JSON is sent as such, anything else as plain text. Left
            out: a sentence in plain text.
        delay: seconds before anything else happens.
        hang_up: one of `HANG_UPS`.
        route: a method and a path, or a path alone: `POST /v2/databases`, `/v2/databases/{databaseID}`, `/databases/*`. A
            name in braces stands for one part of the path, `*` for any rest.
        command: a command of the Data API.
        count: to how many requests it happens.
        probability: how likely it happens to a request it is for, 0 to 1.
        seed: chooses which requests those are, the same ones each time.
    """

    status: int | None = None
    retry_after: int | None = None
    body: str | None = None
    delay: float | None = None
    hang_up: str | None = None
    route: str | None = None
    command: str | None = None
    count: int | None = None
    probability: float | None = None
    seed: int | None = None

    def stated(self) -> dict[str, Any]:
        """What was stated, without what was left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        """All of it in words."""
        does = []
        if self.delay is not None:
            does.append(f"wait {self.delay:g} s")
        if self.status is not None:
            after = "" if self.retry_after is None else f" with Retry-After {self.retry_after}"
            does.append(f"answer {self.status}{after}{'' if self.body is None else f' and the body {self.body!r}'}")
        if self.hang_up is not None:
            does.append({"half": "hang up half-way through", "before": "hang up before", "after": "hang up after"}[self.hang_up])
        target = " ".join(part for part in (self.command, self.route) if part) or "every request"
        chance = "" if self.probability is None else f", probability {self.probability:g}"
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{', then '.join(does)}: {target}{chance}{seed}"


TYPES: Final[dict[str, tuple[str, type | tuple[type, ...]]]] = {
    "status": ("a whole number", int),
    "retry_after": ("a whole number of seconds", int),
    "body": ("a text", str),
    "delay": ("a number of seconds", (int, float)),
    "hang_up": (f"one of {', '.join(HANG_UPS)}", str),
    "route": ("a text", str),
    "command": ("a text", str),
    "count": ("a whole number", int),
    "probability": ("a number", (int, float)),
    "seed": ("a whole number", int),
}
"""The fields of a fault: what each is in words, and as parsed JSON."""

HIGHEST_COUNT: Final = 1_000_000_000

LONGEST_DELAY: Final = 600
"""Unit: seconds; longer than any client waits."""


def parse(stated: Mapping[str, Any]) -> Fault:
    """The fault that is stated by these fields, when it makes sense; null is as good as left out.

    Raises:
        Refusal: it does not.

    """
    given = {name: value for name, value in stated.items() if value is not None}
    for name, value in given.items():
        if name not in TYPES:
            raise unknown(f"A fault has no {name}", name, TYPES)
        words, kinds = TYPES[name]
        if isinstance(value, bool) or not isinstance(value, kinds) or (isinstance(value, str) and not is_text(value)):
            raise Refusal(f"The {_words(name)} of a fault must be {words}.")
        if isinstance(value, str) and name != "body":
            _refuse_key(name, value)
    fault = Fault(**given)
    for right, sentence in _rules(fault):
        if not right:
            raise Refusal(sentence)
    if fault.command is not None and fault.command not in COMMANDS:
        raise unknown(f"The Data API has no command {fault.command}", fault.command, COMMANDS)
    if fault.route is not None:
        _check_route(fault.route, fault.command)
    return fault


def _refuse_key(name: str, stated: str) -> None:
    for part in (stated, *stated.split()):
        pasted_keys.refuse(f"the {_words(name)}", part)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _rules(fault: Fault) -> Iterator[tuple[bool, str]]:
    """What must hold, and what is said where it does not."""
    answers, hangs = fault.status is not None, fault.hang_up is not None
    yield answers or hangs or fault.delay is not None, "A fault needs something to do: a status, a delay or a hang-up."
    yield fault.status is None or 200 <= fault.status <= 599, "The status must be from 200 to 599."  # noqa: PLR2004 -- HTTP's
    yield (
        answers or (fault.retry_after is None and fault.body is None),
        "Retry-After and a body belong to an answer: give its status, too.",
    )
    yield fault.retry_after is None or fault.retry_after >= 0, "Retry-After must be 0 seconds or more."
    yield (
        fault.delay is None or 0 < fault.delay <= LONGEST_DELAY,
        f"The delay must be more than 0 and at most {LONGEST_DELAY} seconds.",
    )
    yield not (answers and hangs), "A request is answered or hung up on: give a status or a hang-up."
    yield not hangs or fault.hang_up in HANG_UPS, f"A hang-up is one of {', '.join(HANG_UPS)}, not {fault.hang_up}."
    yield (
        fault.hang_up != "half" or fault.command == HALF,
        f"Only {HALF} can be left half done: give that command, or hang up before or after.",
    )
    yield fault.count is None or 1 <= fault.count <= HIGHEST_COUNT, f"The count must be from 1 to {HIGHEST_COUNT}."
    yield fault.probability is None or 0 < fault.probability <= 1, "The probability must be more than 0 and at most 1."
    yield fault.seed is None or fault.probability is not None, "A seed belongs to a probability: give that, too."


def _check_route(route: str, command: str | None) -> None:
    method, path = _parts(route)
    if method and method not in METHODS:
        raise unknown(f"{method} is no method of HTTP", method, METHODS)
    if not path.startswith("/"):
        raise Refusal(f"A route is a path that begins with /, with or without a method before it, not {route}.")
    if not any(_covers(method, path, known) for known in routes()):
        names = routes() if method else {_parts(known)[1] for known in routes()}
        raise unknown(f"Neither API has the route {route}", route, names)
    if command is not None and not any(_covers(method, path, known) for known in DATA_API_ROUTES):
        raise Refusal(f"No request with the command {command} goes to {route}, which leads to no Data API: leave one out.")


def _covers(method: str, path: str, known: str) -> bool:
    """Whether a request can be to both: to that method and path, and to the known route."""
    known_method, known_path = _parts(known)
    return method in ("", known_method) and bool(_pattern(known_path).fullmatch(path) or _pattern(path).fullmatch(known_path))


def _parts(route: str) -> tuple[str, str]:
    """Method ("" for any) and path."""
    method, _, path = route.rpartition(" ")
    return method.strip(), _bare(path)


def _bare(path: str) -> str:
    """Both APIs take a path with a slash behind it for the one without."""
    return path.rstrip("/") or "/"


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}/]*\}|\*)", path)
    return re.compile("".join(".*" if part == "*" else "[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def is_for(fault: Fault, method: str, path: str, command: str | None) -> bool:
    """Whether a request is one of those that the fault is for, wherever its count and its chance stand."""
    if fault.command not in (None, command):
        return False
    if fault.route is None:
        return True
    wanted, pattern = _parts(fault.route)
    return wanted in ("", method) and _pattern(pattern).fullmatch(_bare(path)) is not None


def happens(fault: Fault, met: int) -> bool:
    """Whether it happens to the request of that place in the sequence; the same in every process and at every time."""
    return fault.probability is None or random.Random(f"{fault.seed or 0}:{met}").random() < fault.probability  # noqa: S311
