"""One environment as a promotion sees it: its file, its stack's config and state, what it has deployed."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from astra.deployment import Deployment
from astra.drift import Place
from astra.wording import listed, named, nearest
from commands import connections, engine, standing
from commands.environment_file import EnvironmentFile, environment_file, project
from commands.sources import FOLDER


@dataclass(frozen=True, slots=True)
class Side:
    """One environment.

    Attributes:
        name: of the environment, which is its stack's, too.
        file: what its file says.
        stack: name of its stack; "" where it has none yet.
        config: of the stack.
        export: its state.
        update: what became of its last update, as `engine.Update` tells it; "" where none is known.
        breaks: from when until when an update had failed.
        history: what was deployed, newest first.
    """

    name: str
    file: EnvironmentFile
    stack: str = ""
    config: engine.Config = field(default_factory=engine.Config)
    export: engine.Export = field(default_factory=lambda: engine.Export("", "", ()))
    update: str = ""
    breaks: tuple[tuple[datetime, datetime], ...] = ()
    history: tuple[Deployment, ...] = ()

    @property
    def token(self) -> str:
        """The token of now: that of the environment, or else the one that the stack's config keeps."""
        return connections.token(self.config.token)

    @property
    def path(self) -> Path:
        """Its file, from wherever in the project the command is called."""
        return project() / self.file.name

    @property
    def deployed(self) -> Deployment | None:
        """What is deployed now; None where nothing is, or nobody knows."""
        return self.history[0] if self.history else None

    @property
    def place(self) -> Place:
        """The beginning of its file."""
        return Place(self.file.name, 1)


def environments() -> list[str]:
    """Names of the environments of the project that have a file, sorted."""
    return sorted(path.stem for path in (project() / FOLDER).glob("*.yaml"))


def of_file(name: str) -> Side:
    """An environment by its file alone, without its state. Raises EngineError as `sides` does."""
    _known(name, [])
    if stack := _stack(name, [stack for stack, _ in engine.stacks()]):
        _refuse_another_file(name, engine.config(stack))
    return Side(name, environment_file(name))


def sides(names: Sequence[str]) -> list[Side]:
    """The environments of those names, read all at once.

    Raises:
        engine.EngineError: one is nobody's name, is declared by the file of another name, or could not be read.
    """
    stacks = [name for name, _ in engine.stacks()]
    for name in names:
        _known(name, stacks)
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda name: _side(name, stacks), names))


def _known(name: str, stacks: Sequence[str]) -> None:
    known = sorted({*environments(), *(one.rpartition("/")[2] for one in stacks)})
    if name not in known:
        near = nearest(name, known) or f"; there are: {listed(known) or 'none'}"
        raise engine.EngineError(f"no environment is called {named(name)}{near}")


def _side(name: str, stacks: Sequence[str]) -> Side:
    stack = _stack(name, stacks)
    if not stack:
        return Side(name, environment_file(name))
    with ThreadPoolExecutor() as pool:
        config, export = pool.submit(engine.config, stack), pool.submit(engine.export, stack)
        updates = pool.submit(engine.updates, stack)
        _refuse_another_file(name, config.result())
        kept = export.result()
        history = standing.deployed(kept.resources)
        known = updates.result()
        update = known[0].result if known else ""
        return Side(name, environment_file(name), stack, config.result(), kept, update, tuple(_breaks(known)), history)


def _stack(name: str, stacks: Sequence[str]) -> str:
    """The stack of an environment, or ""."""
    # As providers/stack.py: the name alone, where the backend has stacks of several organisations.
    return next((one for one in stacks if one == name), next((one for one in stacks if one.endswith(f"/{name}")), ""))


def _refuse_another_file(name: str, config: engine.Config) -> None:
    stated = config.environment or name
    if stated != name:
        raise engine.EngineError(
            f"the stack {named(name)} declares {FOLDER}/{named(stated)}.yaml, by its config vectorize:environment; a "
            "workload is promoted between environments that go by the names of their stacks"
        )


def _breaks(updates: Sequence[engine.Update]) -> Iterator[tuple[datetime, datetime]]:
    """From each failed update until the first one after it that succeeded, or for ever."""
    mended = datetime.max.replace(tzinfo=UTC)
    for one in updates:
        if one.result == "succeeded":
            mended = one.ended
        else:
            yield one.begun, mended
