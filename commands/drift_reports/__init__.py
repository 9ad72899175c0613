"""What `vectorize drift` found, in each format: pure functions of one `Report` a stack.

Text, JSON and Markdown are drift's own and show an equal cause in several stacks once. SARIF, JUnit and GitHub's annotations are
those of commands/reports. The command calls

    output.publish(wanted, lambda form: report(form, stacks), lambda: text.report(stacks, coloured=True))
    github.hand_over(stacks, os.environ)          # where "github" is in wanted.formats
    click.echo(summary(stacks), err=True)         # where wanted.printed is not "text", whose last line it is
"""

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from astra.drift import SEVERITIES, Coverage, Drift, Place, Property, Report, grouped
from astra.wording import HIDDEN, hidden, shown
from commands.reports import Subject, number

Part = Literal["findings", "unknown", "pending"]

DRIFT = Subject("vectorize drift", "drift-rules", "no drift", frozenset(SEVERITIES), undecided="drift/unknown")
_MAKERS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "report"),
    "json": ("versioned_json", "report"),
    "markdown": ("markdown", "report"),
    "sarif": ("placed", "sarif"),
    "junit": ("placed", "junit"),
    "github": ("placed", "annotations"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One cause.

    Attributes:
        finding: what was found, with its stacks.
        places: where each of those stacks declares it, in their order; None where nothing says so.
    """

    finding: Drift
    places: tuple[tuple[str, Place | None], ...]

    @property
    def distinct(self) -> tuple[Place, ...]:
        """The places without their stacks, each once."""
        return tuple(dict.fromkeys(place for _, place in self.places if place))


def report(name: str, stacks: Sequence[Report]) -> str:
    """The stacks as a report.

    Args:
        name: a key of `commands.output.FORMATS`.
        stacks: one report each, sorted by name.

    Raises:
        KeyError: there is no such format.
    """
    module, function = _MAKERS[name]
    made: str = getattr(importlib.import_module(f"commands.drift_reports.{module}"), function)(stacks)
    return made


def entries(stacks: Iterable[Report], part: Part) -> list[Entry]:
    """That part of what was found, each cause once, worst first; nothing in it looks like a secret any more."""
    found: dict[tuple[str, str, str], list[tuple[str, Drift]]] = {}
    for stack in stacks:
        for one in getattr(stack, part):
            found.setdefault(_key(one), []).append((stack.stack, one))
    return [
        Entry(_without_secrets(cause), tuple((stack, one.place) for stack, one in found[_key(cause)] if stack in cause.stacks))
        for cause in grouped(pair for same in found.values() for pair in same)
    ]


def _key(one: Drift) -> tuple[str, str, str]:
    return one.kind, one.address, one.sentence


def _without_secrets(one: Drift) -> Drift:
    """A finding as it is shown: people paste keys where names belong, and what they made has the key for its name."""
    paths = [one.address, *one.contents, *(each.path for each in one.properties)]
    names = {name for path in paths for name in path.split(".") if hidden(name) != name}

    def cleared(text: str) -> str:
        for name in names:
            text = text.replace(name, hidden(name))
        return hidden(text)

    return replace(
        one,
        address=cleared(one.address),
        sentence=cleared(one.sentence),
        meaning=cleared(one.meaning),
        restore=cleared(one.restore),
        accept=cleared(one.accept),
        properties=tuple(_property(cleared(each.path), each) for each in one.properties),
        contents=tuple(map(cleared, one.contents)),
    )


def _property(path: str, one: Property) -> Property:
    return Property(path, shown_data(one.applied), shown_data(one.live))


def shown_data(data: Any) -> Any:
    """Plain data in which what looks like a secret is replaced."""
    if isinstance(data, Mapping):
        return {hidden(str(name)): shown_data(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [shown_data(value) for value in data]
    return HIDDEN if isinstance(data, str) and shown(data) == HIDDEN else data


def severities(stacks: Iterable[Report]) -> Mapping[str, int]:
    """How many causes of drift have each severity, of all severities."""
    counted = Counter(entry.finding.severity for entry in entries(stacks, "findings"))
    return {severity: counted[severity] for severity in SEVERITIES}


def coverage(stacks: Iterable[Report]) -> Coverage:
    """That of all stacks together."""
    every = [stack.coverage for stack in stacks]
    return Coverage(sum(one.managed for one in every), sum(one.found for one in every), sum(one.ignored for one in every))


def summary(stacks: Sequence[Report]) -> str:
    """One line for people: `drift in 1 of 2 stacks: 1 error, 2 warnings; 1 could not be read; 12 of 14 managed`."""
    covered = coverage(stacks)
    unread, pending = len(entries(stacks, "unknown")), len(entries(stacks, "pending"))
    parts = [
        _verdict(stacks),
        f"{unread:,} could not be read" if unread else "",
        f"{pending:,} not applied yet" if pending else "",
        f"{covered.managed:,} of {covered.found:,} managed" + (f", {covered.ignored:,} ignored" if covered.ignored else ""),
    ]
    return "; ".join(filter(None, parts))


def _verdict(stacks: Sequence[Report]) -> str:
    drifted = sum(bool(stack.findings) for stack in stacks)
    among = number(len(stacks), "stack")
    if not drifted:
        return f"no drift {'seen ' if any(stack.unknown for stack in stacks) else ''}in {among}"
    counts = ", ".join(number(amount, word) for word, amount in severities(stacks).items() if amount)
    return f"drift in {among if drifted == len(stacks) else f'{drifted:,} of {among}'}: {counts}"
