"""What an HTTP answer means: its body, or the AstraError that its status and body stand for.

Only an absence in the service's own words is an absence: a 404 of a proxy or of a wrong address says nothing
of the thing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from astra.errors import AstraError, Conflict, Invalid, Limited, NotFound, Refused, Unauthorized, Unavailable, Unreadable
from astra.wording import beginning, redacted

if TYPE_CHECKING:
    import httpx

_STATUS_ERRORS: Mapping[int, type[AstraError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    409: Conflict,
    422: Invalid,
}
# How much is shown of a text that is not in the API's form, and of one that should be JSON, in characters.
_SHOWN, _SHOWN_UNREADABLE = 200, 80
_ADVICE: Mapping[type[AstraError], str] = {
    Invalid: "Correct the definition.",
    Conflict: "Something else is changing it: wait until that is done and run again.",
    Unauthorized: "Check ASTRA_DB_APPLICATION_TOKEN: it must be a valid token of this organisation.",
    NotFound: "Check that it exists and that the token belongs to its organisation.",
}
ADDRESS_ADVICE = "A proxy or a wrong address may have answered: check the address of the target."
SELF_HOSTED_ADVICE = "Check ASTRA_DB_APPLICATION_TOKEN: it must be Cassandra:USER:PASSWORD, user and password each in base64."
PERMISSION_ADVICE = (
    "The token is valid but lacks the permission for this: give its role the permission, or use a token of a role that has it."
)


def checked(response: httpx.Response, doing: str, *, self_hosted: bool = False) -> httpx.Response:
    """The answer itself where its status is below 300.

    Args:
        response: the answer.
        doing: operation and thing for messages.
        self_hosted: whether it is a self-hosted Data API's, whose tokens are no organisation's and have no permissions.

    Raises:
        AstraError: by the status; see the classes.
    """
    status = response.status_code
    if status < 300:
        return response
    errors = _errors(response)
    said = _said(response, errors)
    if status == 401 and self_hosted:
        raise Unauthorized(f"cannot {doing}: HTTP 401{said}. {SELF_HOSTED_ADVICE}")
    if status in (401, 403) and (status == 403 or response.text.strip() in ("", "null")):
        raise Unauthorized(f"cannot {doing}: HTTP {status}{said}. {PERMISSION_ADVICE}")
    kind = _STATUS_ERRORS.get(status)
    if kind is NotFound and not errors:
        raise Unreadable(f"cannot {doing}: HTTP 404{said}, which is not an answer of this API. {ADDRESS_ADVICE}")
    if kind:
        raise kind(f"cannot {doing}: HTTP {status}{said}.", advice=_ADVICE[kind])
    if status == 501:
        raise Refused(f"cannot {doing}: HTTP 501{said}. The service does not have this: check the target's kind.")
    if status == 429 or status >= 500:
        raise (Limited if status == 429 else Unavailable)(
            f"cannot {doing}: HTTP {status}{said}. The service is busy or failing: run again later.",
            retry_after=_retry_after(response),
        )
    raise Refused(f"cannot {doing}: HTTP {status}{said}. {ADDRESS_ADVICE}")


def _errors(response: httpx.Response) -> list[Mapping[str, Any]]:
    """The errors of a body in the shape of either API; empty where it has another."""
    try:
        errors = response.json()["errors"]
        return [error for error in errors if isinstance(error["message"], str)]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _said(response: httpx.Response, errors: list[Mapping[str, Any]]) -> str:
    """What the service said, without secrets: its errors, or the beginning of its text."""
    text = "; ".join(f"{error.get('ID') or error.get('errorCode')}: {error['message']}" for error in errors)
    said = redacted(" ".join(text.split())) if text else beginning(response.text, _SHOWN)
    return f", {said.rstrip('.')}" if said not in ("", "null") else ""


def _retry_after(response: httpx.Response) -> float | None:
    """Retry-After in seconds, from either of its forms; None where it is not given or is neither.

    A date is compared with the answer's own date, since the clocks of the two sides may differ. Source: RFC 9110, 10.2.3.
    """
    stated = response.headers.get("Retry-After", "")
    if stated.isascii() and stated.isdigit():
        return float(stated)
    until = _moment(stated)
    if until is None:
        return None
    now = _moment(response.headers.get("Date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _moment(header: str) -> datetime | None:
    """A date of HTTP, which is always in GMT; None where it is none."""
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def decoded(response: httpx.Response, doing: str) -> Any:
    """The body as JSON.

    Raises:
        Unreadable: it is not JSON.
    """
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        start = beginning(response.text, _SHOWN_UNREADABLE)
        raise Unreadable(
            f"cannot {doing}: {response.request.url.host} answered HTTP {response.status_code} with a body that is not "
            f"JSON: {start!r}. {ADDRESS_ADVICE}"
        ) from None
