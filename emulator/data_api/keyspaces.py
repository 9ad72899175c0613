"""createKeyspace, dropKeyspace, findKeyspaces: the self-hosted Data API's own; at Astra the DevOps API has their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.data_api import fields
from emulator.data_api.collections import NAME
from emulator.data_api.errors import DataApiError
from emulator.devops import models

if TYPE_CHECKING:
    from emulator.data_api.call import Call


def parse_create_keyspace(body: object) -> str:
    """The name; replication options are read and change nothing."""
    command = fields.structure(body, "createKeyspace", ("name", "options")) or {}
    fields.structure(command.get("options"), "options", ("replication",))
    return fields.text(command.get("name", ""), "name")


def create_keyspace(call: Call, name: str) -> dict[str, Any]:
    """Ok when it exists already.

    Raises:
        DataApiError: UNSUPPORTED_SCHEMA_NAME.

    """
    if not NAME.fullmatch(name):
        raise DataApiError("UNSUPPORTED_SCHEMA_NAME", f"A keyspace cannot have the name {name!r}.")
    models.add_keyspace(call.connection, call.database, name, listed=call.now)
    return {"status": {"ok": 1}}


def parse_drop_keyspace(body: object) -> str:
    """The name."""
    command = fields.structure(body, "dropKeyspace", ("name",)) or {}
    name = fields.text(command.get("name", ""), "name")
    if not name:
        fields.invalid("name", command.get("name"), "not empty")
    return name


def drop_keyspace(call: Call, name: str) -> dict[str, Any]:
    """With all it holds; ok when there is none."""
    models.drop_keyspace(call.connection, call.database, name, dropped=call.now)
    return {"status": {"ok": 1}}


def parse_find_keyspaces(body: object) -> None:
    """The command has no options."""
    fields.structure(body, "findKeyspaces", ())


def find_keyspaces(call: Call, _: None) -> dict[str, Any]:
    """The names, in alphabetical order."""
    return {"status": {"keyspaces": models.keyspaces(call.connection, call.database, call.now)}}
