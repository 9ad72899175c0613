"""`emulator credentials`: what a person does in the Astra Portal, where the providers' keys are stored under names.

A world holds the names alone; there is no key to give.
"""

from __future__ import annotations

import re
from typing import Final

import click

from emulator.data_api import catalogue
from emulator.storage import StoreError
from emulator.world import World

DEFAULT_STORE: Final = ".vectorize/emulator.sqlite"
"""Where the project's local stack keeps its world, so that all see the same one."""

# How tokens, addresses and the keys of the providers begin; and letters and digits in a row, as the other keys are.
_LIKE_A_KEY = re.compile(
    r"(?:AstraCS|Cassandra|https?):.*|(?=.*[0-9])(?:(?:sk-|hf_|jina_|nvapi-|pa-|up_|AKIA).{12,}|[A-Za-z0-9]{32,})", re.DOTALL
)


def _no_key(context: click.Context, argument: click.Parameter, stated: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Refuses a key that was pasted where a name belongs, before anything repeats or stores it."""
    for one in (stated,) if isinstance(stated, str) else stated:
        if _LIKE_A_KEY.fullmatch(one):
            raise click.ClickException(
                f"What stands for {argument.get_error_hint(context)} looks like a key or a token, and is stored nowhere. "
                "Give a name of your own instead: the emulator needs no key."
            )
    return stated


PROVIDER, NAME = (click.argument(name, callback=_no_key) for name in ("provider", "name"))
STORE = click.option(
    "--store", type=click.Path(dir_okay=False), default=DEFAULT_STORE, show_default=True, help="File of the world."
)


@click.group()
def credentials() -> None:
    """Play the Astra Portal: the stored credentials of embedding providers, by name."""


@credentials.command()
@PROVIDER
@NAME
@click.option(
    "--database", "databases", multiple=True, callback=_no_key, help="Scope it to this database, by name or id. Left out: to all."
)
@STORE
def add(provider: str, name: str, databases: tuple[str, ...], store: str) -> None:
    """Store the credential NAME of PROVIDER, such as: openai knowledge-dev-openai. Once more changes its scope."""
    world = _world(store)
    _known_provider(world, provider)
    ids = [_database_id(world, stated) for stated in databases]
    world.add_credential(provider, name, ids or None)
    click.echo(f"Stored the credential {name} of {provider}, scoped to {', '.join(databases) or 'every database'}.")


@credentials.command()
@PROVIDER
@NAME
@STORE
def remove(provider: str, name: str, store: str) -> None:
    """Remove the credential NAME of PROVIDER; collections that name it stay, and can no longer embed."""
    world = _world(store)
    if not world.has_credential(provider, name):
        raise click.ClickException(f"There is no credential {name} of {provider} in {store}; list shows all.")
    world.remove_credential(provider, name)
    click.echo(f"Removed the credential {name} of {provider}.")


@credentials.command(name="list")
@STORE
def list_all(store: str) -> None:
    """List every credential with its provider and its databases."""
    world = _world(store)
    names = {database["id"]: database["name"] for database in world.databases()}
    found = world.credentials()
    for provider, name, scope in found:
        where = "every database" if scope is None else ", ".join(names.get(one, one) for one in scope) or "no database"
        click.echo(f"{provider} {name}: {where}")
    if not found:
        click.echo("No credential is stored.")


def _world(store: str) -> World:
    try:
        return World(store)
    except StoreError as error:
        raise click.ClickException(str(error)) from None


def _known_provider(world: World, provider: str) -> None:
    with world.reading() as connection:
        offered = catalogue.providers(connection, "").items()
    known = [name for name, entry in offered if entry["supportedAuthentication"].get("SHARED_SECRET", {}).get("enabled")]
    if provider not in known:
        raise click.ClickException(f"{provider} is no embedding provider with stored credentials; these are: {', '.join(known)}.")


def _database_id(world: World, stated: str) -> str:
    standing = [database for database in world.databases() if database["status"] != "TERMINATED"]
    found = [database["id"] for database in standing if stated in (database["id"], database["name"])]
    if len(found) != 1:
        many = f"{len(found)} databases have the name {stated}: give the id" if found else f"There is no database {stated}"
        names = ", ".join(f"{database['name']} ({database['id']})" for database in standing) or "none"
        raise click.ClickException(f"{many}. Databases: {names}.")
    return str(found[0])
