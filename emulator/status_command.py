"""`emulator status` and `emulator reset`: look at a world, and begin anew."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from emulator import control, credentials_command, database_command, fault_command
from emulator.examples import examples
from emulator.store_option import STORE, opened
from emulator.tokens import DEFAULT_TOKEN


@click.command(epilog=examples("status", "status --format json --store other.sqlite"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What is printed.")
@STORE
def status(form: str, store: str) -> None:
    """Show what is in a world: databases, credentials, faults, and what was changed."""
    with opened(store, create=False) as world:
        found = control.status(world)
    click.echo(json.dumps(found, indent=2) if form == "json" else "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    names = {one["id"]: one["name"] for one in found["databases"]}
    self_hosted = found["selfHosted"]
    parts = {
        "Databases": [line for one in found["databases"] for line in database_command.said(one).split("\n")],
        "Self-hosted Data API": [database_command.contents(self_hosted)] if self_hosted["keyspaces"] else [],
        "Credentials": [credentials_command.said(one, names) for one in found["credentials"]],
        "Faults": [fault_command.said(one) for one in found["faults"]],
        "Changed settings": [f"{name}: {json.dumps(value)}" for name, value in found["settings"].items()],
        "Changed models": [
            f"{one['provider']} {one['model']}: {one['status']} for {_where(one, names)}" for one in found["models"]
        ],
        "Changed providers": [
            f"{one['provider']}: {'removed' if one['removed'] else 'changed'} for {_where(one, names)}"
            for one in found["providers"]
        ],
    }
    lines = [f"Store: {found['store']}", f"Tokens: {found['tokens']}; the public one is {DEFAULT_TOKEN}"]
    for title, content in parts.items():
        lines += [f"{title}:", *(f"  {line}" for line in content)] if content else [f"{title}: none"]
    return lines


def _where(one: dict[str, str], names: dict[str, str]) -> str:
    return names.get(one["database"], one["database"]) or "every database"


@click.command(epilog=examples("reset", "reset --yes"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@STORE
def reset(store: str, *, yes: bool) -> None:
    """Make a world as it was when it was new: databases, documents, credentials, tokens, faults and settings go.

    What else knows of them, such as the state of a stack, does not notice: pulumi refresh tells it.
    """
    with opened(store, create=False) as world:
        if not yes:
            if not somebody_can_be_asked():
                raise click.ClickException("This deletes everything in the world, and nobody can be asked: say --yes.")
            count = len(control.databases(world))
            click.confirm(f"Delete everything in {store}, {count} {'database' if count == 1 else 'databases'}?", abort=True)
        control.reset(world)
    click.echo(f"{store} is as new.")


def somebody_can_be_asked() -> bool:
    """Whether a person sits at the other end."""
    return sys.stdin.isatty()
