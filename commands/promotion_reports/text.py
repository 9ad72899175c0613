"""Text for people: what changes, what stands in the way and what to do about it, what was done."""

from collections.abc import Callable, Iterator, Mapping

import click

from astra.promotion import Gate, Report, Verdict
from astra.promotion_changes import Category, WorkloadChange
from commands.drift_reports.phrases import printable
from commands.promotion_reports import summary

_VERDICTS: Mapping[Verdict, str] = {"unknown": "red", "refused": "red", "warning": "yellow", "note": "cyan", "passed": "green"}
_CATEGORIES: Mapping[Category, str] = {
    "destroy": "red",
    "re-embed": "yellow",
    "additive": "green",
    "metadata": "cyan",
    "none": "cyan",
}
_GOOD = ("nothing", "planned", "written", "applied", "proven")

Style = Callable[..., str]


def report(made: Report, *, coloured: bool = False) -> str:
    """Changes, gates, what was done, and a last line that says what became of it.

    Args:
        made: as `shown`.
        coloured: whether it is marked for a terminal.
    """
    style: Style = click.style if coloured else _plain
    return "".join(f"{line}\n" for line in _lines(made, style))


def _plain(text: str, **_: object) -> str:
    return text


def _lines(made: Report, style: Style) -> Iterator[str]:
    if made.deployment and made.deployment.deployed_at:
        commit = f", of commit {made.deployment.commit}" if made.deployment.commit else ""
        yield printable(f"deployed in {made.origin or made.target} at {made.deployment.deployed_at}{commit}")
        yield ""
    for change in made.changes:
        yield from _change(change, style)
    for verdict in _VERDICTS:
        for gate in made.told(verdict):
            yield from _gate(gate, style)
    if made.told("passed"):
        yield ""
    for done in made.done:
        yield printable(done)
    yield style(printable(summary(made)), fg="green" if made.outcome in _GOOD else "red")


def _change(one: WorkloadChange, style: Style) -> Iterator[str]:
    category = style(f"{one.category}:", fg=_CATEGORIES[one.category], bold=True)
    yield f"{category} {one.kind} {style(printable(one.address), bold=True)}"
    yield from _rows([("what", one.sentence)], style)
    yield ""


def _gate(one: Gate, style: Style) -> Iterator[str]:
    verdict = style(f"{one.verdict}:", fg=_VERDICTS[one.verdict], bold=True)
    if one.verdict == "passed":
        yield f"{verdict} {printable(f'{one.address}: ' if one.address else '')}{printable(one.sentence)}"
        return
    yield f"{verdict} {one.rule}{': ' if one.address else ''}{style(printable(one.address), bold=True)}"
    where = f"{one.place.file}:{one.place.line}:{one.place.column}" if one.place else ""
    yield from _rows([("what", one.sentence), ("do", one.advice), ("where", where)], style)
    yield ""


def _rows(rows: list[tuple[str, str]], style: Style) -> Iterator[str]:
    for label, text in rows:
        if text:
            yield f"  {style(f'{label:8}', dim=True)} {printable(text)}"
