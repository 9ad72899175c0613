"""What a shell is told of values while they are typed: what the project's files say, without an engine and without a network."""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

# Beside Pulumi.yaml the engine keeps the config of each stack in a file of this name.
_CONFIG = ("Pulumi.", ".yaml")


def stacks(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of stacks: of the environments, and of the stacks that have a config. The engine knows all, and takes a second."""
    here = _project()
    begin, end = _CONFIG
    configs = {path.name.removeprefix(begin).removesuffix(end) for path in here.glob(f"{begin}*{end}")}
    return _items(configs | _environments(here), incomplete)


def environments(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the project's environments."""
    return _items(_environments(_project()), incomplete)


def providers(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of the embedding providers that have a schema."""
    from astra.catalog import provider_files  # noqa: PLC0415 - it brings a library along, and is asked for here alone

    return _items((path.name.partition(".")[0] for path in provider_files()), incomplete)


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of files, which the shell knows best."""
    return [CompletionItem(incomplete, type="file")]


def sources(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What can be validated: environments of the current folder by name, and files."""
    names = [] if os.sep in incomplete else _items(_environments(Path()), incomplete)
    # In bash the request for files empties what came before it.
    return [*files(context, parameter, incomplete), *names]


def _project() -> Path:
    from commands.environment_file import project  # noqa: PLC0415 - it reads YAML, and every command has options to complete

    try:
        return project()
    except OSError:
        # The current folder is gone, and with it whatever there was to name.
        return Path()


def _environments(folder: Path) -> set[str]:
    from commands.sources import FOLDER  # noqa: PLC0415 - as above

    return {path.stem for path in (folder / FOLDER).glob("*.yaml")}


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete) and name.isprintable()]
