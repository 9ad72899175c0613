"""Workflow commands of GitHub Actions: each finding becomes an annotation at its line of the pull request.

GitHub shows ten of a kind a step; the log and the other formats have them all.
"""

from collections.abc import Sequence

from astra.finding import Finding
from commands.reports import Checked

# The percent sign first, or it would escape the escapes. A property ends at a comma or a colon, too.
_MESSAGE = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_MESSAGE, (":", "%3A"), (",", "%2C"))
# Where GitHub's word for a severity is another.
_LEVELS = {"note": "notice"}


def report(files: Sequence[Checked]) -> str:
    """One command a finding, with the dotted path as its title; nothing for files in which nothing was found."""
    return "".join(f"{_command(finding)}\n" for file in files for finding in file.findings)


def _command(finding: Finding) -> str:
    properties = {"file": finding.file, "line": str(finding.line), "col": str(finding.column), "title": finding.path}
    stated = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items() if value)
    return f"::{_LEVELS.get(finding.severity, finding.severity)} {stated}::{_escaped(finding.sentence, _MESSAGE)}"


def _escaped(text: str, by: tuple[tuple[str, str], ...]) -> str:
    for character, escape in by:
        text = text.replace(character, escape)
    return text
