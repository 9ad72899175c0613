"""What can be set in a world, what each setting means, and its default. Values are JSON and live in the store."""

from __future__ import annotations

import json
import sys
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.texts import is_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


class Form(NamedTuple):
    """What values a setting may have: in words, and as a check."""

    words: str
    holds: Callable[[Any], bool]


def _is_number(value: Any, kinds: type | UnionType) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(is_text(one) for one in value)


ANY: Final = Form("anything", lambda _: True)
TEXT: Final = Form("a text", lambda value: is_text(value) and bool(value))
SECONDS: Final = Form(
    "a number of seconds, 0 or more", lambda value: _is_number(value, int | float) and 0 <= value <= sys.float_info.max
)
COUNT: Final = Form("a whole number, 0 or more", lambda value: _is_number(value, int) and value >= 0)
FLAG: Final = Form("true or false", lambda value: isinstance(value, bool))
FLAG_OR_NULL: Final = Form("true, false or null", lambda value: value is None or isinstance(value, bool))
TEXTS_OR_NULL: Final = Form("an array of texts, or null", lambda value: value is None or _are_texts(value))
KEYS_OR_NULL: Final = Form(
    "an object with an array of texts for each provider, or null",
    lambda value: value is None or (isinstance(value, dict) and _are_texts([*value]) and all(map(_are_texts, value.values()))),
)


def _one_of(*choices: str) -> Form:
    return Form(" or ".join(json.dumps(choice) for choice in choices), lambda value: value in choices)


class Setting(NamedTuple):
    """A setting's default, its meaning, and what values it may have."""

    default: Any
    meaning: str
    form: Form = ANY


SETTINGS: Final[dict[str, Setting]] = {
    "organization": Setting("2b8c5c6e-0000-4000-8000-000000000001", "id of the one organisation", TEXT),
    "provisioning_seconds": Setting(
        0.4, "from POST to ACTIVE, half of it PENDING and half INITIALIZING; minutes at the service", SECONDS
    ),
    "maintenance_seconds": Setting(0.1, "MAINTENANCE after a keyspace was added or dropped; seconds at the service", SECONDS),
    "datacenter_seconds": Setting(
        0.1, "MAINTENANCE while datacenters are added or one is terminated; tens of minutes at the service", SECONDS
    ),
    "termination_seconds": Setting(0.1, "TERMINATING before TERMINATED; minutes at the service", SECONDS),
    "max_collections": Setting(10, "collections per database, over all its keyspaces", COUNT),
    "max_indexes": Setting(100, "indexes per database, those of tables included", COUNT),
    "lexical": Setting(True, "whether the region offers lexical search", FLAG),  # noqa: FBT003 -- a value, not a flag argument
    "rerank": Setting(True, "whether the region offers reranking", FLAG),  # noqa: FBT003
    "shared_secret": Setting(
        None,
        "whether every provider that knows stored credentials takes them, null to follow the catalogue",
        FLAG_OR_NULL,
    ),
    "embeddings": Setting(
        "deterministic",
        "what texts become: deterministic vectors, near where they share words, or those of a real model, which needs the"
        " extra embeddings",
        _one_of("deterministic", "model"),
    ),
    "embedding_providers": Setting("up", "whether the embedding providers can be reached", _one_of("up", "unreachable")),
    "header_keys": Setting(
        None,
        "which keys the providers accept in a request's headers, as {provider: [key]}, null for any; kept as they are, so"
        " never put a real one here",
        KEYS_OR_NULL,
    ),
    "organization_regions": Setting(
        None, 'the regions the organisation may use, as ["AWS/us-east-2"], null for all of them', TEXTS_OR_NULL
    ),
    "credential_service": Setting(
        "up",
        "the service that validates credentials: failing answers with errors, down does not listen",
        _one_of("up", "failing", "down"),
    ),
}


def read(connection: sqlite3.Connection, key: str) -> Any:
    """The value of a setting, or its default.

    Raises:
        KeyError: there is no such setting.

    """
    setting = SETTINGS[key]
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return setting.default if row is None else json.loads(row["value"])


def write(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Store a setting.

    Raises:
        KeyError: there is no such setting.
        ValueError: it cannot have this value.

    """
    form = SETTINGS[key].form
    if not form.holds(value):
        raise ValueError(f"The setting {key} must be {form.words}.")
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))


def restore(connection: sqlite3.Connection, key: str) -> None:
    """Give a setting its default again.

    Raises:
        KeyError: there is no such setting.

    """
    if key not in SETTINGS:
        raise KeyError(key)
    connection.execute("DELETE FROM settings WHERE key = ?", (key,))


def changed(connection: sqlite3.Connection) -> dict[str, Any]:
    """The settings that were changed, and their values."""
    rows = connection.execute("SELECT key, value FROM settings ORDER BY key")
    return {row["key"]: json.loads(row["value"]) for row in rows}
