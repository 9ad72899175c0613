"""The option `--stack`: the same everywhere, and never without a name."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from commands import completing

_Command = TypeVar("_Command", bound=Callable[..., Any])


def stack_option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """The option; a name that is empty, as `--stack "$STACK"` makes of a variable that is not set, is refused.

    Args:
        names: of the parameter, where it is not `stack`.
        settings: as of `click.option`; with `multiple` each of them has a name.
    """
    return click.option("--stack", *names, metavar="NAME", callback=_named, shell_complete=completing.stacks, **settings)


def _named(_context: click.Context, _option: click.Parameter, value: Any) -> Any:
    for name in value if isinstance(value, tuple) else (value,):
        if name is not None and not name.strip():
            raise click.UsageError("--stack names no stack: it is empty")
    return value
