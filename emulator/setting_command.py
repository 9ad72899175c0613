"""`emulator setting`: how long things take, what the region offers, which limits hold."""

from __future__ import annotations

import json

import click

from emulator import control
from emulator.examples import examples
from emulator.store_option import STORE, opened


@click.group()
def setting() -> None:
    """Change how long things take, what the region offers, which limits hold."""


@setting.command(name="list", epilog=examples("setting list"))
@STORE
def list_all(store: str) -> None:
    """List every setting with its value and its meaning."""
    with opened(store) as world:
        found = control.list_settings(world)
    for name, one in found.items():
        default = "" if one["value"] == one["default"] else f" (default: {json.dumps(one['default'])})"
        click.echo(f"{name}: {json.dumps(one['value'])}{default}")
        click.echo(click.wrap_text(f"{one['meaning']}; {one['values']}", 80, "  ", "  "))


@setting.command(
    name="set",
    epilog=examples(
        "setting set provisioning_seconds 30",
        "setting set credential_service down",
        "setting set organization_regions '[\"AWS/us-east-2\"]'",
    ),
)
@click.argument("name")
@click.argument("value")
@STORE
def set_one(name: str, value: str, store: str) -> None:
    """Give the setting NAME this VALUE, which is JSON; a word needs no quotes."""
    with opened(store) as world:
        changed = control.set_setting(world, name, _value(value))
    click.echo(f"{name} is {json.dumps(changed['value'])}.")


@setting.command(epilog=examples("setting restore provisioning_seconds"))
@click.argument("name")
@STORE
def restore(name: str, store: str) -> None:
    """Give the setting NAME its default again."""
    with opened(store) as world:
        changed = control.restore_setting(world, name)
    click.echo(f"{name} is {json.dumps(changed['value'])} again.")


def _value(stated: str) -> object:
    try:
        return json.loads(stated)
    except ValueError:
        return stated
