"""`emulator token`: tokens that may do less than the public one."""

from __future__ import annotations

import click

from emulator import control, tokens
from emulator.examples import examples
from emulator.store_option import STORE, opened


@click.group()
def token() -> None:
    """Make tokens that may do less than the emulator's own, which is public and may do everything."""


@token.command(epilog=examples("token add", "token add --permission org-db-view"))
@click.option(
    "--permission", "permissions", multiple=True, metavar="NAME", help=f"What it may do: {', '.join(tokens.PERMISSIONS)}."
)
@STORE
def add(permissions: tuple[str, ...], store: str) -> None:
    """Make a token with these permissions of the DevOps API, or none, and print it. It is not shown again."""
    with opened(store) as world:
        click.echo(control.add_token(world, permissions)["token"])
