"""The Data API: one command and its answer.

Source: recorded answers of Data API 1.0.51. Nearly every error comes with HTTP 200 and an `errors` list.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any

from astra.answers import ADDRESS_ADVICE, PERMISSION_ADVICE, decoded
from astra.errors import AstraError, Conflict, Invalid, NotFound, Refused, Unauthorized, Unavailable, Unreadable
from astra.http import Connection, repeated, send
from astra.wording import beginning

# How the commands begin that change nothing.
READING = ("find", "list", "count", "estimated")

# How much of a message is shown, in characters.
_SHOWN = 500

# What to do about an errorCode, and which error it is. Codes that are not here are Refused, those of family
# SERVER Unavailable.
CODES: Mapping[str, tuple[type[AstraError], str]] = {
    "UNAUTHENTICATED_REQUEST": (Unauthorized, "Check ASTRA_DB_APPLICATION_TOKEN."),
    "MISSING_AUTHENTICATION_TOKEN": (Unauthorized, "Set ASTRA_DB_APPLICATION_TOKEN."),
    "UNAUTHORIZED_ACCESS": (Unauthorized, PERMISSION_ADVICE),
    "UNKNOWN_KEYSPACE": (NotFound, "Declare the keyspace, or check that the token belongs to this database."),
    "UNKNOWN_COLLECTION_OR_TABLE": (NotFound, "It was deleted by somebody else: run again."),
    "EXISTING_COLLECTION_DIFFERENT_SETTINGS": (Conflict, "Give it the same definition, another name, or delete it."),
    "EXISTING_TABLE_NOT_DATA_API_COLLECTION": (Conflict, "A table has that name: choose another."),
    "INVALID_CREATE_COLLECTION_OPTIONS": (Invalid, "Correct the definition; this database may offer other models."),
    "VECTORIZE_CREDENTIAL_INVALID": (
        Refused,
        "Store the provider's key under that name in the Astra Portal (Settings, Integrations), scoped to this database.",
    ),
    "DEPRECATED_AI_MODEL": (Refused, "Choose another model: this one serves only what already uses it."),
    "END_OF_LIFE_AI_MODEL": (Refused, "Choose another model: this one serves nothing any more."),
    "UNKNOWN_USER_DEFINED_TYPE": (Invalid, "Create that type in the keyspace first (createType), or use another."),
    "EMBEDDING_PROVIDER_UNAVAILABLE": (
        Refused,
        "The service no longer offers the model of one of the table's columns: such a table can be deleted, and nothing else.",
    ),
    "TOO_MANY_COLLECTIONS": (Refused, "Delete a collection, or use another database."),
    "TOO_MANY_INDEXES_FOR_COLLECTION": (
        Refused,
        "Delete some indexes (a collection needs ten), or use another database.",
    ),
}
# SERVER family, yet sending the same again cannot help.
_FINAL = ("RERANKING_FEATURE_NOT_ENABLED", "EMBEDDING_PROVIDER_CLIENT_ERROR")


def command(
    connection: Connection,
    endpoint: str,
    path: str,
    name: str,
    body: Mapping[str, Any],
    doing: str,
    *,
    repeatable: bool,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Sends one command and returns the whole answer, which holds no errors.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API, without a path.
        path: "" for the database, `/keyspace` or `/keyspace/collection`.
        name: the command, such as findCollections.
        body: its payload.
        doing: operation and thing for messages.
        repeatable: whether it may be sent again when the outcome is open.
        headers: further ones, such as the key of an embedding provider; never shown.

    Raises:
        AstraError: by errorCode or HTTP status; see the classes.
    """
    target = connection.target
    identification = {"Token": target.token} if target.token else {}

    def once() -> dict[str, Any]:
        try:
            response = send(
                connection,
                "POST",
                f"{endpoint.rstrip('/')}{target.data_api_path}{path}",
                doing=doing,
                headers={**identification, **headers},
                body={name: body},
            )
        except NotFound as error:
            # What it does not know it says with HTTP 200 and a code; its own 404 is empty (recorded).
            raise Unreadable(f"{error.said.rstrip('.')}. {ADDRESS_ADVICE}") from None
        return _without_errors(decoded(response, doing), doing)

    try:
        with nullcontext() if name.startswith(READING) else connection.changing(doing):
            return repeated(connection, once, repeatable=repeatable)
    except AstraError as error:
        error.hide((*headers.values(), *identification.values()))
        raise


def _without_errors(answer: Any, doing: str) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise Unreadable(f"cannot {doing}: the Data API's answer is not an object. Check the address of the target.")
    errors = answer.get("errors")
    if errors:
        raise _error(errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}, doing)
    return answer


def _error(error: Mapping[str, Any], doing: str) -> AstraError:
    code = str(error.get("errorCode") or "an error without a code")
    message = beginning(str(error.get("message", "")), _SHOWN).rstrip(".")
    said = f"cannot {doing}: the Data API said {code}{': ' if message else ''}{message}."
    kind, advice = CODES.get(code, (None, ""))
    if kind is not None:
        return kind(said, code=code, advice=advice)
    if error.get("family") == "SERVER" and code not in _FINAL:
        return Unavailable(said, code=code, advice="The service failed: run again, which finishes what was begun.")
    return Refused(said, code=code, advice="Correct the definition, or ask the service's documentation for this code.")
