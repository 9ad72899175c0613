"""The gate for CI: whether an environment's file has a workload that the environment before it has proven.

By files and states alone: no database is asked.
"""

from datetime import UTC, datetime
from typing import Any

from astra.deployment import Deployment
from astra.promotion import Gate, Report, ran, short, stopped, unknown
from astra.validation import mapping
from astra.wording import listed, named
from commands.environment_file import EnvironmentFile, environment_file
from commands.promotion.side import Side, environments, of_file, sides
from commands.promotion.source import failed, soaked

_RULE = "promotion/proven"


def checked(name: str) -> Report:
    """The report on an environment: proven, refused or failed.

    Raises:
        engine.EngineError: the environment is not there, or a stack could not be read.
    """
    taking = of_file(name)
    declared = taking.file.environment
    before, unreadable = _predecessors(taking)
    report = Report(name, taking.file.name, "proven")
    if declared is None:
        return _closed(report, [unknown(taking.file.problem, advice=f"Run vectorize validate {named(name)}.")])
    if unreadable:
        advice = "An environment that cannot be read may be the one that promotes to it: put it right."
        return _closed(report, [unknown(one.problem, advice=advice) for one in unreadable])
    if not before:
        sentence = f"no environment promotes to {named(name)}, so nothing has proven what it declares"
        advice = f"Write promotesTo: {named(name)} in the file of the one that does."
        return _closed(report, [Gate(_RULE, "refused", sentence, advice=advice, place=taking.place)])
    now = datetime.now(UTC)
    judged = [(one, _judged(one, taking, declared.digest, declared.soak, now)) for one in sides(before)]
    # Of several predecessors one is enough; where none is, the first that had it says most.
    source, gates = min(judged, key=lambda each: _misses(each[1]))
    passed = stopped(gates) is None
    told = gates if passed else [gate for _, every in judged for gate in every]
    entry = next((one for one in source.history if one.digest == declared.digest), None)
    deployment = entry or Deployment(declared.digest, "{}", "")
    return _closed(Report(name, taking.file.name, "proven", source.name if passed else "", deployment), told)


def _closed(report: Report, gates: list[Gate]) -> Report:
    return Report(report.target, report.file, stopped(gates) or report.outcome, report.origin, report.deployment, tuple(gates))


def _misses(gates: list[Gate]) -> int:
    return sum(one.verdict in ("refused", "unknown") for one in gates)


def _predecessors(taking: Side) -> tuple[list[str], list[EnvironmentFile]]:
    """Names of the environments that promote to it; and the files of which nobody knows whether they do."""
    files = {one: environment_file(one) for one in environments() if one != taking.name}
    unreadable = [one for one in files.values() if one.text is None]
    return [name for name, one in files.items() if one.text is not None and _next(one.text.data) == taking.name], unreadable


def _next(data: Any) -> str:
    return str(mapping(data).get("promotesTo", ""))


def _judged(source: Side, taking: Side, digest: str, soak: int, now: datetime) -> list[Gate]:
    name = named(source.name)
    if not source.history:
        sentence = f"nothing is deployed in {name}, as far as its state knows"
        return [Gate(_RULE, "refused", sentence, advice=f"Run pulumi up --stack {name}, which records it.", place=taking.place)]
    if ran(source.history, digest, now, source.breaks) is None:
        known = listed(short(one.digest).removeprefix("sha256:") for one in source.history[:3])
        sentence = f"{taking.file.name} has a workload ({short(digest)}) that {name} never deployed; the newest it did: {known}"
        advice = f"Run vectorize promote {name} {named(taking.name)}, and take what it writes."
        return [Gate(_RULE, "refused", sentence, advice=advice, place=taking.place)]
    gates = [Gate(_RULE, "passed", f"{name} has deployed {short(digest)}"), soaked(source, digest, soak, taking.name, now)]
    current = source.deployed
    return gates + (list(failed(source, digest)) if current is not None and current.digest == digest else [])
