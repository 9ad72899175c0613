"""The one place that speaks HTTP: opens the connection, sends, and turns every failure into an AstraError.

Redirects are not followed and TLS is verified, so a token goes to the address of the target alone.
What is safe to repeat is repeated by tenacity, which knows jitter and bounds better than a loop of ours.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import tenacity

from astra.answers import checked
from astra.errors import AstraError, Invalid, Limited, Refused, Unavailable, Unreachable, Unreadable
from astra.sharing import SharedReads
from astra.target import Target
from astra.wording import redacted

if TYPE_CHECKING:
    import httpx

Result = TypeVar("Result")

# createCollection was seen to take 25 s when many run at once (recorded), and a request that is cut off leaves a
# half-made collection: so the time-out is well over that. Unit: seconds.
TIMEOUT, CONNECT_TIMEOUT = 180.0, 10.0
ATTEMPTS = 5
# This machine: reached without encryption, and without the proxy that the environment names, which would read the token.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# The Terraform provider had to raise its own limit to 40 minutes. Unit: seconds.
PATIENCE = 40 * 60.0
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Connection:
    """An open client and the target it belongs to.

    Attributes:
        target: the service.
        client: the open client.
        sleep: how pauses are made; takes seconds. Tests pass one that does not wait.
        reads: shares the listings that many resources want at once.
        patience: how long an operation may wait for a database to be as it should, in seconds.
        clock: tells the seconds that passed; its differences alone count.
        reading: whether it is for reading alone, and refuses to send anything else.
    """

    target: Target
    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep
    reads: SharedReads = field(default_factory=SharedReads)
    patience: float = PATIENCE
    clock: Callable[[], float] = time.monotonic
    reading: bool = False

    def changing(self, doing: str) -> AbstractContextManager[None]:
        """For as long as a request is under way that may change something: whatever was read before it is old then.

        Args:
            doing: operation and thing for the message.

        Raises:
            Refused: the connection is for reading alone; nothing was sent.
        """
        if self.reading:
            raise Refused(f"cannot {doing}: nothing is written while what stands is taken over, and nothing was sent.")
        return self.reads.changing()


_opening = threading.Lock()


def connect(
    target: Target, sleep: Callable[[float], None] = time.sleep, patience: float = PATIENCE, *, reading: bool = False
) -> Connection:
    """A connection to the target; the same one for the same arguments, so that its reads are shared.

    Args:
        target: the service.
        sleep: how pauses are made; takes seconds.
        patience: how long an operation may wait for a database to be as it should, in seconds.
        reading: whether it is for reading alone.

    Raises:
        Invalid: the target's transport cannot be loaded.
    """
    with _opening:
        return _connected(target, sleep, patience, reading)


@cache
def _connected(target: Target, sleep: Callable[[float], None], patience: float, reading: bool) -> Connection:  # noqa: FBT001
    # Imported when they are needed: they take 65 ms in each of a preview's two processes, and a preview that only creates
    # asks the service nothing.
    import ssl  # noqa: PLC0415

    import httpx  # noqa: PLC0415

    timeout = httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT)
    mounts = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
    transport: httpx.BaseTransport | None = _transport(target)
    verified: ssl.SSLContext | bool = True
    if transport is None:
        verified = httpx.create_ssl_context()
        # Python's own default, which some systems' Python leaves to the settings of their OpenSSL.
        verified.minimum_version = ssl.TLSVersion.TLSv1_2
    client = httpx.Client(timeout=timeout, verify=verified, transport=transport, mounts=mounts, follow_redirects=False)
    return Connection(target, client, sleep, patience=patience, reading=reading)


def _transport(target: Target) -> httpx.BaseTransport | None:
    if not target.transport:
        return None
    module, _, function = target.transport.partition(":")
    try:
        opened = getattr(importlib.import_module(module), function)(target.store)
    except Exception as error:  # noqa: BLE001 - it is somebody else's, and raises what it likes
        said = redacted(str(error)).rstrip(".")
        raise Invalid(
            f"cannot open the transport {target.transport}: {said}. Check vectorize:transport and vectorize:store in "
            "the stack's config."
        ) from None
    if not hasattr(opened, "handle_request"):
        raise Invalid(f"cannot open the transport {target.transport}: it is not an httpx transport.")
    transport: httpx.BaseTransport = opened
    return transport


def send(
    connection: Connection,
    method: str,
    url: str,
    *,
    doing: str,
    headers: Mapping[str, str],
    body: Any = None,
) -> httpx.Response:
    """Sends one request, once, and returns the answer, whose status is below 300.

    Args:
        connection: where to.
        method: GET, POST or DELETE.
        url: the full address.
        doing: operation and thing for messages: "create database knowledge".
        headers: among them the token.
        body: sent as JSON where it is not None.

    Raises:
        Invalid: the token would go to another machine in clear.
        AstraError: by what the answer says; see the classes.
    """
    _refuse_in_clear(connection.target, url, doing)
    try:
        answer = _exchange(connection, method, url, doing, headers, body)
        return checked(answer, doing, self_hosted=connection.target.self_hosted)
    except AstraError as error:
        error.hide((*headers.values(), connection.target.token))
        raise


def _refuse_in_clear(target: Target, url: str, doing: str) -> None:
    if target.transport:
        return
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    except ValueError:
        # No address at all, which whoever opens it will say.
        return
    if scheme == "http" and host not in LOOPBACK:
        raise Invalid(
            f"cannot {doing}: http://{host} would send the token in clear. Use its https address: plain http is for "
            f"this machine alone ({', '.join(LOOPBACK[:-1])}, [{LOOPBACK[-1]}])."
        )


def repeated(connection: Connection, attempt: Callable[[], Result], *, repeatable: bool) -> Result:
    """Calls until it no longer fails for the moment, five times at most; pauses as the service asks, or longer each time.

    What is Limited was not carried out, so whatever it was may be sent again. What is Unreadable is not asked again: who
    answers with something else than the API does so the next time too, such as the host of a database that is gone.

    Args:
        connection: knows how to pause.
        attempt: sends one request.
        repeatable: whether it may be sent again after a failure that leaves open whether it was carried out.
    """

    def passing(error: BaseException) -> bool:
        return isinstance(error, Limited) or (repeatable and isinstance(error, Unavailable) and not isinstance(error, Unreadable))

    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Unavailable) else None
        grown = (tenacity.wait_exponential(multiplier=0.25) + tenacity.wait_random())(state)
        return min(max(asked or 0.0, grown), LONGEST_PAUSE)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(passing),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=pause,
        sleep=connection.sleep,
        reraise=True,
    )
    return retrying(attempt)


def _exchange(connection: Connection, method: str, url: str, doing: str, headers: Mapping[str, str], body: Any) -> httpx.Response:
    import httpx  # noqa: PLC0415 - see connect

    try:
        return connection.client.request(method, url, headers=dict(headers), json=body)
    except httpx.TimeoutException:
        raise Unreachable(
            f"cannot {doing}: {_host(url)} did not answer in time. Nothing is known of what it did: run again, which "
            "finds out and finishes."
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(
            f"cannot {doing}: {_host(url)} cannot be reached ({type(error).__name__}: {redacted(str(error))}). Check "
            "the network and the address of the target."
        ) from None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
