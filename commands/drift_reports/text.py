"""Text for whoever was woken by it: what, what it means, where, since when, and what to do either way."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from astra.drift import Drift, Report
from commands.drift_reports import Entry, Part, entries, summary
from commands.drift_reports.phrases import among, printable, remedies, since, subject, with_it

_HEADINGS: Mapping[Part, str] = {
    "findings": "",
    "unknown": "Could not be read, and nothing is said of it:",
    "pending": "Declared and not applied yet, which is no drift:",
}
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}

Style = Callable[..., str]


def report(stacks: Sequence[Report], *, coloured: bool = False) -> str:
    """A block a cause: drift, then what could not be read, then what is pending. The last line counts.

    Args:
        stacks: one report each.
        coloured: whether it is marked for a terminal.
    """
    style: Style = click.style if coloured else _plain
    return "".join(f"{line}\n" for line in _lines(stacks, style))


def _plain(text: str, **_: object) -> str:
    return text


def _lines(stacks: Sequence[Report], style: Style) -> Iterator[str]:
    updated = {stack.stack: stack.updated for stack in stacks}
    for part, heading in _HEADINGS.items():
        found = entries(stacks, part)
        if found and heading:
            yield style(heading, bold=True)
            yield ""
        for entry in found:
            yield _head(entry.finding, style)
            for label, text in _rows(entry, updated):
                yield f"  {style(f'{label:8}', dim=True)} {printable(text)}"
            yield ""
    yield style(summary(stacks), fg=_colour(stacks))


def _head(one: Drift, style: Style) -> str:
    severity = style(f"{one.severity}:", fg=_COLOURS[one.severity], bold=True)
    return f"{severity} {one.kind}: {style(printable(subject(one)), bold=True)} {printable(among(one.stacks))}"


def _rows(entry: Entry, updated: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    one = entry.finding
    yield "what", one.sentence
    if one.meaning:
        yield "means", one.meaning
    if one.contents:
        yield "with it", with_it(one.contents)
    for place in entry.distinct:
        yield "where", f"{place.file}:{place.line}:{place.column}"
    for said in since(one, updated):
        yield "since", said
    yield from remedies(one)


def _colour(stacks: Sequence[Report]) -> str:
    if any(stack.unknown for stack in stacks):
        return "red"
    return "yellow" if any(stack.findings for stack in stacks) else "green"
