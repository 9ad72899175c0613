"""What `vectorize promote` found out and did, in each format: pure functions of one `Report`.

Text, JSON and Markdown are promote's own. SARIF, JUnit and GitHub's annotations are those of commands/reports: a gate is a
finding. The command calls

    output.publish(wanted, lambda form: report(form, made), lambda: text.report(shown(made), coloured=True))
    github.hand_over(made, os.environ)            # where "github" is in wanted.formats
    click.echo(summary(made), err=True)           # where wanted.printed is not "text", whose last line it is
"""

import importlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from astra.promotion import Gate, Report, short
from astra.promotion_changes import CATEGORIES, Property, WorkloadChange
from astra.wording import hidden
from commands.drift_reports import shown_data
from commands.reports import number

_MAKERS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "report"),
    "json": ("versioned_json", "report"),
    "markdown": ("markdown", "report"),
    "sarif": ("placed", "sarif"),
    "junit": ("placed", "junit"),
    "github": ("placed", "annotations"),
}


def report(name: str, made: Report) -> str:
    """The promotion as a report.

    Args:
        name: a key of `commands.output.FORMATS`.
        made: what was found out and done.

    Raises:
        KeyError: there is no such format.
    """
    module, function = _MAKERS[name]
    text: str = getattr(importlib.import_module(f"commands.promotion_reports.{module}"), function)(shown(made))
    return text


def shown(made: Report) -> Report:
    """The same, and nothing in it looks like a secret any more: people paste keys where names belong."""
    return replace(
        made,
        target=hidden(made.target),
        file=hidden(made.file),
        origin=hidden(made.origin),
        gates=tuple(map(_gate, made.gates)),
        changes=tuple(map(_change, made.changes)),
        done=tuple(map(hidden, made.done)),
    )


def _gate(one: Gate) -> Gate:
    place = replace(one.place, file=hidden(one.place.file)) if one.place else None
    return replace(one, sentence=hidden(one.sentence), address=hidden(one.address), advice=hidden(one.advice), place=place)


def _change(one: WorkloadChange) -> WorkloadChange:
    properties = tuple(Property(hidden(each.path), shown_data(each.old), shown_data(each.new)) for each in one.properties)
    return replace(one, address=hidden(one.address), sentence=hidden(one.sentence), properties=properties)


def subject(made: Report) -> str:
    """What is promoted: `dev to staging, sha256:0123456789ab`; of a check without a predecessor, what would be."""
    between = f"{made.origin} to {made.target}" if made.origin else made.target
    return f"{between}, {short(made.deployment.digest)}" if made.deployment else between


def counted(made: Report) -> str:
    """The changes by category, worst first: `3 changes: 1 destroy, 2 additive`."""
    if not made.changes:
        return "no changes"
    counts = Counter(one.category for one in made.changes)
    parts = ", ".join(f"{counts[category]:,} {category}" for category in reversed(CATEGORIES) if counts[category])
    return f"{number(len(made.changes), 'change')}: {parts}"


def summary(made: Report) -> str:
    """One line for people, hidden where it has to be."""
    made = shown(made)
    refused, unknown = len(made.told("refused")), len(made.told("unknown"))
    again = f"apply it with vectorize promote {made.origin} {made.target} --apply, or with pulumi up --stack {made.target}"
    ends: Mapping[str, str] = {
        "refused": f"refused for {number(refused, 'reason')}",
        "failed": f"could not be done: {number(unknown, 'thing')} could not be told or done"
        + (f", and {number(refused, 'reason')} to refuse it" if refused else ""),
        "nothing": "nothing to do, it is deployed already",
        "planned": f"{counted(made)}; nothing was written",
        "written": f"{counted(made)}; {made.file} has it, and it is not applied: {again}",
        "applied": f"{counted(made)}; promoted",
        "proven": f"{made.file} has what {made.origin} has proven",
    }
    return f"{subject(made)}: {ends[made.outcome]}"
