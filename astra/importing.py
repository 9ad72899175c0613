"""What stands in databases as an environment declares it: what is to be added to an environment file. Pure.

What no environment can declare is left out by a visible decision: it is told with the reason, and `drift.ignore` names it. What
this one cannot declare since it says something else of what it is in, is a difference: no drift that anybody decided to ignore.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from astra import accounts, environment
from astra.drift import Resource
from astra.errors import Invalid, Problem, dotted
from astra.import_draft import IDENTITY, Draft, Live, Unit
from astra.inventory import Inventory
from astra.unmanaged import ignored
from astra.validation import mapping

# What to do about indexes that nobody can list.
_UNLISTED = "they stay as they are; make the table anew with a provider that is offered, or import again when its own is back"
# How many steps of a path lead to what it is in.
_NAMED, _KEYSPACE, _HELD, _INDEX = 2, 3, 5, 7


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What stands and cannot be declared, or not as a whole; and why, in a sentence."""

    kind: Resource
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Expressed:
    """What stands as an environment declares it.

    Attributes:
        additions: plain data from the root of the file, of everything that the file has not.
        names: logical names of the databases, by their ids.
        left_out: what no environment could declare.
        behind: what the environment could not declare beside what it says, as an index of a column that it does not know.
        notes: what is declared otherwise than one might expect.
    """

    additions: Mapping[str, Any]
    names: Mapping[str, str]
    left_out: tuple[LeftOut, ...] = ()
    behind: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def expressed(
    lives: Iterable[Live], inventory: Inventory, existing: Mapping[str, Any], known: Mapping[str, str], name: str, target: str
) -> Expressed:
    """Everything that stands in databases and that an environment does not declare yet, as it would.

    Args:
        lives: the databases, all of which could be read.
        inventory: what stands in them.
        existing: valid data of the environment; empty for a new one.
        known: logical names that the environment has for some of the databases, by their ids.
        name: of the environment, by its file.
        target: kind of the target, for a new one.

    Raises:
        Invalid: what is declared already would be wrong with it, or nothing is left.
    """
    given, notes = _told_apart(sorted(lives, key=lambda one: (one.label, one.identity)), existing, known)
    names = _names(given, existing, known)
    start = {"target": {"kind": target}} if not existing else {}
    draft = Draft(given, inventory, names, existing, start)
    refused = _refused(draft, name)
    never = refused
    if existing and refused:
        # Were nothing declared yet, would it be refused all the same?
        alone = Draft(given, inventory, names, {}, {"target": existing.get("target", {"kind": target})})
        within = _refused(alone, name)
        never = {unit: reason for unit, reason in refused.items() if alone.is_within(unit.address, within)}
    told = sorted((LeftOut(*unit, reason) for unit, reason in refused.items()), key=lambda one: one.address)
    notes += [
        f"the indexes of {draft.address(one)} could not be listed, since the provider of the table is gone, and none was added: "
        f"{_UNLISTED}"
        for one in inventory.unlisted
        if not draft.outside(one, refused) and not ignored(draft.address(one), draft.patterns)
    ]
    return Expressed(
        draft.additions(refused, never),
        names,
        tuple(one for one in told if Unit(one.kind, one.address) in never),
        tuple(one for one in told if Unit(one.kind, one.address) not in never),
        tuple(notes),
    )


def _refused(draft: Draft, name: str) -> dict[Unit, str]:
    """What cannot be declared, and why. Raises Invalid where something else is wrong."""
    found: dict[Unit, str] = {}
    while wrong := _wrong(draft, merged(draft.existing, draft.additions(found, found)), name, found):
        found.update(wrong)
    return found


def merged(old: Any, new: Any) -> Any:
    """Two pieces of plain data as one; of what both have, mappings are merged and else the new one counts."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: merged(old[key], value) if key in old else value for key, value in new.items()}}
    return old if isinstance(old, Mapping) and new is None else new


def _told_apart(lives: list[Live], existing: Mapping[str, Any], known: Mapping[str, str]) -> tuple[list[Live], list[str]]:
    """The databases; those that nobody could tell from another by name, cloud and region are named by their ids."""
    triples = [tuple(one.settings.get(key, "") for key in IDENTITY) for one in lives]
    triples += [
        tuple(mapping(one).get(key, "") for key in IDENTITY)
        for name, one in mapping(existing.get("databases")).items()
        if name not in known.values()
    ]
    given, notes = [], []
    for one, triple in zip(lives, triples, strict=False):
        if one.identity not in known and any(triple) and triples.count(triple) > 1:
            given.append(Live(one.identity, {"id": one.identity}, one.label))
            notes.append(
                f"there are several databases of the name {one.label} in {' '.join(triple[1:])}: {one.identity} is declared by "
                "its id, and so never changed or deleted"
            )
        else:
            given.append(one)
    return given, notes


def _names(lives: Iterable[Live], existing: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    found = dict(known)
    for one in lives:
        if one.identity not in found:
            found[one.identity] = accounts.free(one.label, {*mapping(existing.get("databases")), *found.values()})
    return found


def _wrong(draft: Draft, data: Mapping[str, Any], name: str, left_out: Mapping[Unit, str]) -> dict[Unit, str]:
    """What cannot be declared as it stands, and why. Raises Invalid where something else is wrong."""
    said: defaultdict[Unit, list[str]] = defaultdict(list)
    ours = {Unit(one.kind, draft.address(one)) for one in draft.found if not draft.declared(one)}
    ours |= {Unit("database", draft.names[one.identity]) for one in draft.lives}
    for problem in environment.problems(data, name):
        if problem.severity != "error":
            continue
        units = _units(problem, data, draft)
        if not units or not ours.issuperset(units) or any(unit in left_out for unit in units):
            raise Invalid(f"what stands cannot be declared beside what is: {problem}")
        for unit, depth in units.items():
            where = dotted(problem.path[depth:])
            said[unit].append(f"{where}: {problem.sentence}" if where else problem.sentence)
    return {unit: "; ".join(dict.fromkeys(sentences)) for unit, sentences in said.items()}


def _units(problem: Problem, data: Mapping[str, Any], draft: Draft) -> dict[Unit, int]:
    """The things that a problem is of, each with how many steps of its path lead to it; none where it is of none of them."""
    section, *steps = (*map(str, problem.path), "")
    if section == "integrations":
        return dict.fromkeys(draft.users.get(steps[0], ()), _NAMED)
    if section == "databases" and len(steps) > _NAMED and steps[1] == "additionalRegions":
        region = data["databases"][steps[0]]["additionalRegions"][int(steps[2])]
        return {Unit("region", f"{steps[0]}.{region}"): 4}
    if section == "databases" and steps[0]:
        return {Unit("database", steps[0]): _NAMED}
    return _of_workload(steps[:-1]) if section == "workload" else {}


def _of_workload(steps: list[str]) -> dict[Unit, int]:
    database, keyspace, kind, name, part, index = (*steps, *[""] * 6)[:6]
    if index and part == "indexes":
        return {Unit("index", f"{database}.{keyspace}.{name}.{index}"): _INDEX}
    if name:
        return {Unit("table" if kind == "tables" else "collection", f"{database}.{keyspace}.{name}"): _HELD}
    if keyspace:
        return {Unit("keyspace", f"{database}.{keyspace}"): _KEYSPACE}
    return {Unit("database", database): _NAMED} if database else {}
