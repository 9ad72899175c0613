"""An import from its beginning to its end: read, express, refuse what would not work, write the file, take over, prove."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra import document, environment, import_differences, importing, inventory, policies
from astra.applied import Applied
from astra.declaration import Environment
from astra.drift import Resource
from astra.errors import Invalid, Unauthorized
from astra.http import Connection
from astra.import_differences import Difference
from astra.import_draft import Live
from astra.importing import Expressed
from astra.inventory import Inventory, Unread
from astra.pending import declared as everything_in
from astra.pending import pending
from astra.wording import listed, named
from commands import connections, engine, engine_update, environment_text, standing
from commands.environment_file import EnvironmentFile, environment_file, project
from commands.importing import new_file
from commands.importing.report import Report
from commands.importing.selecting import Selected, Selection, selected
from commands.importing.stack import Stack, chosen, make
from commands.promotion.side import environments
from commands.replacing import replace_all
from commands.sources import POLICIES

Tell = Callable[[str], None]
# What to do about what is declared and not applied.
_FIRST = "Bring it up first, or take it back in the file."
# What to do where one database keeps all others from being imported.
_OTHERS = "To import the others without it, name them with --database, or choose among --all with --name."
_SAME_CALL = "nothing was written to the service, and the same call finishes the import"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted.

    Attributes:
        stack: its name; None for the selected one.
        selection: which databases are meant.
        target: kind of the target where there is no environment file yet; "" for astra.
        dry_run: whether nothing is written.
    """

    stack: str | None
    selection: Selection
    target: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be written and taken over.

    Attributes:
        text: of the file as it is to be.
        environment: what it declares.
        waiting: kinds and addresses of what no resource stands for yet, and of what changes in the state.
        refused: why it cannot be taken over, in sentences; empty where it can.
        differences: where what stands is not what the file says.
        databases: ids of the managed databases, by logical names.
    """

    text: bytes
    environment: Environment
    waiting: tuple[tuple[Resource, str], ...]
    refused: tuple[str, ...]
    differences: tuple[Difference, ...]
    databases: Mapping[str, str]


def imported(wish: Wish, tell: Tell) -> Report:
    """Imports; tells what it is doing.

    Raises:
        engine.EngineError: the engine could not do it.
        AstraError: a service could not be asked, or what is declared does not fit.
        OSError: the file could not be written.
    """
    tell("reads the stack")
    stack = chosen(wish.stack)
    file = environment_file(stack.environment)
    _refuse(stack, file)
    connection = _connected(stack, file, wish.target)
    resources = [
        one for urn in standing.settings(stack.export.resources) for one in standing.resources(stack.export.resources, urn)
    ]
    existing = file.text.data if file.text else {}
    tell("reads the databases")
    found = selected(connection, wish.selection, existing.get("databases", {}), resources)
    stands = inventory.inventory(connection, found.places)
    report = Report(named(stack.name), file.name, new_stack=not stack.exists, new_file=file.missing, notes=found.notes)
    if stands.unread:
        return report.failed(_unread(stands.unread, found.lives, wish.selection))
    expressed = importing.expressed(found.lives, stands, existing, found.known, stack.environment, connection.target.kind)
    report = report.told(expressed)
    before = _bytes(file)
    plan = _planned(file, before, expressed, found, stands, resources, stack)
    report = report.planned(plan.waiting, plan.differences, "" if plan.text == before else plan.text.decode())
    if plan.refused:
        return report.refused(plan.refused)
    if wish.dry_run:
        return report.outcome("planned")
    return _carried_out(report, stack, file, before, plan, tell)


def _refuse(stack: Stack, file: EnvironmentFile) -> None:
    """Refuses what no import can be added to."""
    if file.problem:
        raise Invalid(file.problem)
    kept = stack.export.resources
    if standing.intended(kept) is not None and not standing.by_the_template(kept):
        raise Invalid(f"the stack {named(stack.name)} is declared by a program of its own, which nothing can be added to")
    if strays := [name for name, _ in standing.strays(kept)]:
        raise Invalid(f"the stack {named(stack.name)} keeps resources that this version does not know: {listed(strays)}")


def _connected(stack: Stack, file: EnvironmentFile, stated: str) -> Connection:
    """A connection that refuses whatever could change something."""
    kind = file.environment.target if file.environment else stated or "astra"
    if stated and stated != kind:
        raise Invalid(f"{file.name} is of the target {kind}, and not of {stated}")
    transport = stack.config.target.get("transport")
    if transport and kind == "astra":
        raise Invalid(
            f"the stack's config vectorize:transport puts {named(transport)} in the place of Astra, as is done with the "
            "emulator: give --target emulator, or take it out of the config."
        )
    settings = json.dumps({"target": kind, "config": stack.config.target})
    made = connections.connection(settings, connections.token(stack.config.token), reading=True)
    if not made.target.transport and not made.target.token:
        embedded = (
            f" That is for the emulator at {made.target.devops_url}; for one in the stack's own file, which needs no token, its "
            "config names vectorize:transport and vectorize:store, as Pulumi.local.yaml does."
        )
        raise Unauthorized(
            f"there is no token: set {engine.TOKEN_VARIABLE}, or keep one as a secret of the stack: pulumi config set --secret "
            f"vectorize:token (it asks for the value).{embedded if kind == 'emulator' else ''}"
        )
    return made


def _unread(unread: Iterable[Unread], lives: Iterable[Live], selection: Selection) -> Iterator[str]:
    """What could not be read and why, and how to go on without it."""
    labels = {one.identity: named(one.label) for one in lives}
    silent = False
    for one in unread:
        steps = f", {'.'.join(map(named, one.steps))}" if one.steps else ""
        yield f"{labels[one.database]} ({one.database}){steps}: {one.reason}"
        silent |= one.kind == "database"
    if silent and selection.everything:
        yield _OTHERS


def _bytes(file: EnvironmentFile) -> bytes:
    return b"" if file.missing else (project() / file.name).read_bytes()


def _planned(
    file: EnvironmentFile,
    before: bytes,
    expressed: Expressed,
    found: Selected,
    stands: Inventory,
    resources: list[Applied],
    stack: Stack,
) -> _Plan:
    text = _text(file, before, expressed, stack)
    parsed = document.parse(text, file.name)
    declared = environment.environment(parsed.data)
    lives = [one for one in found.lives if expressed.names[one.identity] in parsed.data["databases"]]
    different = import_differences.differences(declared, expressed.names, lives, stands)
    different += [Difference(one.kind, one.address, "", None, "stands", one.reason) for one in expressed.behind]
    waits = list(pending(declared, resources))
    applied = {(one.kind, one.address) for one in resources}
    read = {expressed.names[one.identity] for one in lives}
    refused = [*_not_adoptable(declared, waits, applied, different, read), *_broken(parsed, stack.environment)]
    waiting = [(one.resource, one.address) for one in waits]
    history = standing.deployed(stack.export.resources)
    if not waiting and (not history or history[0].digest != declared.digest):
        # An update that was cut off before its end.
        waiting = [("stack", "")]
    databases = {expressed.names[one.identity]: one.identity for one in lives if _managed(one)}
    return _Plan(text, declared, tuple(waiting), tuple(refused), tuple(different), databases)


def _text(file: EnvironmentFile, before: bytes, expressed: Expressed, stack: Stack) -> bytes:
    """The file as it is to be."""
    if file.missing:
        data = dict(expressed.additions)
        if stack.config.target.get("transport") and data["target"]["kind"] != "emulator":
            # What stands in for a service holds nothing worth protecting, and the program refuses to protect it.
            data = {"target": data.pop("target"), "protect": False, **data}
        return new_file.text(data, expressed.left_out, expressed.notes, file.name)
    return environment_text.added(before, expressed.additions, file.name)


def _broken(parsed: document.Document, name: str) -> Iterator[str]:
    """The policies of the project that the file would break: the program refuses them, and nothing could be taken over."""
    allowed = policies.read((project() / POLICIES).read_bytes, str(POLICIES), environments())
    for one in (*allowed.findings, *allowed.broken(parsed, name)):
        if one.severity == "error":
            yield str(one)


def _managed(one: Live) -> bool:
    return "name" in one.settings


def _not_adoptable(
    declared: Environment,
    waits: Iterable[Any],
    applied: set[tuple[Resource, str]],
    different: Iterable[Difference],
    databases: set[str],
) -> Iterator[str]:
    """What an update would do beside taking over what stands as it is declared."""
    otherwise = {(one.kind, one.address) for one in different}
    stated = {(one.kind, one.address) for one in everything_in(declared)}
    for one in waits:
        key = (one.resource, one.address)
        new = key in stated and key not in applied
        if not new:
            yield f"{one.address}: {one.sentence}. {_FIRST}"
        elif one.address.partition(".")[0] not in databases:
            yield f"{one.address}: {one.sentence}, and its database is not among those that are read. {_FIRST}"
        elif key in otherwise:
            yield f"{one.address}: {one.sentence}, and does not stand as it is declared. {_FIRST}"


def _carried_out(report: Report, stack: Stack, file: EnvironmentFile, before: bytes, plan: _Plan, tell: Tell) -> Report:
    token = connections.token(stack.config.token)
    nothing = plan.text == before and not plan.waiting
    if not stack.exists:
        make(stack)
    if plan.text != before:
        tell(f"writes {file.name}")
        _write(file, before, plan.text)
    # The engine tells what it does on a terminal by itself.
    tell("")
    try:
        if plan.waiting:
            engine_update.adopted(stack.name, plan.databases, token)
        engine_update.unchanged(stack.name, token)
    except engine.EngineError as error:
        return report.failed((str(error), _SAME_CALL), begun=True)
    return report.outcome("nothing" if nothing else "imported")


def _write(file: EnvironmentFile, before: bytes, text: bytes) -> None:
    path = Path(os.path.realpath(project() / file.name))
    if (path.read_bytes() if path.exists() else b"") != before:
        raise Invalid(f"{file.name} was changed while the databases were read: run this again.")
    path.parent.mkdir(exist_ok=True)
    replace_all({path: text})
