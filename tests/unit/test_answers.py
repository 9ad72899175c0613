"""What each HTTP answer means, and what is said of it."""

import json
from collections.abc import Mapping

import httpx
import pytest

from astra import answers
from astra.answers import ADDRESS_ADVICE, PERMISSION_ADVICE, checked, decoded
from astra.errors import AstraError, Conflict, Invalid, Limited, NotFound, Refused, Unauthorized, Unavailable, Unreadable
from astra.http import LONGEST_PAUSE

TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"
ITS_OWN = b'{"errors": [{"ID": 2000404, "message": "There is no database x."}]}'
BUSY = "The service is busy or failing: run again later."
TOKEN_ADVICE = "Check ASTRA_DB_APPLICATION_TOKEN: it must be a valid token of this organisation."
ABSENT = "Check that it exists and that the token belongs to its organisation."
CHANGING = "Something else is changing it: wait until that is done and run again."
ROWS = [
    (400, ITS_OWN, Invalid, "HTTP 400, 2000404: There is no database x. Correct the definition."),
    (422, ITS_OWN, Invalid, "HTTP 422, 2000404: There is no database x. Correct the definition."),
    (401, ITS_OWN, Unauthorized, f"HTTP 401, 2000404: There is no database x. {TOKEN_ADVICE}"),
    (401, b"null", Unauthorized, f"HTTP 401. {PERMISSION_ADVICE}"),
    (401, b"", Unauthorized, f"HTTP 401. {PERMISSION_ADVICE}"),
    (403, ITS_OWN, Unauthorized, f"HTTP 403, 2000404: There is no database x. {PERMISSION_ADVICE}"),
    (403, b"<html>Forbidden</html>", Unauthorized, f"HTTP 403, <html>Forbidden</html>. {PERMISSION_ADVICE}"),
    (404, ITS_OWN, NotFound, f"HTTP 404, 2000404: There is no database x. {ABSENT}"),
    (404, b"", Unreadable, f"HTTP 404, which is not an answer of this API. {ADDRESS_ADVICE}"),
    (404, b"null", Unreadable, f"HTTP 404, which is not an answer of this API. {ADDRESS_ADVICE}"),
    (404, b"no such page", Unreadable, f"HTTP 404, no such page, which is not an answer of this API. {ADDRESS_ADVICE}"),
    (404, b'{"errors": []}', Unreadable, f'HTTP 404, {{"errors": []}}, which is not an answer of this API. {ADDRESS_ADVICE}'),
    (
        404,
        b'{"errors": ["x"]}',
        Unreadable,
        f'HTTP 404, {{"errors": ["x"]}}, which is not an answer of this API. {ADDRESS_ADVICE}',
    ),
    (404, b'{"error": "x"}', Unreadable, f'HTTP 404, {{"error": "x"}}, which is not an answer of this API. {ADDRESS_ADVICE}'),
    (409, ITS_OWN, Conflict, f"HTTP 409, 2000404: There is no database x. {CHANGING}"),
    (429, b"", Limited, f"HTTP 429. {BUSY}"),
    (500, b"oops", Unavailable, f"HTTP 500, oops. {BUSY}"),
    (
        501,
        ITS_OWN,
        Refused,
        "HTTP 501, 2000404: There is no database x. The service does not have this: check the target's kind.",
    ),
    (502, b"", Unavailable, f"HTTP 502. {BUSY}"),
    (503, b"two\nlines ", Unavailable, f"HTTP 503, two lines. {BUSY}"),
    (504, b"", Unavailable, f"HTTP 504. {BUSY}"),
    (302, b"", Refused, f"HTTP 302. {ADDRESS_ADVICE}"),
    (405, b"", Refused, f"HTTP 405. {ADDRESS_ADVICE}"),
    (415, b"", Refused, f"HTTP 415. {ADDRESS_ADVICE}"),
]


def answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx.Response:
    request = httpx.Request("GET", "https://api.example.com/v2/databases")
    return httpx.Response(status, content=body, headers=headers, request=request)


@pytest.mark.parametrize(("status", "body", "kind", "sentence"), ROWS)
def test_error(status: int, body: bytes, kind: type[AstraError], sentence: str) -> None:
    with pytest.raises(AstraError) as raised:
        checked(answer(status, body), "read database x")
    assert (type(raised.value), str(raised.value)) == (kind, f"cannot read database x: {sentence}")


def test_every_status_that_means_something_of_its_own_has_a_row() -> None:
    assert set(answers._STATUS_ERRORS) | {429, 501} <= {status for status, *_ in ROWS}


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_handed_on(status: int) -> None:
    response = answer(status)
    assert checked(response, "x") is response


def test_errors_in_the_form_of_the_data_api_are_read_too() -> None:
    body = json.dumps({"errors": [{"errorCode": "A", "message": "one."}, {"errorCode": "B", "message": "two."}]}).encode()
    with pytest.raises(Invalid, match=r"^cannot x: HTTP 400, A: one.; B: two. Correct the definition.$"):
        checked(answer(400, body), "x")


# Long ago, so that it is the answer's own date which counts, and not this machine's clock.
NOW = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Sun, 06 Nov 1994 08:49:44 GMT", 7.0),
        # Two obsolete forms that are yet to be understood (RFC 9110, 5.6.7).
        ("Sunday, 06-Nov-94 08:49:44 GMT", 7.0),
        ("Sun Nov  6 08:49:44 1994", 7.0),
        ("Sun, 06 Nov 1994 08:49:30 GMT", 0.0),
        ("Sun, 99 Nov 1994 08:49:44 GMT", None),
        ("soon", None),
        ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", None),
        ("-1", None),
        ("7.5", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read_in_seconds_or_as_a_date(status: int, header: str, seconds: float | None) -> None:
    with pytest.raises(Unavailable) as raised:
        checked(answer(status, headers={"Retry-After": header, "Date": NOW}), "x")
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("date", ["", "today"])
def test_a_date_to_wait_for_is_compared_with_this_machine_s_where_the_answer_has_none(date: str) -> None:
    with pytest.raises(Unavailable) as past:
        checked(answer(429, headers={"Retry-After": NOW, "Date": date}), "x")
    with pytest.raises(Unavailable) as future:
        checked(answer(429, headers={"Retry-After": "Tue, 31 Dec 2999 23:59:59 GMT", "Date": date}), "x")
    assert past.value.retry_after == 0.0
    assert (future.value.retry_after or 0.0) > LONGEST_PAUSE


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429, 500, 501])
@pytest.mark.parametrize("body", ["{token}", "it said {token}.", '{{"errors": [{{"ID": 1, "message": "bad token {token}"}}]}}'])
def test_a_token_that_the_service_repeats_is_not_repeated_again(status: int, body: str) -> None:
    with pytest.raises(AstraError) as raised:
        checked(answer(status, body.format(token=TOKEN).encode()), "x")
    assert "planted" not in str(raised.value) + repr(raised.value)


def test_a_long_text_is_cut() -> None:
    with pytest.raises(Unavailable) as raised:
        checked(answer(500, b"x " * 5000), "y")
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (b"<html>\nSign in", "'<html> Sign in'"),
        (b"", "''"),
        (b"\xff", "'\ufffd'"),
        (b"word " * 99, f"'{'word ' * 16}…'"),
        (b"[" * 99_999, "'…'"),
    ],
)
def test_a_body_that_is_not_json_is_unreadable(body: bytes, start: str) -> None:
    with pytest.raises(Unreadable) as raised:
        decoded(answer(200, body), "list regions")
    assert str(raised.value) == (
        f"cannot list regions: api.example.com answered HTTP 200 with a body that is not JSON: {start}. {ADDRESS_ADVICE}"
    )
