"""One command of the Data API: where it goes, and what each errorCode means."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import data_api
from astra.answers import PERMISSION_ADVICE
from astra.data_api import command
from astra.errors import AstraError, Conflict, Invalid, NotFound, Refused, Unauthorized, Unavailable, Unreachable, Unreadable

ENDPOINT = "https://0a1b-us-east-2.apps.astra.datastax.com"
CORRECT = "Correct the definition, or ask the service's documentation for this code."
FAILED = "The service failed: run again, which finishes what was begun."
PORTAL = "Store the provider's key under that name in the Astra Portal (Settings, Integrations), scoped to this database."
# As each was recorded, or as the table in astra/data_api.py names its source.
ROWS = [
    (
        "UNKNOWN_USER_DEFINED_TYPE",
        "REQUEST",
        Invalid,
        "Create that type in the keyspace first (createType), or use another.",
    ),
    (
        "EMBEDDING_PROVIDER_UNAVAILABLE",
        "SERVER",
        Refused,
        "The service no longer offers the model of one of the table's columns: such a table can be deleted, and nothing else.",
    ),
    ("UNAUTHENTICATED_REQUEST", "REQUEST", Unauthorized, "Check ASTRA_DB_APPLICATION_TOKEN."),
    ("MISSING_AUTHENTICATION_TOKEN", "REQUEST", Unauthorized, "Set ASTRA_DB_APPLICATION_TOKEN."),
    ("UNAUTHORIZED_ACCESS", "REQUEST", Unauthorized, PERMISSION_ADVICE),
    ("UNKNOWN_KEYSPACE", "REQUEST", NotFound, "Declare the keyspace, or check that the token belongs to this database."),
    ("UNKNOWN_COLLECTION_OR_TABLE", "REQUEST", NotFound, "It was deleted by somebody else: run again."),
    (
        "EXISTING_COLLECTION_DIFFERENT_SETTINGS",
        "REQUEST",
        Conflict,
        "Give it the same definition, another name, or delete it.",
    ),
    ("EXISTING_TABLE_NOT_DATA_API_COLLECTION", "REQUEST", Conflict, "A table has that name: choose another."),
    (
        "INVALID_CREATE_COLLECTION_OPTIONS",
        "REQUEST",
        Invalid,
        "Correct the definition; this database may offer other models.",
    ),
    ("VECTORIZE_CREDENTIAL_INVALID", "REQUEST", Refused, PORTAL),
    ("DEPRECATED_AI_MODEL", "REQUEST", Refused, "Choose another model: this one serves only what already uses it."),
    ("END_OF_LIFE_AI_MODEL", "REQUEST", Refused, "Choose another model: this one serves nothing any more."),
    ("TOO_MANY_COLLECTIONS", "REQUEST", Refused, "Delete a collection, or use another database."),
    (
        "TOO_MANY_INDEXES_FOR_COLLECTION",
        "REQUEST",
        Refused,
        "Delete some indexes (a collection needs ten), or use another database.",
    ),
    ("RERANKING_FEATURE_NOT_ENABLED", "SERVER", Refused, CORRECT),
    ("EMBEDDING_PROVIDER_CLIENT_ERROR", "SERVER", Refused, CORRECT),
    ("NEVER_SEEN_BEFORE", "REQUEST", Refused, CORRECT),
    ("NEVER_SEEN_BEFORE", "SERVER", Unavailable, FAILED),
    ("INVALID_DATABASE_QUERY", "SERVER", Unavailable, FAILED),
    ("UNEXPECTED_SERVER_ERROR", "SERVER", Unavailable, FAILED),
    ("EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE", "SERVER", Unavailable, FAILED),
]


def failed(code: str, family: str, message: str = "The message.\n\nIt has lines.") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": family, "message": message}]})


def sent(service: Any, *, repeatable: bool = False) -> dict[str, Any]:
    return command(service.connection, ENDPOINT, "/k", "findCollections", {}, "list k", repeatable=repeatable)


def test_a_command_is_one_key_with_its_payload_posted_with_the_token(answering: Callable) -> None:
    service = answering(httpx.Response(200, json={"status": {"collections": []}}))
    assert sent(service) == {"status": {"collections": []}}
    (asked,) = service.requests
    assert (asked.method, str(asked.url)) == ("POST", f"{ENDPOINT}/api/json/v1/k")
    assert (json.loads(asked.content), asked.headers["Token"]) == ({"findCollections": {}}, service.connection.target.token)
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(("code", "family", "kind", "advice"), ROWS, ids=[f"{code}-{family}" for code, family, *_ in ROWS])
def test_error_code(answering: Callable, code: str, family: str, kind: type[AstraError], advice: str) -> None:
    with pytest.raises(AstraError) as raised:
        sent(answering(failed(code, family)))
    assert (type(raised.value), raised.value.code) == (kind, code)
    assert str(raised.value) == f"cannot list k: the Data API said {code}: The message. It has lines. {advice}"


def test_every_error_code_with_a_meaning_of_its_own_has_a_row() -> None:
    assert {*data_api.CODES, *data_api._FINAL} <= {code for code, *_ in ROWS}


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([{}], "an error without a code"),
        (["text"], "an error without a code"),
        ("text", "an error without a code"),
        ({"errorCode": "X"}, "an error without a code"),
        ([{"errorCode": "X"}], "X"),
        ([{"errorCode": "X", "message": "y."}, {"errorCode": "Z"}], "X: y"),
    ],
)
def test_errors_of_another_form_are_errors_all_the_same(answering: Callable, errors: object, said: str) -> None:
    with pytest.raises(Refused) as raised:
        sent(answering(httpx.Response(200, json={"errors": errors})))
    assert str(raised.value) == f"cannot list k: the Data API said {said}. {CORRECT}"


@pytest.mark.parametrize("errors", [[], None])
def test_no_errors_are_none(answering: Callable, errors: object) -> None:
    assert sent(answering(httpx.Response(200, json={"errors": errors, "status": {}}))) == {"errors": errors, "status": {}}


@pytest.mark.parametrize("body", [[], None, "text", 5])
def test_an_answer_that_is_no_object_is_unreadable(answering: Callable, body: object) -> None:
    with pytest.raises(Unreadable) as raised:
        sent(answering(httpx.Response(200, content=json.dumps(body))))
    assert str(raised.value) == "cannot list k: the Data API's answer is not an object. Check the address of the target."


def test_a_404_is_no_absence_here_as_the_data_api_says_absence_otherwise(answering: Callable) -> None:
    with pytest.raises(Unreadable, match=r"^cannot list k: HTTP 404, which is not an answer of this API"):
        sent(answering(httpx.Response(404)))


@pytest.mark.parametrize(
    "failure",
    [
        failed("UNEXPECTED_SERVER_ERROR", "SERVER"),
        httpx.Response(429, headers={"Retry-After": "9"}),
        httpx.Response(503, headers={"Retry-After": "9"}),
        httpx.ReadTimeout("slow"),
    ],
)
def test_what_may_be_repeated_is_after_every_failure_that_leaves_the_outcome_open(
    answering: Callable, failure: httpx.Response | Exception
) -> None:
    service = answering(failure, httpx.Response(200, json={"status": {}}))
    assert sent(service, repeatable=True) == {"status": {}}
    assert len(service.requests) == 2
    if isinstance(failure, httpx.Response) and "Retry-After" in failure.headers:
        assert service.clock.pauses == [9]


@pytest.mark.parametrize("strange", [httpx.Response(200, content=b"<html>"), httpx.Response(404), httpx.Response(200, json=[])])
def test_whoever_answers_something_else_is_not_asked_again(answering: Callable, strange: httpx.Response) -> None:
    service = answering(strange)
    with pytest.raises(Unreadable):
        sent(service, repeatable=True)
    assert len(service.requests) == 1


def test_what_may_not_be_repeated_is_sent_once(answering: Callable) -> None:
    service = answering(httpx.ReadTimeout("slow"))
    with pytest.raises(Unreachable):
        sent(service)
    assert len(service.requests) == 1


def test_a_refusal_is_final(answering: Callable) -> None:
    service = answering(failed("TOO_MANY_COLLECTIONS", "REQUEST"))
    with pytest.raises(Refused):
        sent(service, repeatable=True)
    assert len(service.requests) == 1


# One that begins like nothing in particular: it is hidden only by being what was sent.
SENT = "Zk3Jq8VtB1mXw5Lr9NcPd2Hs7Gy4TfUa6Ee0Ro1Q"
REPEATING = {
    "a failure's text": lambda text: httpx.Response(500, text=text),
    "no JSON": lambda text: httpx.Response(200, text=text),
    "a message": lambda text: failed("X", "REQUEST", text),
}


@pytest.mark.parametrize("answer", REPEATING.values(), ids=REPEATING)
def test_not_even_a_part_of_what_was_sent_as_a_secret_is_repeated_wherever_the_text_is_cut(
    answering: Callable, answer: Callable[[str], httpx.Response]
) -> None:
    shown = set()
    for length in range(520):
        service = answering(answer(f"{'e ' * (length // 2)}{'e' * (length % 2)} bad key {SENT} end"))
        with pytest.raises(AstraError) as raised:
            command(service.connection, ENDPOINT, "/k", "find", {}, "x", repeatable=False, headers={"x-embedding-api-key": SENT})
        assert SENT[:6] not in str(raised.value) + repr(raised.value), length
        shown.add("(hidden)" in str(raised.value))
    assert shown == {True, False}, "of a long text the end is cut, and of a short one it is not"


def test_a_secret_in_a_message_is_not_repeated_and_a_long_message_is_cut(answering: Callable) -> None:
    secret = "sk-0123456789abcdef0123456789abcdef"
    with pytest.raises(AstraError) as raised:
        sent(answering(failed("X", "REQUEST", f"The key '{secret}' is wrong. " + "x " * 5000)))
    assert secret not in str(raised.value) + repr(raised.value)
    assert "The key '(hidden)' is wrong." in str(raised.value)
    assert len(str(raised.value)) < 700
