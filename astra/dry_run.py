"""The server's own verdict on a vectorize definition, without a trace.

A createTable whose primary key names a column that is not defined is always refused; but the service of its vector column is
judged first, by the code that judges createCollection and alterTable too. So the refusal for the key says that provider, model,
dimension, parameters and credential would be accepted, and any other what would be refused. Nothing is made.
Source: recorded from Data API 1.0.51; nobody promises that order, so a control that must be refused is sent first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astra.data_api import command
from astra.errors import AstraError
from astra.http import Connection
from astra.sharing import FOR_EVER, SharedReads

# No name that anybody would give, and one that the service takes for a table.
TABLE = "vectorize_dry_run"
_ALL_ACCEPTED = "UNKNOWN_PARTITION_COLUMNS"
_CREDENTIAL = "VECTORIZE_CREDENTIAL_INVALID"
_REFUSED = (
    "INVALID_CREATE_COLLECTION_OPTIONS",
    "DEPRECATED_AI_MODEL",
    "END_OF_LIFE_AI_MODEL",
    "VECTORIZE_FEATURE_NOT_AVAILABLE",
    "UNSUPPORTED_VECTOR_DIMENSION",
    "MISSING_DIMENSION_IN_VECTOR_COLUMN",
)
# Neither can exist: a credential's name begins with a letter or digit, and no provider has a model of that name.
_NO_CREDENTIAL, _NO_MODEL = "_vectorize_control", "vectorize-control"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the server would say of a definition.

    Attributes:
        outcome: `accepted`; `refused`; `credential` where only the credential was refused; `unknown` where nothing reliable
            was learned.
        said: the sentence that says why; "" where it was accepted.
    """

    outcome: str
    said: str = ""


def verdict(
    connection: Connection, verdicts: SharedReads, endpoint: str, keyspace: str, vector: Mapping[str, Any], doing: str = "make it"
) -> Verdict:
    """What the database at that address would say of `{dimension, service}`; asked once for all who share `verdicts`.

    Args:
        connection: to the target.
        verdicts: keeps the answers.
        endpoint: address of the database's Data API.
        keyspace: one that stands there; which one makes no difference.
        vector: what a collection or a column states: `dimension` and `service`, in the Data API's words.
        doing: operation for messages.
    """
    asked = {key: vector[key] for key in ("dimension", "service") if key in vector}
    control = _control(asked)

    def ask() -> Verdict:
        expected = "credential" if "authentication" in control["service"] else "refused"
        controlled = _controlled(connection, verdicts, endpoint, keyspace, control, expected, doing)
        if controlled.outcome not in (expected, "refused"):
            return Verdict("unknown", f"a definition that must be refused was answered otherwise ({controlled.said})")
        found = _asked(connection, endpoint, keyspace, asked, doing)
        if found.outcome == "accepted" and controlled.outcome != expected:
            return Verdict("unknown", f"an impossible credential was refused for another reason: {controlled.said}")
        return found

    return verdicts.read((endpoint, json.dumps(asked, sort_keys=True)), ask, FOR_EVER)


def _controlled(
    connection: Connection,
    verdicts: SharedReads,
    endpoint: str,
    keyspace: str,
    control: Mapping[str, Any],
    expected: str,
    doing: str,
) -> Verdict:
    """The verdict on a control. One as it should be holds for every model of the provider; another may be the model's fault."""
    # In a list: what is remembered for ever must be as expected.
    proven: list[Verdict] = verdicts.read((endpoint, control["service"]["provider"], expected), list, FOR_EVER)
    if proven:
        return proven[0]
    found = _asked(connection, endpoint, keyspace, control, doing)
    if found.outcome in (expected, "unknown"):
        proven.append(found)
    return found


def again(connection: Connection, endpoint: str, keyspace: str, vector: Mapping[str, Any], doing: str) -> Verdict:
    """The same question once more, without a control and without a memory: whether a refusal lasts."""
    return _asked(connection, endpoint, keyspace, {key: vector[key] for key in ("dimension", "service") if key in vector}, doing)


def _control(vector: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a credential that cannot exist, or where none is named with a model that cannot."""
    service = dict(vector["service"])
    if service.get("authentication"):
        service["authentication"] = dict.fromkeys(service["authentication"], _NO_CREDENTIAL)
    else:
        service["modelName"] = _NO_MODEL
    return {**vector, "service": service}


def _asked(connection: Connection, endpoint: str, keyspace: str, vector: Mapping[str, Any], doing: str) -> Verdict:
    columns = {"id": "text", "vector": {"type": "vector", **vector}}
    body = {"name": TABLE, "definition": {"columns": columns, "primaryKey": "no_such_column"}}
    try:
        command(connection, endpoint, f"/{keyspace}", "createTable", body, doing, repeatable=False)
    except AstraError as error:
        if error.code == _ALL_ACCEPTED:
            return Verdict("accepted")
        if error.code == _CREDENTIAL:
            return Verdict("credential", error.said)
        return Verdict("refused", str(error)) if error.code in _REFUSED else Verdict("unknown", error.said)
    # It must never come to this. What was made goes at once, and nothing more is asked of this database.
    command(connection, endpoint, f"/{keyspace}", "dropTable", {"name": TABLE}, "drop the table of a dry run", repeatable=True)
    return Verdict("unknown", "the service made a table without the column of its key")
