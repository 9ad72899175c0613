"""`emulator model` and `emulator provider`: let models age, and providers vanish."""

from __future__ import annotations

import click

from emulator import control
from emulator.examples import examples
from emulator.store_option import STORE, opened

DATABASE = click.option("--database", help="For this database only, by name or id. Left out: for all.")


@click.group()
def model() -> None:
    """Look at the embedding models, and let them age."""


@model.command(name="list", epilog=examples("model list", "model list openai --database knowledge-dev"))
@click.argument("provider", required=False)
@DATABASE
@STORE
def list_models(provider: str | None, database: str | None, store: str) -> None:
    """List every model, or those of PROVIDER, with its status."""
    with opened(store) as world:
        found = control.list_models(world, provider, database)
    for one in found:
        click.echo(f"{one['provider']} {one['model']}: {one['status']}")


@model.command(
    epilog=examples(
        "model set-status openai text-embedding-ada-002 DEPRECATED",
        "model set-status mistral mistral-embed REMOVED",
    )
)
@click.argument("provider")
@click.argument("name", metavar="MODEL")
@click.argument("status")
@DATABASE
@STORE
def set_status(provider: str, name: str, status: str, database: str | None, store: str) -> None:
    """Give MODEL of PROVIDER a STATUS: SUPPORTED, DEPRECATED, END_OF_LIFE, or REMOVED.

    A deprecated model goes on working and is refused for anything new; at its end of life it embeds nothing any more; a
    removed one is on no list.
    """
    with opened(store) as world:
        changed = control.set_model_status(world, provider, name, status, database)
    click.echo(f"{provider} {name} is {changed['status']} for {database or 'every database'}.")


@click.group()
def provider() -> None:
    """Let embedding providers vanish, and come back."""


@provider.command(epilog=examples("provider remove cohere"))
@click.argument("name", metavar="PROVIDER")
@DATABASE
@STORE
def remove(name: str, database: str | None, store: str) -> None:
    """Let PROVIDER vanish; what uses it stays, and can no longer embed."""
    with opened(store) as world:
        control.remove_provider(world, name, database)
    click.echo(f"{name} is gone for {database or 'every database'}.")


@provider.command(epilog=examples("provider restore cohere"))
@click.argument("name", metavar="PROVIDER")
@DATABASE
@STORE
def restore(name: str, database: str | None, store: str) -> None:
    """Let PROVIDER be as the catalogue has it, with all its models."""
    with opened(store) as world:
        control.restore_provider(world, name, database)
    click.echo(f"{name} is back for {database or 'every database'}.")
