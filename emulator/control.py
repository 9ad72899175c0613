"""What can be seen of a world and done to it on purpose. The commands and the HTTP endpoint both call these functions.

Names are accepted as a person states them; what is wrong is a `Refusal`, one sentence.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from emulator import faults, pasted_keys, settings, stored_faults, tokens
from emulator.data_api import catalogue
from emulator.data_api import credentials as stored
from emulator.devops import models
from emulator.refusal import Refusal
from emulator.sayings import unknown
from emulator.world import MODEL_STATUSES, SELF_HOSTED, furnish

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from emulator.world import World

STATUSES: Final = (
    *("ACTIVE", "ASSOCIATING", "DECOMMISSIONING", "DEGRADED", "ERROR", "HIBERNATED", "HIBERNATING", "INITIALIZING"),
    *("MAINTENANCE", "PARKED", "PARKING", "PENDING", "PLACING", "PREPARED", "PREPARING", "RESIZING", "RESUMING"),
    *("SUSPENDED", "SYNCHRONIZING", "TERMINATED", "TERMINATING", "UNKNOWN", "UNPARKING"),
)
"""A database's statuses: those of the published document, and those that the official clients know besides."""


CREDENTIAL_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,48}[A-Za-z0-9])?")
"""The names that the Portal takes for a credential (documented)."""


def status(world: World) -> dict[str, Any]:
    """All there is to see: store, databases, credentials, tokens, faults, and what was changed. Holds no secret."""
    with world.reading() as connection:
        return {
            "store": str(world.path),
            "databases": _databases(world, connection),
            "selfHosted": _contents(connection, SELF_HOSTED, models.keyspaces(connection, SELF_HOSTED, world.now())),
            "credentials": _credentials(connection),
            "tokens": connection.execute("SELECT count(*) FROM tokens").fetchone()[0],
            "faults": _faults(connection),
            "settings": settings.changed(connection),
            "models": [dict(row) for row in connection.execute(_MODELS)],
            "providers": [
                {"database": row["database"], "provider": row["provider"], "removed": json.loads(row["entry"]) is None}
                for row in connection.execute("SELECT * FROM providers ORDER BY database, provider")
            ],
        }


_MODELS = "SELECT database, provider, model, status FROM models ORDER BY database, provider, model"


def _databases(world: World, connection: sqlite3.Connection) -> list[dict[str, Any]]:
    now = world.now()
    return [
        {
            "id": database.id,
            "name": database.name,
            "status": database.status(now),
            "cloudProvider": database.cloud_provider,
            "region": database.region,
            **_contents(connection, database.id, models.keyspaces(connection, database.id, now)),
        }
        for database in models.every(connection)
    ]


def _contents(connection: sqlite3.Connection, database_id: str, keyspaces: list[str]) -> dict[str, Any]:
    counted = connection.execute(_CONTENTS, {"database": database_id, "keyspaces": json.dumps(keyspaces)}).fetchone()
    return {"keyspaces": keyspaces, **dict(counted)}


_CONTENTS = """
    WITH listed AS (SELECT value FROM json_each(:keyspaces)),
         held AS (SELECT kind FROM collections WHERE database = :database AND keyspace IN listed)
    SELECT (SELECT count(*) FROM held WHERE kind = 'collection') AS collections,
           (SELECT count(*) FROM held WHERE kind = 'table') AS tables,
           (SELECT count(*) FROM documents WHERE database = :database AND keyspace IN listed) AS documents
"""


def databases(world: World) -> list[dict[str, Any]]:
    """Every database, terminated ones too, in order of creation, and how much is in it."""
    with world.reading() as connection:
        return _databases(world, connection)


def set_database_status(world: World, database: str, status: str) -> dict[str, Any]:
    """Put a database into a status, until something else is done to it."""
    wanted = status.upper()
    if wanted not in STATUSES:
        raise unknown(f"A database has no status {status}", status, STATUSES)
    database_id = find_database(world, database, terminated=True)
    world.set_status(database_id, wanted)
    return next(one for one in databases(world) if one["id"] == database_id)


def find_database(world: World, stated: str, *, terminated: bool = False) -> str:
    """The id of the database of that name or id."""
    pasted_keys.refuse("a database", stated)
    standing = [one for one in world.databases() if terminated or one["status"] != "TERMINATED"]
    found = [one["id"] for one in standing if stated in (one["id"], one["name"])]
    if len(found) == 1:
        return str(found[0])
    names = ", ".join(f"{one['name']} ({one['id']})" for one in standing) or "none"
    many = f"{len(found)} databases have the name {stated}: give the id" if found else f"There is no database {stated}"
    raise Refusal(f"{many}. Databases: {names}.")


def _place(world: World, database: str | None) -> str:
    """The id of the database that is stated; "", which stands for all of them, where none is."""
    return find_database(world, database) if database else ""


def credentials(world: World) -> list[dict[str, Any]]:
    """Every stored credential: provider, name, and the ids of the databases it is scoped to, null for all."""
    with world.reading() as connection:
        return _credentials(connection)


def _credentials(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    return [{"provider": provider, "name": name, "databases": scope} for provider, name, scope in stored.every(connection)]


def add_credential(world: World, provider: str, name: str, databases: list[str] | None = None) -> dict[str, Any]:
    """Store a credential by its name, scoped to these databases (names or ids; null: to all). Once more changes its scope."""
    for place, stated in (("provider", provider), ("name", name), *(("databases", one) for one in databases or ())):
        pasted_keys.refuse(place, stated)
    with world.reading() as connection:
        offered = catalogue.providers(connection, "").items()
    known = [one for one, entry in offered if entry["supportedAuthentication"].get("SHARED_SECRET", {}).get("enabled")]
    if provider not in known:
        raise Refusal(f"{provider} is no embedding provider with stored credentials; these are: {', '.join(known)}.")
    if not CREDENTIAL_NAME.fullmatch(name):
        raise Refusal(
            "The name of a credential has at most 50 characters, which are letters, digits, _ and -; it begins and ends with a"
            " letter or a digit."
        )
    scope = None if databases is None else [find_database(world, stated) for stated in databases]
    world.add_credential(provider, name, scope)
    return {"provider": provider, "name": name, "databases": scope}


def remove_credential(world: World, provider: str, name: str) -> None:
    """Forget a credential; collections that name it stay, and can no longer embed."""
    pasted_keys.refuse("provider", provider)
    pasted_keys.refuse("name", name)
    if not world.has_credential(provider, name):
        raise Refusal(f"There is no credential {name} of {provider} in {world.path}; list shows all.")
    world.remove_credential(provider, name)


def list_faults(world: World) -> list[dict[str, Any]]:
    """Every fault that can still happen, in order."""
    with world.reading() as connection:
        return _faults(connection)


def _faults(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    return [
        {"number": entry.number, **entry.fault.stated(), "remaining": entry.remaining, "happened": entry.happened}
        for entry in stored_faults.every(connection)
    ]


def add_fault(world: World, /, **fault: Any) -> dict[str, Any]:
    """Add a fault, stated by its fields."""
    parsed = faults.parse(fault)
    with world.writing() as connection:
        number = stored_faults.add(connection, parsed)
    return {"number": number, **parsed.stated()}


def remove_fault(world: World, number: int) -> None:
    """Remove a fault by its number."""
    remove_faults(world, [number])


def remove_faults(world: World, numbers: Iterable[int]) -> int:
    """Remove the faults of these numbers, or none where one of them is not there. Returns how many there were."""
    wanted = set(numbers)
    with world.writing() as connection:
        left = [entry.number for entry in stored_faults.every(connection)]
        for number in sorted(wanted.difference(left)):
            raise unknown(f"There is no fault {number}", str(number), map(str, left))
        for number in wanted:
            stored_faults.remove(connection, number)
    return len(wanted)


def clear_faults(world: World) -> int:
    """Remove all faults. Returns how many there were."""
    with world.writing() as connection:
        return stored_faults.clear(connection)


def list_settings(world: World) -> dict[str, dict[str, Any]]:
    """Every setting with its value, its default, the values it may have, and its meaning."""
    with world.reading() as connection:
        return {name: _setting(connection, name) for name in settings.SETTINGS}


def _setting(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    setting = settings.SETTINGS[name]
    return {
        "value": settings.read(connection, name),
        "default": setting.default,
        "values": setting.form.words,
        "meaning": setting.meaning,
    }


def set_setting(world: World, name: str, value: Any) -> dict[str, Any]:
    """Change a setting, for every process that uses the store."""
    _known_setting(name)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            pasted_keys.refuse("the value", one)
    try:
        world.set(name, value)
    except ValueError as error:
        raise Refusal(str(error)) from None
    return list_settings(world)[name]


def restore_setting(world: World, name: str) -> dict[str, Any]:
    """Give a setting its default again."""
    _known_setting(name)
    with world.writing() as connection:
        settings.restore(connection, name)
        return _setting(connection, name)


def _known_setting(name: str) -> None:
    if name not in settings.SETTINGS:
        raise unknown(f"There is no setting {name}", name, settings.SETTINGS)


def list_models(world: World, provider: str | None = None, database: str | None = None) -> list[dict[str, str]]:
    """Every model that a database offers, or every database, with its provider and status."""
    place = _place(world, database)
    with world.reading() as connection:
        offered = catalogue.providers(connection, place)
    if provider is not None:
        _known_provider(provider, offered)
    return [
        {"provider": name, "model": model["name"], "status": model["apiModelSupport"]["status"]}
        for name, entry in offered.items()
        if provider in (None, name)
        for model in entry["models"]
    ]


def set_model_status(world: World, provider: str, model: str, status: str, database: str | None = None) -> dict[str, Any]:
    """Age a model, for one database or for all; REMOVED takes it off the list."""
    wanted = status.upper()
    if wanted not in MODEL_STATUSES:
        raise unknown(f"A model has no status {status}", status, MODEL_STATUSES)
    place = _place(world, database)
    with world.reading() as connection:
        entries = catalogue.entries(connection, place)
    _known_provider(provider, entries)
    models = [one["name"] for one in entries[provider]["models"]]
    if model not in models:
        raise unknown(f"{provider} has no model {model}", model, models)
    world.set_model_status(provider, model, wanted, place or None)
    return {"provider": provider, "model": model, "status": wanted, "database": place or None}


def _known_provider(provider: str, offered: Mapping[str, object]) -> None:
    if provider not in offered:
        raise unknown(f"There is no embedding provider {provider}", provider, offered)


def remove_provider(world: World, provider: str, database: str | None = None) -> dict[str, Any]:
    """Let a provider vanish, for one database or for all; what uses it stays, and can no longer embed."""
    place = _place(world, database)
    with world.reading() as connection:
        _known_provider(provider, catalogue.entries(connection, place))
    world.set_provider(provider, None, place or None)
    return {"provider": provider, "removed": True, "database": place or None}


def restore_provider(world: World, provider: str, database: str | None = None) -> dict[str, Any]:
    """Let a provider be as the catalogue has it again, with all its models, for one database or for all."""
    place = _place(world, database)
    with world.writing() as connection:
        removed = connection.execute("DELETE FROM providers WHERE database = ? AND provider = ?", (place, provider)).rowcount
        aged = connection.execute("DELETE FROM models WHERE database = ? AND provider = ?", (place, provider)).rowcount
        offered = catalogue.entries(connection, place)
    if not removed and not aged:
        _known_provider(provider, offered)
    return {"provider": provider, "removed": False, "database": place or None}


def add_token(world: World, permissions: Iterable[str] | None = None) -> dict[str, Any]:
    """Make a new token that may do only this at the DevOps API, null for everything. It is shown here and never again."""
    wanted = list(tokens.PERMISSIONS if permissions is None else permissions)
    for one in wanted:
        if one not in tokens.PERMISSIONS:
            raise unknown(f"There is no permission {one}", one, tokens.PERMISSIONS)
    token = f"AstraCS:{secrets.token_hex(12)}:{secrets.token_hex(32)}"
    world.add_token(token, wanted)
    return {"token": token, "permissions": sorted(wanted)}


def reset(world: World) -> None:
    """Make the world as it was when it was new: everything in it is gone, settings, tokens and faults too."""
    with world.writing() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 -- a name of our own layout
        furnish(connection)
