"""Tokens: which are known, and what they may do. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

DEFAULT_TOKEN: Final = "AstraCS:emulator:00000000000000000000000000000000"  # noqa: S105 -- public by intention
"""The application token every new world knows, with all permissions."""

SELF_HOSTED_TOKEN: Final = "Cassandra:Y2Fzc2FuZHJh:Y2Fzc2FuZHJh"  # noqa: S105 -- public by intention
"""User and password `cassandra`, as a self-hosted Data API takes them; every new world knows it, without DevOps permissions."""

PERMISSIONS: Final = (
    *("org-db-create", "org-db-view", "org-db-terminate", "org-db-expand"),
    *("db-keyspace-create", "db-keyspace-drop"),
    *("accesslist-read", "accesslist-write"),
    *("org-role-read", "org-role-write", "org-role-delete", "org-token-read", "org-token-write"),
)
"""The scopes the implemented DevOps operations ask for (`db-keyspace-drop`, `org-db-expand` for datacenters, and those of
roles and tokens are unverified: the published document names none for these operations)."""

ADMINISTRATOR: Final = "00000000-0000-4000-8000-00000000ad01"
"""The id of the role Organization Administrator, which every new world has, with all permissions."""

APPLICATION_TOKEN = re.compile(r"AstraCS:[^:\s]+:[^:\s]+")
CASSANDRA_TOKEN = re.compile(r"Cassandra:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+")


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def remember(connection: sqlite3.Connection, token: str, permissions: Iterable[str]) -> None:
    """Make a token known."""
    connection.execute(
        "INSERT OR REPLACE INTO tokens (digest, permissions) VALUES (?, ?)", (digest(token), json.dumps(sorted(permissions)))
    )


def remember_client(connection: sqlite3.Connection, token: str, client: str, roles: Iterable[str]) -> None:
    """Make a token known that may do what its roles (their ids) say; `client` is its public part."""
    connection.execute(
        "INSERT INTO tokens (digest, client, roles) VALUES (?, ?, ?)", (digest(token), client, json.dumps(list(roles)))
    )


def permissions(connection: sqlite3.Connection, token: str) -> frozenset[str] | None:
    """What a token may do at the DevOps API; None when it is not known."""
    row = connection.execute("SELECT permissions, roles FROM tokens WHERE digest = ?", (digest(token),)).fetchone()
    if row is None:
        return None
    if row["permissions"] is not None:
        return frozenset(json.loads(row["permissions"]))
    policies = connection.execute(
        "SELECT policy FROM roles WHERE id IN (SELECT value FROM json_each(?))", (row["roles"],)
    ).fetchall()
    return frozenset(action for policy in policies for action in json.loads(policy["policy"])["actions"])
