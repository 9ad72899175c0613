"""What every command of the group has: the option that names the store, and one sentence for what cannot be done."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from emulator.refusal import Refusal
from emulator.storage import StoreError
from emulator.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_STORE: Final = ".vectorize/emulator.sqlite"
"""Where the project's local stack keeps its world, so that all see the same one."""

STORE = click.option(
    "--store", type=click.Path(dir_okay=False), default=DEFAULT_STORE, show_default=True, help="File of the world."
)


@contextmanager
def opened(store: str, *, create: bool = True) -> Iterator[World]:
    """The world in that file.

    Args:
        store: the file.
        create: whether it is created where it is missing.

    Raises:
        click.ClickException: the file cannot be used, or what is done in the block is refused.

    """
    if not create and not Path(store).exists():
        raise click.ClickException(
            f"There is no store {store}. An update of the stack local makes it, and so does emulator serve."
        )
    try:
        world = World(store)
        try:
            yield world
        finally:
            world.close()
    except (StoreError, Refusal) as error:
        raise click.ClickException(str(error)) from None
