"""Gates of drift: of both environments what stands has to be what was applied. Pure, of what was looked at."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from astra.drift import Drift, Report
from astra.promotion import Gate, Verdict, passed, unknown
from astra.wording import named

_RULE = "promotion/drift"
_OF_THE_WORKLOAD = ("keyspace", "collection", "table", "index")


def of_source(name: str, report: Report, *, edited: bool) -> list[Gate]:
    """Gates of the environment that has proven the workload.

    Args:
        name: of the environment.
        report: what was found of it.
        edited: whether its file declares another workload than the one that is deployed: that is what is not applied then.
    """
    gates = [*_unread(name, report), *(_found(name, one) for one in report.findings)]
    unfinished = [one for one in report.pending if one.resource in _OF_THE_WORKLOAD and not edited]
    for one in unfinished:
        sentence = f"{named(name)}: {one.sentence}, although the same workload was deployed"
        gate = Gate(
            "promotion/failed-update", "refused", sentence, one.address, f"Run pulumi up --stack {named(name)}.", one.place
        )
        gates.append(gate)
    return passed(_RULE, f"{named(name)} does not drift", gates)


def of_target(name: str, report: Report, torn: Collection[str], workload: Mapping[str, Any]) -> list[Gate]:
    """Gates of the environment that takes the workload.

    Args:
        name: of the environment.
        report: what was found of it.
        torn: addresses of what an update that was cut off deleted and did not make again: the next one does.
        workload: what it would declare, by database and keyspace.
    """
    gates = [*_unread(name, report)]
    declared = set(_addresses(workload))
    for one in report.findings:
        if one.kind == "missing" and one.address in torn:
            gates.append(Gate(_RULE, "note", f"{one.sentence}; this update makes it", one.address))
        elif one.kind == "unmanaged":
            gates += _strange(name, one, declared)
        else:
            gates.append(_found(name, one))
    for one in report.pending:
        if one.resource not in _OF_THE_WORKLOAD:
            gates.append(Gate(_RULE, "warning", f"beside the workload {one.sentence}: an update applies that, too", one.address))
    return passed(_RULE, f"{named(name)} does not drift", gates)


def _unread(name: str, report: Report) -> Iterator[Gate]:
    for one in report.unknown:
        yield unknown(f"whether {named(name)} drifts could not be told: {one.sentence}", one.address)


def _found(name: str, one: Drift) -> Gate:
    # What ages is as it was applied, and whether it can be made anew is asked where it would be.
    verdict: Verdict = "warning" if one.kind == "catalogue" else "refused"
    advice = f"See vectorize drift --stack {named(name)}." if verdict == "refused" else ""
    return Gate(_RULE, verdict, f"{named(name)} drifts: {one.kind}: {one.sentence}", one.address, advice)


def _strange(name: str, one: Drift, declared: Collection[str]) -> Iterator[Gate]:
    """Of what stands unmanaged, that which would not be declared either; the rest is for `service.py` to judge."""
    if one.address not in declared:
        yield _found(name, one)
        return
    for inner in one.contents:
        if inner not in declared:
            yield Gate(_RULE, "refused", f"{named(name)} drifts: unmanaged: it stands here and is declared nowhere", inner)


def _addresses(workload: Mapping[str, Any]) -> Iterator[str]:
    for database, keyspaces in workload.items():
        for keyspace, content in keyspaces.items():
            yield f"{database}.{keyspace}"
            yield from (f"{database}.{keyspace}.{name}" for name in content.get("collections") or {})
            yield from _of_tables(f"{database}.{keyspace}", content.get("tables") or {})


def _of_tables(address: str, tables: Mapping[str, Any]) -> Iterable[str]:
    for name, table in tables.items():
        yield f"{address}.{name}"
        yield from (f"{address}.{name}.{index}" for index in table.get("indexes") or {})
