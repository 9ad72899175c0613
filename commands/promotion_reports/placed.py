"""Gates as findings at places of the environment's file, for the formats that `vectorize validate` has, too."""

from collections.abc import Collection, Mapping

from astra.finding import Finding
from astra.promotion import UNKNOWN, Gate, Report, Verdict
from commands.drift_reports.phrases import sentences
from commands.reports import Checked, Subject
from commands.reports import github as _github
from commands.reports import junit as _junit
from commands.reports import sarif as _sarif

PROMOTION = Subject("vectorize promote", "promotion-rules", "nothing to do", frozenset({"error"}), undecided=UNKNOWN)
_SEVERITIES: Mapping[Verdict, str] = {
    "unknown": "error",
    "refused": "error",
    "warning": "warning",
    "note": "note",
    "passed": "note",
}
# What is worth a mark in a file.
_TOLD = frozenset({"unknown", "refused", "warning"})


def sarif(made: Report) -> str:
    """SARIF 2.1.0: a result a gate that refuses or warns. What could not be told or done makes the run one that failed."""
    return _sarif.report(_files(made, _TOLD), PROMOTION)


def junit(made: Report) -> str:
    """JUnit XML: a test case a gate, also of those that passed."""
    return _junit.report(
        [Checked(f"{made.origin or '?'} to {made.target}", _findings(made.gates, made, frozenset(_SEVERITIES)))], PROMOTION
    )


def annotations(made: Report) -> str:
    """Workflow commands of GitHub Actions: an annotation a gate that refuses or warns."""
    return _github.report(_files(made, _TOLD))


def _files(made: Report, verdicts: Collection[str]) -> list[Checked]:
    files: dict[str, list[Finding]] = {made.file: []}
    for one in _findings(made.gates, made, verdicts):
        files.setdefault(one.file, []).append(one)
    return [Checked(name, tuple(sorted(found))) for name, found in sorted(files.items())]


def _findings(gates: tuple[Gate, ...], made: Report, verdicts: Collection[str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            *((one.place.file, one.place.line, one.place.column) if one.place else (made.file, 1, 1)),
            one.address,
            sentences(one.sentence, one.advice),
            one.rule,
            _SEVERITIES[one.verdict],
        )
        for one in gates
        if one.verdict in verdicts
    )
