"""Roles, and the tokens that are made of them.

The published document names no scope for any of these; the actions that are asked for here are those whose names fit
(unverified).
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from werkzeug.wrappers import Request, Response

from emulator import settings, tokens
from emulator.devops.answers import json_body, json_response
from emulator.devops.bodies import time_text
from emulator.devops.errors import DevOpsError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from emulator.devops.answers import Handler
    from emulator.world import World

ACTION = re.compile(r"[a-z]+(-[a-z]+)+")
"""The published list of actions lacks some that the service has, so any word of that form may be one."""


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""JSON can spell it, but no file can hold it."""

_POLICY: Final[dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "description": ("a text", lambda value: isinstance(value, str)),
    "resources": ("an array of resources", _are_texts),
    "actions": ("an array of actions", lambda value: _are_texts(value) and all(ACTION.fullmatch(one) for one in value)),
    "effect": ("allow", lambda value: value == "allow"),
}
"""The fields of a policy: what each must be, in words and as a check."""


def _role(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "policy": json.loads(row["policy"]),
        "last_update_datetime": time_text(row["updated"]),
    }


def _find(connection: sqlite3.Connection, role_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM roles WHERE id = ?", (role_id,)).fetchone()
    if row is None:
        raise DevOpsError("role_unknown", role=role_id)
    return row


def _definition(body: object, organization: str) -> tuple[str, str]:
    """Name and policy (as JSON) of a role, when they are acceptable."""
    if not isinstance(body, dict):
        raise DevOpsError("not_json")
    name, policy = _text(body, "name"), body.get("policy")
    if not isinstance(policy, dict):
        raise DevOpsError("field_missing" if policy is None else "field_invalid", field="policy", expected="an object")
    for field, (expected, holds) in _POLICY.items():
        if field not in policy:
            raise DevOpsError("field_missing", field=f"policy.{field}")
        if not holds(policy[field]):
            raise DevOpsError("field_invalid", field=f"policy.{field}", expected=expected)
    whole = re.compile(rf"drn:astra:org:{re.escape(organization)}(:(db|keyspace|table):\*)*")
    for resource in policy["resources"]:
        if not whole.fullmatch(resource):
            raise DevOpsError("part_of_organization", resource=resource)
    return name, json.dumps({field: policy[field] for field in _POLICY})


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if value in (None, ""):
        raise DevOpsError("field_missing", field=field)
    if not isinstance(value, str) or HALF_A_CHARACTER.search(value):
        raise DevOpsError("field_invalid", field=field, expected="a text")
    return value


def list_roles(world: World, _: Request, __: Mapping[str, str]) -> Response:
    """All roles in order of creation."""
    with world.reading() as connection:
        return json_response([_role(row) for row in connection.execute("SELECT * FROM roles ORDER BY sequence")])


def create_role(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """201 with the role; 409 where one has that name."""
    with world.writing() as connection:
        name, policy = _definition(json_body(request), settings.read(connection, "organization"))
        _refuse_taken(connection, name, "")
        role_id = str(uuid4())
        connection.execute(
            "INSERT INTO roles (id, name, policy, updated) VALUES (?, ?, ?, ?)", (role_id, name, policy, world.now())
        )
        return json_response(_role(_find(connection, role_id)), 201)


def _refuse_taken(connection: sqlite3.Connection, name: str, role_id: str) -> None:
    if connection.execute("SELECT 1 FROM roles WHERE name = ? AND id <> ?", (name, role_id)).fetchone():
        raise DevOpsError("role_exists", role=name)


def get_role(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """One role."""
    with world.reading() as connection:
        return json_response(_role(_find(connection, values["roleID"])))


def update_role(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """200 without a body. Tokens of the role get its new actions at once (unverified)."""
    with world.writing() as connection:
        role = _find(connection, values["roleID"])
        name, policy = _definition(json_body(request), settings.read(connection, "organization"))
        _refuse_taken(connection, name, role["id"])
        connection.execute(
            "UPDATE roles SET name = ?, policy = ?, updated = ? WHERE id = ?", (name, policy, world.now(), role["id"])
        )
    return Response(status=200)


def delete_role(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """204; tokens of the role stay, and lose its actions (unverified)."""
    with world.writing() as connection:
        connection.execute("DELETE FROM roles WHERE id = ?", (_find(connection, values["roleID"])["id"],))
    return Response(status=204)


def list_tokens(world: World, _: Request, __: Mapping[str, str]) -> Response:
    """The tokens that this API handed out, by their public part."""
    with world.reading() as connection:
        rows = connection.execute("SELECT client, roles FROM tokens WHERE client IS NOT NULL ORDER BY client")
        return json_response({"clients": [{"clientId": row["client"], "roles": json.loads(row["roles"])} for row in rows]})


def create_token(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """200 with the token, which is shown here and never again."""
    body = json_body(request)
    if not isinstance(body, dict):
        raise DevOpsError("not_json")
    roles, description = body.get("roles"), body.get("description", "")
    if roles is None:
        raise DevOpsError("field_missing", field="roles")
    if not _are_texts(roles):
        raise DevOpsError("field_invalid", field="roles", expected="an array of roles' ids")
    if not isinstance(description, str):
        raise DevOpsError("field_invalid", field="description", expected="a text")
    if "tokenExpiry" in body:
        raise DevOpsError("not_implemented_field", field="tokenExpiry")
    client, secret = secrets.token_hex(12), secrets.token_hex(16)
    token = f"AstraCS:{client}:{tokens.digest(secret)}"
    with world.writing() as connection:
        organization = settings.read(connection, "organization")
        if body.get("orgId", organization) != organization:
            raise DevOpsError("field_invalid", field="orgId", expected="the organisation of the token that asks")
        for role in roles:
            if not connection.execute("SELECT 1 FROM roles WHERE id = ?", (role,)).fetchone():
                raise DevOpsError("field_invalid", field="roles", expected=f"an array of roles' ids; {role} is none")
        tokens.remember_client(connection, token, client, roles)
    made = {"clientId": client, "secret": secret, "orgId": organization, "roles": roles, "token": token}
    return json_response(made | {"description": description})


def delete_token(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """200 without a body; one that is unknown is fine, as no other answer of the document fits (unverified)."""
    with world.writing() as connection:
        connection.execute("DELETE FROM tokens WHERE client = ?", (values["clientId"],))
    return Response(status=200)


OPERATIONS: Final[dict[str, tuple[str, Handler]]] = {
    "GET /v2/organizations/roles": ("org-role-read", list_roles),
    "POST /v2/organizations/roles": ("org-role-write", create_role),
    "GET /v2/organizations/roles/{roleID}": ("org-role-read", get_role),
    "PUT /v2/organizations/roles/{roleID}": ("org-role-write", update_role),
    "DELETE /v2/organizations/roles/{roleID}": ("org-role-delete", delete_role),
    "GET /v2/tokens": ("org-token-read", list_tokens),
    "POST /v2/tokens": ("org-token-write", create_token),
    "GET /v2/clientIdSecrets": ("org-token-read", list_tokens),
    "POST /v2/clientIdSecrets": ("org-token-write", create_token),
    "DELETE /v2/clientIdSecrets/{clientId}": ("org-token-write", delete_token),
}
"""Operation: the scope it needs and what answers it."""
