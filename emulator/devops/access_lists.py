"""Access lists: from which addresses a database's Data API may be asked. The store's side, and the operations.

That a list which is enabled keeps everybody else out is documented; that the Data API then answers 403 is unverified, and
so is what is said here of a database that never had a list.
"""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response

from emulator import settings
from emulator.devops.answers import find_database, json_body, json_response
from emulator.devops.bodies import time_text
from emulator.devops.errors import DevOpsError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from emulator.devops.answers import Handler
    from emulator.world import World

    Addresses = dict[str, dict[str, Any]]

ADDRESS = re.compile(r"([0-9]{1,3}\.){3}[0-9]{1,3}(/([0-9]|[1-2][0-9]|3[0-2]))?")
"""As documented: an IPv4 address, with or without the length of a network's prefix."""


def lets_in(connection: sqlite3.Connection, database_id: str, client: str | None) -> bool:
    """Whether the database may be asked from that address."""
    enabled, addresses = _read(connection, database_id)
    if not enabled:
        return True
    try:
        address = IPv4Address(client or "")
    except ValueError:
        return False
    return any(address in IPv4Network(one, strict=False) for one, entry in addresses.items() if entry["enabled"])


def _read(connection: sqlite3.Connection, database_id: str) -> tuple[bool, Addresses]:
    row = connection.execute("SELECT enabled, addresses FROM access_lists WHERE database = ?", (database_id,)).fetchone()
    return (False, {}) if row is None else (bool(row["enabled"]), json.loads(row["addresses"]))


def _write(connection: sqlite3.Connection, database_id: str, addresses: Addresses, *, enabled: bool) -> None:
    connection.execute("INSERT OR REPLACE INTO access_lists VALUES (?, ?, ?)", (database_id, int(enabled), json.dumps(addresses)))


def _body(connection: sqlite3.Connection, database_id: str) -> dict[str, Any]:
    enabled, addresses = _read(connection, database_id)
    return {
        "organizationId": settings.read(connection, "organization"),
        "databaseId": database_id,
        "addresses": [{"address": address, **entry} for address, entry in addresses.items()],
        "configurations": {"accessListEnabled": enabled},
    }


def _addresses(stated: object, now: float) -> Addresses:
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        raise DevOpsError("field_invalid", field="addresses", expected="an array of addresses")
    return dict(_address(one, now) for one in stated)


def _address(stated: Mapping[str, Any], now: float) -> tuple[str, dict[str, Any]]:
    for field, kind, expected in _ADDRESS_FIELDS:
        if field not in stated:
            raise DevOpsError("field_missing", field=field)
        if not isinstance(stated[field], kind):
            raise DevOpsError("field_invalid", field=field, expected=expected)
    try:
        right = ADDRESS.fullmatch(stated["address"]) and IPv4Network(stated["address"], strict=False)
    except ValueError:
        right = None
    if not right:
        raise DevOpsError("field_invalid", field="address", expected="an IPv4 address or network")
    entry = {"enabled": stated["enabled"], "description": stated["description"], "lastUpdateDateTime": time_text(now)}
    return stated["address"], entry


_ADDRESS_FIELDS: Final[tuple[tuple[str, type, str], ...]] = (
    ("address", str, "a text"),
    ("enabled", bool, "true or false"),
    ("description", str, "a text"),
)


def _request(body: object, now: float) -> tuple[Addresses, bool | None]:
    """The addresses, and whether the list is enabled, None where that is not said."""
    if not isinstance(body, dict):
        raise DevOpsError("not_json")
    configurations = body.get("configurations", {})
    if not isinstance(configurations, dict):
        raise DevOpsError("field_invalid", field="configurations", expected="an object")
    if "configurations" in body and "accessListEnabled" not in configurations:
        raise DevOpsError("field_missing", field="configurations.accessListEnabled")
    enabled = configurations.get("accessListEnabled")
    if "configurations" in body and not isinstance(enabled, bool):
        raise DevOpsError("field_invalid", field="configurations.accessListEnabled", expected="true or false")
    return _addresses(body.get("addresses", []), now), enabled


def list_access_lists(world: World, _: Request, __: Mapping[str, str]) -> Response:
    """The lists there are; a database without one has none here (unverified)."""
    with world.reading() as connection:
        rows = connection.execute("SELECT database FROM access_lists ORDER BY database").fetchall()
        return json_response([_body(connection, row["database"]) for row in rows])


def get_access_list(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """A database's list; an empty one that is not enabled where there is none (unverified)."""
    with world.reading() as connection:
        return json_response(_body(connection, find_database(connection, values["databaseID"]).id))


def replace_access_list(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """204; the list is what was sent. One that does not say so is not enabled (unverified)."""
    addresses, enabled = _request(json_body(request), world.now())
    with world.writing() as connection:
        _write(connection, find_database(connection, values["databaseID"]).id, addresses, enabled=bool(enabled))
    return Response(status=204)


def add_addresses(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """204; an address that is in the list already gets what was sent (unverified)."""
    added = _addresses(json_body(request), world.now())
    with world.writing() as connection:
        database = find_database(connection, values["databaseID"])
        enabled, addresses = _read(connection, database.id)
        _write(connection, database.id, addresses | added, enabled=enabled)
    return Response(status=204)


def update_access_list(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """204; addresses that are in the list get what was sent, others are not added (as documented: "if they exist")."""
    changed, now_enabled = _request(json_body(request), world.now())
    with world.writing() as connection:
        database = find_database(connection, values["databaseID"])
        enabled, addresses = _read(connection, database.id)
        kept = {address: changed.get(address, entry) for address, entry in addresses.items()}
        _write(connection, database.id, kept, enabled=enabled if now_enabled is None else now_enabled)
    return Response(status=204)


def delete_addresses(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """204; the addresses of the query, or the whole list where it names none."""
    named = [one for given in request.args.getlist("addresses") for one in given.split(",")]
    with world.writing() as connection:
        database = find_database(connection, values["databaseID"])
        enabled, addresses = _read(connection, database.id)
        if named:
            left = {address: entry for address, entry in addresses.items() if address not in named}
            _write(connection, database.id, left, enabled=enabled)
        else:
            connection.execute("DELETE FROM access_lists WHERE database = ?", (database.id,))
    return Response(status=204)


OPERATIONS: Final[dict[str, tuple[str, Handler]]] = {
    "GET /v2/access-lists": ("accesslist-read", list_access_lists),
    "GET /v2/databases/{databaseID}/access-list": ("accesslist-read", get_access_list),
    "PUT /v2/databases/{databaseID}/access-list": ("accesslist-write", replace_access_list),
    "POST /v2/databases/{databaseID}/access-list": ("accesslist-write", add_addresses),
    "PATCH /v2/databases/{databaseID}/access-list": ("accesslist-write", update_access_list),
    "DELETE /v2/databases/{databaseID}/access-list": ("accesslist-write", delete_addresses),
}
"""Operation: the scope it needs and what answers it."""
