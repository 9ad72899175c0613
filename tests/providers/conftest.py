"""A provider's session on an emulator of its own, whose databases are ready at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from astra.target import target
from emulator.world import World
from providers.dynamic import AstraResourceProvider
from providers.session import Session

# As in tests/unit.
hypothesis.settings.register_profile("unit", max_examples=40, derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("unit")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path / "emulator.sqlite")
    for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
        opened.set(name, 0)
    yield opened
    opened.close()


@pytest.fixture
def session(tmp_path: Path, world: World) -> Iterator[Session]:
    """Allows the loss of no data."""
    config = {"transport": "emulator.transport:open_store", "store": str(tmp_path / "emulator.sqlite")}
    opened = Session(target("emulator", config, ""), frozenset())
    assert world.databases() == []
    yield opened
    opened.connection.client.close()


@pytest.fixture
def provide(session: Session) -> Callable[[type[AstraResourceProvider]], Any]:
    """Makes a provider of that class as the host does after `configure`."""

    def made(kind: type[AstraResourceProvider]) -> AstraResourceProvider:
        provider = kind()
        provider.session = session
        return provider

    return made
