"""The world of the project's local stack: what the Astra Portal would have been told is there from the start."""

import sys
from pathlib import Path

import httpx
import yaml

from emulator import transport
from emulator.world import World

ENVIRONMENT = Path("environments/local.yaml")


def open_store(store: str) -> httpx.BaseTransport:
    """As `emulator.transport.open_store`; a world that is new gets the credentials that environments/local.yaml names.

    Says on standard error which, since on Astra a person would have to store them through the Portal.
    """
    fresh = not Path(store).exists()
    opened = transport.open_store(store)
    if fresh and ENVIRONMENT.exists():
        _seed(World(store), ENVIRONMENT)
    return opened


def _seed(world: World, environment: Path) -> None:
    stated = yaml.load(environment.read_bytes(), yaml.CSafeLoader) or {}
    for name, integration in (stated.get("integrations") or {}).items():
        if integration.get("authentication") == "SHARED_SECRET":
            provider, credential = integration.get("provider", name), integration["providerKey"]
            world.add_credential(provider, credential)
            print(
                f"emulator: stored the credential {credential} of {provider}, as {environment} names it",
                file=sys.stderr,
            )
