"""One stack looked at: what the engine says of it, what its live systems say beside that, what its environment declares."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from astra import addresses, document, taken_over, unknown
from astra import pending as waiting
from astra.applied import Applied, Key
from astra.drift import Coverage, Drift, Place, Report, ordered
from astra.errors import AstraError
from astra.unknown import Cause, Unread
from astra.wording import named
from commands import engine, standing
from commands.connections import connected, token
from commands.environment_file import EnvironmentFile, environment_file
from commands.live_system import LiveSystem


def looked_at(stack: str, *, tries: bool = False, tell: Callable[[int, int], None] = lambda _read, _number: None) -> Report:
    """What is found of one stack.

    Args:
        stack: its name.
        tries: whether each integration embeds once.
        tell: told how many resources were read, and of how many.
    """
    try:
        with ThreadPoolExecutor() as pool:
            config, export = pool.submit(engine.config, stack), pool.submit(engine.export, stack)
            # At once, and beside everything else: the engine takes longest.
            refreshing = pool.submit(_refreshed, stack, config, export, tell)
            report = _report(stack, config.result(), export.result(), refreshing, tries=tries)
        # An update that is under way deletes what it is about to make anew.
        if report.findings and engine.export(stack).saved != export.result().saved:
            return _untold(stack, "an update changed the stack while it was looked at", "passes")
    except (engine.EngineError, AstraError) as error:
        return _untold(stack, str(error), unknown.cause(error))
    return report


def _untold(stack: str, reason: str, cause: Cause) -> Report:
    return Report(named(stack), unknown=tuple(unknown.findings([Unread("stack", "", reason, cause)])))


def _refreshed(
    stack: str, config: Future[engine.Config], export: Future[engine.Export], tell: Callable[[int, int], None]
) -> engine.Refreshed:
    @cache
    def number() -> int:
        return standing.number(export.result().resources)

    def progress(read: int) -> None:
        # Of how many is known a moment later.
        if export.done() and not export.exception():
            tell(min(read, number() - 1), number())

    # A token of the environment need not wait for the config.
    found = engine.refreshed(stack, token("") or token(config.result().token), progress)
    tell(0, 0)
    return found


def _report(
    stack: str, config: engine.Config, export: engine.Export, refreshing: Future[engine.Refreshed], *, tries: bool
) -> Report:
    systems = [LiveSystem(*one) for one in connected(export, token(config.token))]
    every = [resource for system in systems for resource in system.resources]
    with ThreadPoolExecutor() as pool:
        looking = [pool.submit(system.look) for system in systems]
        # As providers/stack.py: the name alone, where the backend has stacks of several organisations.
        file = environment_file(config.environment or stack.rpartition("/")[2])
        locate = _Places(file.text, standing.frames(export.resources), every)
        intended = standing.intended(export.resources)
        taken = taken_over.taken(intended, file.environment, every) if intended and file.environment else {}
        torn = {(one.kind, one.address) for one in every if one.torn}
        waits = waiting.pending(file.environment, every, taken) if file.environment else ()
        told = [one for one in waits if (one.resource, one.address) not in torn]
        for one in looking:
            one.result()
    # Whatever does not need it was done while the engine read.
    refreshed = refreshing.result()
    unread: list[Unread] = [
        *_unreadable(file, config, export),
        *(Unread("stack", name, why, "stays") for name, why in standing.strays(export.resources)),
    ]
    covered: list[Coverage] = []
    for system in systems:
        system.meet(refreshed)
        told += system.found(taken, tries=tries)
        unread += system.unread()
        extra, coverage = system.unmanaged(file.environment, partial(_elsewhere, stack, system))
        # What may be left out, and what is declared and not applied, only the file tells.
        told += [] if _unreadable(file, config, export) else extra
        covered.append(coverage)
    told += unknown.findings(unread)
    if file.environment is not None:
        deployed = standing.deployed(export.resources)
        if deployed and not unread:
            live = {key for system in systems for key in system.stands()}
            told += taken_over.forgotten(deployed[0].stated, file.environment, every, live)
        gone = {address for one in told if one.kind == "missing" for address in (one.address, *one.contents)}
        told = [one for one in told if one.kind != "pending" or one.address not in gone]
    placed = ordered(replace(found, place=locate.place(found)) for found in told)
    return Report(
        named(stack),
        export.updated,
        findings=tuple(one for one in placed if one.kind not in ("pending", "unknown")),
        pending=tuple(one for one in placed if one.kind == "pending"),
        unknown=tuple(one for one in placed if one.kind == "unknown"),
        coverage=Coverage(
            sum(one.managed for one in covered), sum(one.found for one in covered), sum(one.ignored for one in covered)
        ),
    )


def _unreadable(file: EnvironmentFile, config: engine.Config, export: engine.Export) -> list[Unread]:
    """Why it cannot be told what is declared; nothing where it can, and where a program of its own declares it."""
    if file.missing and (config.environment or standing.by_the_template(export.resources)):
        why = f"there is no {file.name}, which declares the stack; was it renamed, or is vectorize:environment wrong?"
        return [Unread("stack", "", why, "stays")]
    return [Unread("stack", "", file.problem, "stays")] if file.problem else []


def _elsewhere(stack: str, system: LiveSystem) -> set[Key]:
    """What the other stacks of the project manage. Raises EngineError where one of them cannot be read."""
    found: set[Key] = set()
    for name, _ in engine.stacks():
        if name != stack:
            kept = engine.export(name).resources
            found |= {key for urn in standing.settings(kept) for key in system.keys(standing.resources(kept, urn))}
    return found


class _Places:
    """Where things are declared: in the environment file, or in the program that made the resource."""

    def __init__(self, text: document.Document | None, frames: Mapping[str, Place], resources: Iterable[Applied]) -> None:
        self.text = text
        self.frames = {one.address: frames[one.urn] for one in resources if one.urn in frames}

    def place(self, one: Drift) -> Place | None:
        """The place of a finding; of what is not declared, that of what it stands in."""
        address = one.contents[0] if one.kind == "catalogue" and one.contents else one.address
        if self.text is not None:
            return Place(Path(self.text.name).as_posix(), *self.text.position(self._path(one, address)))
        while address and address not in self.frames:
            address = address.rpartition(".")[0]
        return self.frames.get(address)

    def _path(self, one: Drift, address: str) -> document.Path:
        kind = "collection" if one.kind == "catalogue" else one.resource
        path = addresses.path_of(self.text.data if self.text else None, kind, address)
        if one.kind == "catalogue":
            return (*path, "vector", "service", "modelName")
        if one.kind not in ("changed", "pending") or len(one.properties) != 1:
            return path
        steps = one.properties[0].path.split(".")
        below = ("definition", *steps) if one.resource == "table" and steps[0] != "definition" else tuple(steps)
        return (*path, *below)
