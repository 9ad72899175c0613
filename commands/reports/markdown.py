"""GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job."""

from collections.abc import Sequence

from astra.finding import Finding
from commands.reports import VALIDATE, Checked, Subject, summary
from commands.reports.markup import code, escaped


def marker(subject: Subject = VALIDATE) -> str:
    """The first line, by which whoever posts the report finds it again, and replaces it."""
    return f"<!-- {subject.command} -->"


def report(files: Sequence[Checked], subject: Subject = VALIDATE, counted: str = "") -> str:
    """The marker, a heading, the summary, and a table of the findings where there are any.

    Args:
        files: what was checked.
        subject: what is said differently for each command.
        counted: the summary, where it is not that of checked files; one line without its full stop.
    """
    rows = "".join(map(_row, (finding for file in files for finding in file.findings)))
    table = f"\n| | place | path | what is wrong |\n| --- | --- | --- | --- |\n{rows}" if rows else ""
    return f"{marker(subject)}\n### {subject.command}\n\n{escaped(counted) or summary(files)}.\n{table}"


def _row(finding: Finding) -> str:
    place = code(f"{finding.file}:{finding.line}:{finding.column}")
    path = code(finding.path) if finding.path else ""
    return f"| {finding.severity} | {place} | {path} | {escaped(finding.sentence)} |\n"
