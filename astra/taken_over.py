"""What a refresh took into the state although no update applied it. Pure.

The state agrees with what stands then, and the declaration does not. Without this a difference would fall silent as soon as
anybody runs `pulumi refresh`, also as the first half of an update that then refuses to put it right.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from astra import definition, table_normalisation
from astra.applied import Applied
from astra.changes import Change
from astra.declaration import Environment
from astra.deviations import changed, missing
from astra.drift import Drift, Resource
from astra.pending import UP, Declared, declared, differs, parts

Taken: TypeAlias = Mapping[tuple[Resource, str], Declared]


@dataclass(frozen=True, slots=True)
class Intended:
    """What the last update set out to apply, as the state's Workload keeps it.

    Attributes:
        modified: when it was last changed, as the engine writes it; the first thing that an update changes.
        databases: as `Environment.workload` returns them.
        workload: likewise.
    """

    modified: str
    databases: Mapping[str, Any]
    workload: Mapping[str, Any]


def taken(intended: Intended, environment: Environment, resources: Iterable[Applied]) -> Taken:
    """By kind and address, what was applied of each resource whose inputs a refresh changed, unless the declaration follows them.

    What an update did not come to is older than its intention, and no finding.

    Args:
        intended: by the last update.
        environment: what is declared now.
        resources: of the stack.
    """
    before = {(one.kind, one.address): one for one in parts(intended.databases, intended.workload)}
    now = {(one.kind, one.address): one for one in declared(environment)}
    found: dict[tuple[Resource, str], Declared] = {}
    for one in resources:
        key = (one.kind, one.address)
        refreshed = key in before and key in now and _moment(one.modified) > _moment(intended.modified)
        if refreshed and differs(one, before[key]) and differs(one, now[key]):
            found[key] = before[key]
    return found


def told(resources: Iterable[Applied], found: Taken) -> Iterator[Drift]:
    """Each of them as a finding; of what was not met nothing is said.

    Args:
        resources: of the stack, as they were met.
        found: as `taken` returns it.
    """
    for one in resources:
        stated = found.get((one.kind, one.address))
        if stated is not None and one.outcome == "met" and (changes := _changes(one, stated)):
            yield changed(one, tuple(sorted(changes, key=lambda change: change.path)), followed_by=UP)


def forgotten(
    deployed: Mapping[str, Any], environment: Environment, resources: Iterable[Applied], live: Container[tuple[Resource, str]]
) -> Iterator[Drift]:
    """What an update deployed, a refresh took out of the state since it was gone, and is declared all the same.

    Args:
        deployed: the section `workload` of the last update that succeeded as a whole.
        environment: what is declared now.
        resources: of the stack.
        live: kinds and addresses of what stands, all of which could be read.
    """
    kept = {(one.kind, one.address) for one in resources}
    before = {(one.kind, one.address) for one in parts({name: {"name": name} for name in deployed}, deployed)}
    outermost: dict[str, tuple[Resource, list[str]]] = {}
    # What a thing is in comes before it.
    for one in sorted(declared(environment), key=lambda each: each.address.count(".")):
        key = (one.kind, one.address)
        if key not in before or key in kept or key in live:
            continue
        steps = one.address.split(".")
        holder = next((".".join(steps[:length]) for length in range(1, len(steps)) if ".".join(steps[:length]) in outermost), "")
        if holder:
            outermost[holder][1].append(one.address)
        else:
            outermost[one.address] = (one.kind, [])
    for address, (kind, contents) in outermost.items():
        yield missing(kind, address, sorted(contents), f"the {kind} was deployed, a refresh found it gone, and it is declared")


def _changes(one: Applied, stated: Declared) -> Iterable[Change]:
    """What stands against what was applied, without what the service fills in by itself."""
    if one.kind == "collection" and one.live.get("options"):
        return definition.differences(stated.inputs, one.live["options"])
    if one.kind == "table" and one.live.get("explained"):
        return table_normalisation.differences(stated.inputs["definition"], one.live["explained"])
    return differs(one, stated)


def _moment(stated: str) -> tuple[str, str]:
    """A time as the engine writes it, in a form that can be compared: it leaves out the zeros at the end."""
    whole, _, fraction = stated.rstrip("Z").partition(".")
    return whole, fraction.ljust(9, "0")
