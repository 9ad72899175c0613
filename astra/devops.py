"""The DevOps API v2: one request, and the waiting that its slow changes need.

Source: its published OpenAPI document (2.3.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import tenacity

from astra.answers import ADDRESS_ADVICE, decoded
from astra.errors import NotFound, Refused, TimedOut, Unreadable
from astra.http import Connection, repeated, send

if TYPE_CHECKING:
    import httpx

_MINUTE = 60.0
_OTHER_FORM = f"cannot {{doing}}: the answer has not the form of the DevOps API's. {ADDRESS_ADVICE}"


def organisation_id(connection: Connection) -> str:
    """Id of the organisation that the token belongs to.

    Raises:
        Unreadable: it is said not to exist; every valid token has one, so whoever says so is not the API.
        AstraError: by the status; see the classes.
    """
    doing = "read the organisation of the token"
    try:
        return str(request_object(connection, "/currentOrg", doing, "id")["id"])
    except NotFound as error:
        raise Unreadable(f"{error} {ADDRESS_ADVICE}") from None


def request_object(connection: Connection, path: str, doing: str, *keys: str) -> dict[str, Any]:
    """The object that answers a GET of a path under /v2, with these keys in it; repeated where the service is busy.

    Raises:
        Unreadable: it is something else.
        AstraError: by the status; see the classes.
    """
    found = decoded(request(connection, "GET", path, doing), doing)
    return _with_keys(found, keys, doing)


def request_list(connection: Connection, path: str, doing: str, *keys: str) -> list[dict[str, Any]]:
    """As `request_object`, for an answer that is a list of objects with these keys."""
    found = decoded(request(connection, "GET", path, doing), doing)
    if not isinstance(found, list):
        raise Unreadable(_OTHER_FORM.format(doing=doing))
    return [_with_keys(entry, keys, doing) for entry in found]


def _with_keys(found: Any, keys: Iterable[str], doing: str) -> dict[str, Any]:
    if not isinstance(found, dict) or not found.keys() >= set(keys):
        raise Unreadable(_OTHER_FORM.format(doing=doing))
    return found


def request(connection: Connection, method: str, path: str, doing: str, body: Any = None) -> httpx.Response:
    """Sends one request to a path under /v2 and returns the answer, whose status is below 300.

    Repeated is a GET, and whatever the service turned away as one request too many.

    Raises:
        Refused: the target is a self-hosted Data API, which has no DevOps API.
        AstraError: by the status; see the classes.
    """
    if connection.target.self_hosted:
        raise Refused(f"cannot {doing}: a self-hosted Data API has no DevOps API. Name the database by its apiEndpoint.")
    token = connection.target.token
    reading = method == "GET"

    def once() -> httpx.Response:
        return send(
            connection,
            method,
            f"{connection.target.devops_url}/v2{path}",
            doing=doing,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            body=body,
        )

    with nullcontext() if reading else connection.changing(doing):
        answer = repeated(connection, once, repeatable=reading)
    # A change is answered with nothing at all, or with what was made: a page of a proxy's is neither.
    if not reading and answer.text.lstrip().startswith("<"):
        raise Unreadable(_OTHER_FORM.format(doing=doing))
    return answer


def wait(
    connection: Connection,
    done: Callable[[], bool],
    doing: str,
    state: str | Callable[[], str],
    *,
    limit: float | None = None,
) -> None:
    """Asks until it is so: soon at first, every ten seconds at the end.

    Args:
        connection: knows how to pause.
        done: asks once; whatever it raises ends the waiting.
        doing: operation and thing for messages.
        state: what is the matter while it is not so, for the message of a time-out.
        limit: of the whole, in seconds; the connection's patience where left out.

    Raises:
        TimedOut: it was not so within the limit.
    """
    longest = connection.patience if limit is None else limit
    begun = connection.clock()
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda result: not result),
        wait=tenacity.wait_exponential(multiplier=0.1, max=10) + tenacity.wait_random(max=0.1),
        # By the clock too, since slow answers are waiting as well as the pauses between them.
        stop=lambda state: max(state.idle_for, connection.clock() - begun) >= longest,
        sleep=connection.sleep,
    )
    try:
        retrying(done)
    except tenacity.RetryError:
        said = (state if isinstance(state, str) else state()).rstrip(".")
        raise TimedOut(f"cannot {doing}: after {_period(longest)} {said}. See the Astra Portal, then run again.") from None


def _period(seconds: float) -> str:
    return f"{seconds / _MINUTE:.0f} minutes" if seconds >= 2 * _MINUTE else f"{seconds:g} seconds"
