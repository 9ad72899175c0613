"""GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job."""

import re
from collections.abc import Sequence

from astra.finding import Finding
from commands.reports import Checked, summary

# By its first line whoever posts the report finds the comment again, and replaces it.
MARKER = "<!-- vectorize validate -->"
# What begins markup, or a column of the table.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#!|~&$]")
# What GitHub makes a mention or a reference of, even where it is escaped.
_REFERRING = re.compile("[@#]")


def report(files: Sequence[Checked]) -> str:
    """The marker, a heading, the summary, and a table of the findings where there are any."""
    rows = "".join(map(_row, (finding for file in files for finding in file.findings)))
    table = f"\n| | place | path | what is wrong |\n| --- | --- | --- | --- |\n{rows}" if rows else ""
    return f"{MARKER}\n### vectorize validate\n\n{summary(files)}.\n{table}"


def _row(finding: Finding) -> str:
    place = _code(f"{finding.file}:{finding.line}:{finding.column}")
    path = _code(finding.path) if finding.path else ""
    return f"| {finding.severity} | {place} | {path} | {_escaped(finding.sentence)} |\n"


def _code(text: str) -> str:
    """The text as code, unless it holds what means something even there."""
    return f"`{text}`" if set(text).isdisjoint("`|\\\n\r") else _escaped(text)


def _escaped(text: str) -> str:
    return _REFERRING.sub(r"\g<0><!-- -->", _MARKUP.sub(r"\\\g<0>", " ".join(text.splitlines())))
