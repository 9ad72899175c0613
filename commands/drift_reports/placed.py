"""Drift as findings at places, for the formats that `vectorize validate` has, too.

What is pending is left out: it is no drift, and every reader of these formats would count it.
"""

from collections.abc import Iterable, Sequence

from astra.drift import Drift, Place, Report
from astra.finding import Finding
from commands.drift_reports import DRIFT, Entry, entries
from commands.drift_reports.phrases import among, remedies, sentences
from commands.reports import Checked
from commands.reports import github as _github
from commands.reports import junit as _junit
from commands.reports import sarif as _sarif

# Of what nothing declares: the file that every project has.
NOWHERE = Place("Pulumi.yaml", 1)


def sarif(stacks: Sequence[Report]) -> str:
    """SARIF 2.1.0: a result a cause and place. What could not be read makes the run one that failed."""
    return _sarif.report(by_file(stacks), DRIFT)


def junit(stacks: Sequence[Report]) -> str:
    """JUnit XML: a suite a stack. Drift fails whatever its severity; what could not be read is an error."""
    return _junit.report(by_stack(stacks), DRIFT)


def annotations(stacks: Sequence[Report]) -> str:
    """Workflow commands of GitHub Actions: an annotation a cause and place."""
    return _github.report(by_file(stacks))


def by_file(stacks: Sequence[Report]) -> list[Checked]:
    """What was found at each place, each cause once; the stacks that it was found in are named."""
    files: dict[str, set[Finding]] = {}
    for entry in _found(stacks):
        for place in entry.distinct or (NOWHERE,):
            finding = _finding(entry.finding, place, f"Found {among(entry.finding.stacks)}")
            files.setdefault(place.file, set()).add(finding)
    return [Checked(name, tuple(sorted(found))) for name, found in sorted(files.items())]


def by_stack(stacks: Iterable[Report]) -> list[Checked]:
    """What was found in each stack, also in those without anything."""
    return [
        Checked(stack.stack, tuple(_finding(one.finding, one.finding.place or NOWHERE) for one in _found([stack])))
        for stack in stacks
    ]


def _found(stacks: Sequence[Report]) -> list[Entry]:
    return [*entries(stacks, "findings"), *entries(stacks, "unknown")]


def _finding(one: Drift, place: Place, where: str = "") -> Finding:
    said = sentences(one.sentence, one.meaning, *(f"To {do} it: {how}" for do, how in remedies(one)), where)
    return Finding(place.file, place.line, place.column, one.address, said, f"drift/{one.kind}", one.severity)
