"""`emulator credentials`: what a person does in the Astra Portal, where the providers' keys are stored under names.

A world holds the names alone; there is no key to give.
"""

from __future__ import annotations

from typing import Any

import click

from emulator import control, pasted_keys
from emulator.examples import examples
from emulator.refusal import Refusal
from emulator.store_option import STORE, opened


def _no_key(context: click.Context, argument: click.Parameter, stated: str | tuple[str, ...]) -> str | tuple[str, ...]:
    for one in (stated,) if isinstance(stated, str) else stated:
        try:
            pasted_keys.refuse(argument.get_error_hint(context), one)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from None
    return stated


PROVIDER, NAME = (click.argument(name, callback=_no_key) for name in ("provider", "name"))


@click.group()
def credentials() -> None:
    """Play the Astra Portal: the stored credentials of embedding providers, by name."""


@credentials.command(
    epilog=examples("credentials add openai knowledge-dev-openai", "credentials add openai other --database knowledge-dev")
)
@PROVIDER
@NAME
@click.option(
    "--database", "databases", multiple=True, callback=_no_key, help="Scope it to this database, by name or id. Left out: to all."
)
@click.option("--no-database", is_flag=True, help="Scope it to no database at all.")
@STORE
def add(provider: str, name: str, databases: tuple[str, ...], store: str, *, no_database: bool) -> None:
    """Store the credential NAME of PROVIDER, such as: openai knowledge-dev-openai. Once more changes its scope."""
    if no_database and databases:
        raise click.UsageError("Give either --database or --no-database.")
    with opened(store) as world:
        control.add_credential(world, provider, name, list(databases) if databases or no_database else None)
    scope = "no database" if no_database else ", ".join(databases) or "every database"
    click.echo(f"Stored the credential {name} of {provider}, scoped to {scope}.")


@credentials.command(epilog=examples("credentials remove openai knowledge-dev-openai"))
@PROVIDER
@NAME
@STORE
def remove(provider: str, name: str, store: str) -> None:
    """Remove the credential NAME of PROVIDER; collections that name it stay, and can no longer embed."""
    with opened(store) as world:
        control.remove_credential(world, provider, name)
    click.echo(f"Removed the credential {name} of {provider}.")


@credentials.command(name="list", epilog=examples("credentials list"))
@STORE
def list_all(store: str) -> None:
    """List every credential with its provider and its databases."""
    with opened(store) as world:
        names = {one["id"]: one["name"] for one in control.databases(world)}
        found = control.credentials(world)
    for one in found:
        click.echo(said(one, names))
    if not found:
        click.echo("No credential is stored.")


def said(credential: dict[str, Any], names: dict[str, str]) -> str:
    """One credential in words; `names` are the databases' by their ids."""
    scope = credential["databases"]
    where = "every database" if scope is None else ", ".join(names.get(one, one) for one in scope) or "no database"
    return f"{credential['provider']} {credential['name']}: {where}"
