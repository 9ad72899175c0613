"""GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job."""

from collections.abc import Sequence

from astra.finding import Finding
from commands.reports import Checked, summary
from commands.reports.markup import code, escaped

# By its first line whoever posts the report finds the comment again, and replaces it.
MARKER = "<!-- vectorize validate -->"


def report(files: Sequence[Checked]) -> str:
    """The marker, a heading, the summary, and a table of the findings where there are any."""
    rows = "".join(map(_row, (finding for file in files for finding in file.findings)))
    table = f"\n| | place | path | what is wrong |\n| --- | --- | --- | --- |\n{rows}" if rows else ""
    return f"{MARKER}\n### vectorize validate\n\n{summary(files)}.\n{table}"


def _row(finding: Finding) -> str:
    place = code(f"{finding.file}:{finding.line}:{finding.column}")
    path = code(finding.path) if finding.path else ""
    return f"| {finding.severity} | {place} | {path} | {escaped(finding.sentence)} |\n"
