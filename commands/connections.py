"""The live systems of a stack: what its state keeps of each, and a connection to it with the token of now."""

import json
import os
from collections.abc import Callable, Iterator

from astra.applied import Applied
from astra.errors import Invalid
from astra.http import Connection, connect
from astra.target import target
from commands import engine, standing
from commands.environment_file import project


def token(kept: str) -> str:
    """The token of now: that of the environment, or else the one that the stack's config keeps."""
    return (os.environ.get(engine.TOKEN_VARIABLE) or kept).strip()


def connected(export: engine.Export, token: str) -> Iterator[tuple[Connection, list[Applied]]]:
    """Each live system that the stack has something in, with its resources. Raises AstraError."""
    for urn, settings in standing.settings(export.resources).items():
        if resources := standing.resources(export.resources, urn):
            yield connection(settings, token), resources


def connection(settings: str, token: str, *, reading: bool = False) -> Connection:
    """One to the live system of a provider. Raises AstraError: its transport cannot be loaded, or the patience is no number.

    Args:
        settings: `{"target": ..., "config": ...}` in JSON, as the state keeps them of each provider.
        token: of now.
        reading: whether it refuses whatever could change something.
    """
    stated = json.loads(settings)
    config = stated["config"]
    if config.get("store"):
        # Relative to the project, as for the engine, from wherever in it a command is called.
        config = {**config, "store": str(project() / config["store"])}
    # One that cannot stand in a header is nobody's; the engine says so of every resource.
    usable = token if token.isascii() and token.isprintable() else ""
    return connect(target(stated["target"], config, usable), patience=_patience(), reading=reading)


def _patience() -> float:
    """How long is waited for a database that does not answer, in seconds."""
    said = os.environ.get(engine.PATIENCE_VARIABLE, "").strip()
    try:
        return float(said) if said else engine.PATIENCE
    except ValueError:
        raise Invalid(f"{engine.PATIENCE_VARIABLE} must be a number of seconds.") from None


def database_of(connection: Connection) -> Callable[[str], str]:
    """A database's id out of its id or one of its addresses, which is its own name where it is not made like the target's."""
    return lambda stated: connection.target.database_id(stated) or stated
