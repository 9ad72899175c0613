"""What `vectorize validate` found, in each format: one module a format, each a function `report(files) -> str`.

The functions are pure: the same files give the same text, byte for byte. SARIF, JUnit and GitHub's annotations serve
`vectorize drift`, too: what differs between the commands is a `Subject`.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from astra.finding import Finding

# Where a format's module has another name: json would hide Python's own.
_MODULES: Mapping[str, str] = {"json": "versioned_json"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the formats that two commands share say differently for each.

    Attributes:
        command: the command's name, with which a report begins.
        rules: name of the schema whose $defs describe the rules that findings name.
        clean: name of what passes where nothing was found.
        failing: the severities of a finding that fails a test.
        undecided: the rule of findings that are no verdict, because something could not be read; "" for none.
    """

    command: str
    rules: str
    clean: str
    failing: frozenset[str]
    undecided: str = ""


VALIDATE = Subject("vectorize validate", "rules", "valid", frozenset({"error"}))


@dataclass(frozen=True, slots=True)
class Checked:
    """One file and what was found in it.

    Attributes:
        name: what messages call the file: its path as it was given, or `<stdin>`. In the tests of a drift a stack's name.
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
        name: a key of `commands.output.FORMATS`.
        files: sorted by name.

    Raises:
        ModuleNotFoundError: there is no such format.
    """
    made: str = importlib.import_module(f"commands.reports.{_MODULES.get(name, name)}").report(files)
    return made


def count(files: Iterable[Checked], severity: str) -> int:
    """How many findings have that severity: error or warning."""
    return sum(finding.severity == severity for file in files for finding in file.findings)


def summary(files: Sequence[Checked]) -> str:
    """One line for people: `3 problems and 1 warning in 2 of 5 files`, or `2 files are valid`."""
    found = [
        number(count(files, severity), word)
        for severity, word in (("error", "problem"), ("warning", "warning"))
        if count(files, severity)
    ]
    if not found:
        return f"{number(len(files), 'file')} {'is' if len(files) == 1 else 'are'} valid"
    touched = sum(bool(file.findings) for file in files)
    among = "" if touched == len(files) else f"{touched} of "
    return f"{' and '.join(found)} in {among}{number(len(files), 'file')}"


def number(amount: int, word: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{amount:,} {word}{'' if amount == 1 else 's'}"
