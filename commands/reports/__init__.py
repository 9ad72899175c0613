"""What `vectorize validate` found, in each format: one module a format, each a function `report(files) -> str`.

The functions are pure: the same files give the same text, byte for byte.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from astra.finding import Finding

# Name of a format: the extensions of its files. Of several formats with one extension the first is meant
# where nobody says which.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "text": (".txt",),
    "json": (".json",),
    "sarif": (".sarif", ".json"),
    "junit": (".xml",),
    "github": (".txt",),
    "markdown": (".md", ".txt"),
}
_MODULES: Mapping[str, str] = {**{name: name for name in FORMATS}, "json": "versioned_json"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One file and what was found in it.

    Attributes:
        name: what messages call the file: its path as it was given, or `<stdin>`.
        findings: sorted by place; empty for a file in which nothing was found.
    """

    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return not count((self,), "error")


def report(name: str, files: Sequence[Checked]) -> str:
    """The files as a report.

    Args:
        name: a key of FORMATS.
        files: sorted by name.

    Raises:
        KeyError: there is no such format.
    """
    made: str = importlib.import_module(f"commands.reports.{_MODULES[name]}").report(files)
    return made


def count(files: Iterable[Checked], severity: str) -> int:
    """How many findings have that severity: error or warning."""
    return sum(finding.severity == severity for file in files for finding in file.findings)


def summary(files: Sequence[Checked]) -> str:
    """One line for people: `3 problems and 1 warning in 2 of 5 files`, or `2 files are valid`."""
    found = [
        _number(count(files, severity), word)
        for severity, word in (("error", "problem"), ("warning", "warning"))
        if count(files, severity)
    ]
    if not found:
        return f"{_number(len(files), 'file')} {'is' if len(files) == 1 else 'are'} valid"
    touched = sum(bool(file.findings) for file in files)
    among = "" if touched == len(files) else f"{touched} of "
    return f"{' and '.join(found)} in {among}{_number(len(files), 'file')}"


def format_of(file: str, stated: str | None) -> str | None:
    """The format that a file is written in.

    Args:
        file: its name.
        stated: the format that was asked for, None for none. It decides among the formats that share the extension,
            and for a file whose extension is nobody's.

    Returns:
        A key of FORMATS; None where neither the extension nor anybody else says one.
    """
    extensions = {suffix.lower() for suffix in PurePath(file).suffixes}
    # Of `results.sarif.json` the rarer extension says more.
    fitting = (
        ["sarif"]
        if ".sarif" in extensions
        else [name for name, own in FORMATS.items() if {PurePath(file).suffix.lower()} & {*own}]
    )
    return stated if stated in fitting or not fitting else fitting[0]


def _number(amount: int, word: str) -> str:
    return f"{amount:,} {word}{'' if amount == 1 else 's'}"
