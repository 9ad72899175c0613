"""How a live system differs from what was applied to it: what every report of `vectorize drift` is made of.

Plain values. They are made by deviations.py out of what the engine met, unmanaged.py out of the inventory, aging.py out of the
embedding providers, pending.py out of the declaration, and probe.py. The command adds the place of each in a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

# What a finding says about the live system; the first five are drift.
#   changed      live differs from what was applied
#   missing      was applied, and is proven absent
#   unmanaged    stands live, and is declared nowhere
#   integration  what a collection or table embeds with works no longer, or no longer for sure
#   catalogue    a model in use is at its end, or the service's limits for it are others than this project's schema says
#   pending      is declared and not applied yet: no drift
#   unknown      could not be read: no drift either, and nothing else is said of it
Kind = Literal["changed", "missing", "unmanaged", "integration", "catalogue", "pending", "unknown"]
# A model is one of an embedding provider, as one database has it; a stack stands for all that it holds.
Resource = Literal["database", "region", "keyspace", "collection", "table", "index", "integration", "model", "stack"]
# error: something fails, or data is wrong or gone; warning: differs; note: nothing to worry about.
Severity = Literal["error", "warning", "note"]

# Stands for a stack's name in what is to be done, after --stack.
STACK = "STACK"
# Worst first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
KINDS: tuple[Kind, ...] = ("missing", "changed", "integration", "catalogue", "unmanaged", "unknown", "pending")


@dataclass(frozen=True, slots=True)
class Property:
    """One property that differs.

    Attributes:
        path: dotted, in the words of the resource, such as `vector.dimension`.
        applied: as it was applied: plain data; None where it was not set.
        live: as it stands; None where it is not set.
    """

    path: str
    applied: Any
    live: Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is declared.

    Attributes:
        file: path relative to the project, with /; of a resource that a Python program declares, the program's file.
        line: from 1.
        column: from 1.
    """

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Drift:
    """One finding.

    Attributes:
        kind: see Kind. One id of a rule each: `drift/<kind>`.
        resource: what it is about.
        address: `database.keyspace.collection`, `database.keyspace.table.index`, `database.region`,
            `database.integration`, `database.provider/model`; of what a Python program declares, its logical name; "" for a
            stack as a whole (unknown only).
        severity: error, warning or note.
        sentence: what differs, without the address; one sentence or several, plain text, no line breaks, no secret.
        meaning: what follows from it; "" where the sentence says all.
        restore: the command, or the steps, that bring the system back to what was applied; "" where there are none. STACK in it
            stands for the stack's name, which `grouped` fills in where there is one.
        accept: what to edit so that the declaration says what stands; "" where that makes no sense. STACK as above.
        properties: what differs, sorted by path; empty where nothing is compared.
        contents: addresses of what shares its fate, sorted: what is inside of a missing or unmanaged thing, what relies on an
            integration or a model, what else could not be read for the same reason.
        place: where it is declared (for what is unmanaged: what it stands in); None where nothing says so.
        stacks: names of the stacks that it was found in, sorted; filled in by `grouped`.
    """

    kind: Kind
    resource: Resource
    address: str
    severity: Severity
    sentence: str
    meaning: str = ""
    restore: str = ""
    accept: str = ""
    properties: tuple[Property, ...] = ()
    contents: tuple[str, ...] = ()
    place: Place | None = None
    stacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what stands is managed: regions, keyspaces, collections, tables and indexes.

    Attributes:
        managed: how many are in the state and stand.
        found: how many stand where was looked; what is ignored by a pattern counts in neither.
        ignored: how many are left out by `drift.ignore`.
    """

    managed: int = 0
    found: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of one stack.

    Attributes:
        stack: its name.
        updated: when the stack was last updated, as ISO 8601 in UTC ending in Z; what is found arose since. "" if never.
        findings: drift, worst first, then by address.
        pending: declared, not applied; all of kind pending, severity note.
        unknown: what could not be read; all of kind unknown, severity error.
        coverage: how much of what stands is managed.
    """

    stack: str
    updated: str = ""
    findings: tuple[Drift, ...] = ()
    pending: tuple[Drift, ...] = ()
    unknown: tuple[Drift, ...] = ()
    coverage: Coverage = Coverage()


def exit_code(reports: Iterable[Report]) -> int:
    """0 where nothing drifted, 2 where something did, 1 where that could not be told of everything: the last outweighs."""
    looked = list(reports)
    if any(one.unknown for one in looked):
        return 1
    return 2 if any(one.findings for one in looked) else 0


def grouped(found: Iterable[tuple[str, Drift]]) -> tuple[Drift, ...]:
    """Findings of several stacks, each cause once, worst first.

    Args:
        found: name of a stack and a finding of it. What is the same but for the stack and the place is one cause; the
            place of the first stack by name is kept.

    Returns:
        The findings with `stacks` filled in, and with the stack's name in `restore` and `accept` where it is only one.
    """
    causes: dict[Any, list[tuple[str, Drift]]] = {}
    for stack, one in sorted(found, key=lambda pair: pair[0]):
        causes.setdefault(_cause(one), []).append((stack, one))
    return ordered(_of_stacks(same[0][1], tuple(dict.fromkeys(stack for stack, _ in same))) for same in causes.values())


def _of_stacks(one: Drift, stacks: tuple[str, ...]) -> Drift:
    if len(stacks) > 1:
        return replace(one, stacks=stacks)
    # With the option before it: a collection may be called STACK, too.
    placeholder, name = f"--stack {STACK}", f"--stack {stacks[0]}"
    restore, accept = (text.replace(placeholder, name) for text in (one.restore, one.accept))
    return replace(one, stacks=stacks, restore=restore, accept=accept)


def ordered(found: Iterable[Drift]) -> tuple[Drift, ...]:
    """Worst first, then by kind and address."""
    return tuple(sorted(found, key=_rank))


def _rank(one: Drift) -> tuple[int, int, str, str]:
    return SEVERITIES.index(one.severity), KINDS.index(one.kind), one.address, one.sentence


def _cause(one: Drift) -> Any:
    # What a property holds may be a list, which cannot be hashed.
    return (replace(one, place=None, stacks=(), properties=()), repr(one.properties))
