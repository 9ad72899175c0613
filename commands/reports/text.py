"""Lines for people and for editors: `file:line:column: path: sentence`."""

from collections.abc import Sequence

import click

from astra.finding import Finding
from commands.reports import Checked


def report(files: Sequence[Checked], *, coloured: bool = False) -> str:
    """One line a finding; nothing for files in which nothing was found.

    Args:
        files: what was checked.
        coloured: whether places, paths and warnings are marked for a terminal.
    """
    line = _coloured if coloured else str
    return "".join(f"{line(finding)}\n" for file in files for finding in file.findings)


def _coloured(finding: Finding) -> str:
    place = click.style(f"{finding.file}:{finding.line}:{finding.column}:", bold=True)
    warning = click.style("warning: ", fg="yellow") if finding.severity == "warning" else ""
    path = f"{click.style(finding.path, fg='cyan')}: " if finding.path else ""
    return f"{place} {warning}{path}{finding.sentence}"
