"""`emulator database`: look at the databases, and put them into a status."""

from __future__ import annotations

from typing import Any

import click

from emulator import control
from emulator.examples import examples
from emulator.store_option import STORE, opened


@click.group()
def database() -> None:
    """Look at the databases, and put them into a status: HIBERNATED, MAINTENANCE, ERROR, ..."""


@database.command(name="list", epilog=examples("database list"))
@STORE
def list_all(store: str) -> None:
    """List every database, terminated ones too, with what is in it."""
    with opened(store) as world:
        found = control.databases(world)
    for one in found:
        click.echo(said(one))
    if not found:
        click.echo("There is no database.")


@database.command(epilog=examples("database set-status knowledge-dev HIBERNATED", "database set-status knowledge-dev ACTIVE"))
@click.argument("name")
@click.argument("status")
@STORE
def set_status(name: str, status: str, store: str) -> None:
    """Put the database NAME (or id) into STATUS, until something else is done to it.

    A request to a HIBERNATED one wakes it, as at the service; ACTIVE ends the rest.
    """
    with opened(store) as world:
        changed = control.set_database_status(world, name, status)
    click.echo(f"The database {changed['name']} is {changed['status']}.")


def said(one: dict[str, Any]) -> str:
    """One database in words, in two lines."""
    return f"{one['name']}: {one['status']}, {one['cloudProvider']} {one['region']}, {one['id']}\n  {contents(one)}"


def contents(one: dict[str, Any]) -> str:
    """How much is in a database."""
    counts = [f"{one[kind]} {kind[:-1] if one[kind] == 1 else kind}" for kind in ("collections", "tables", "documents")]
    return f"keyspaces: {', '.join(one['keyspaces']) or 'none'}; {', '.join(counts)}"
