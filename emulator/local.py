"""The world of the project's local stack: it knows the credentials that a person would have told the Astra Portal."""

import sys
from pathlib import Path

import httpx
import yaml

from emulator.transport import EmulatorTransport
from emulator.world import World

ENVIRONMENT = Path("environments/local.yaml")


def open_store(store: str) -> httpx.BaseTransport:
    """As `emulator.transport.open_store`, with every credential that environments/local.yaml names stored in the world.

    Says on standard error which it stored, since on Astra a person would have to do that through the Portal.
    """
    world = World(store)
    for provider, name in _named(ENVIRONMENT):
        if not world.has_credential(provider, name):
            world.add_credential(provider, name)
            sys.stderr.write(f"emulator: stored the credential {name} of {provider}, as {ENVIRONMENT} names it\n")
    return EmulatorTransport(world)


def _named(environment: Path) -> list[tuple[str, str]]:
    """Provider and name of every stored credential that an environment file names; what is wrong in it is not ours to say."""
    try:
        stated = yaml.load(environment.read_bytes(), yaml.CSafeLoader)
        integrations = stated["integrations"].items()
        return [
            (settings.get("provider", name), settings["providerKey"])
            for name, settings in integrations
            if settings.get("authentication") == "SHARED_SECRET"
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return []
