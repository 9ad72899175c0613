"""A promotion as a whole: looks at both environments, judges, writes the file, and applies it where that is asked for."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from astra import drift, promotion_changes
from astra.applied import Applied
from astra.deployment import Deployment
from astra.promotion import Gate, Report, passed, stopped, unknown
from astra.wording import named
from commands import output, standing
from commands.drift_stack import looked_at
from commands.promotion import applying, drifting, permissions, service, source, target
from commands.promotion.applied_workload import applied
from commands.promotion.side import Side, sides
from commands.promotion.target import Wanted


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        source: name of the environment whose workload it is.
        target: name of the environment that is to take it.
        digest: beginning of the digest of an earlier deployment; "" for what is deployed.
        allowed: addresses of what may be lost.
        dry_run: whether nothing is written.
        apply: whether the update is made.
        probe: whether each integration of the target embeds once.
    """

    source: str
    target: str
    digest: str = ""
    allowed: frozenset[str] = frozenset()
    dry_run: bool = False
    apply: bool = False
    probe: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was found out: the report so far, and what it takes to go on; without it nothing goes on."""

    report: Report
    target: Side
    before: bytes = b""
    chosen: Deployment | None = None
    wanted: Wanted | None = None
    losses: applying.Losses = field(default_factory=applying.Losses)


def promoted(wish: Wish, reading: Callable[[], AbstractContextManager[None]], tell: Callable[[str], None]) -> Report:
    """Promotes, as far as that is asked for and no gate refuses it.

    Args:
        wish: what is asked for.
        reading: a context in which the engine only reads, and ends with this process.
        tell: told what is being done, and "" before the engine itself says something.

    Raises:
        engine.EngineError: an environment is not there or could not be read.
        Invalid: what is allowed, or the digest, fits nothing.
    """
    with reading():
        plan = _planned(wish, tell)
        tell("")
    report, wanted, chosen = plan.report, plan.wanted, plan.chosen
    if report.outcome == "nothing" and wish.apply and chosen is not None:
        # An update whose proof failed, or never came, is proven now.
        with reading():
            return _ended(report, *_verified(plan, chosen, wish, tell))
    if report.outcome != "planned" or wish.dry_run or wanted is None or chosen is None:
        return report
    failure, done = _written(plan, wanted)
    if failure:
        return _ended(report, [unknown(failure)], [])
    if not wish.apply:
        return replace(report, outcome="written", done=(done,))
    take_back = partial(_taken_back, plan, wanted)
    gates, said = applying.applied(plan.target, wanted.environment, wish.source, chosen, plan.losses, take_back)
    if not stopped(gates):
        with reading():
            proofs, seen = _verified(plan, chosen, wish, tell)
        gates, said = [*gates, *proofs], [*said, *seen]
    return _ended(replace(report, outcome="applied"), gates, [done, *said])


def _verified(plan: _Plan, chosen: Deployment, wish: Wish, tell: Callable[[str], None]) -> tuple[list[Gate], list[str]]:
    tell(f"verifying what stands in {named(plan.target.name)}")
    return applying.verified(plan.target, chosen, probe=wish.probe)


def _ended(report: Report, gates: list[Gate], done: list[str]) -> Report:
    every = (*report.gates, *gates)
    return replace(report, outcome=stopped(every) or report.outcome, gates=every, done=(*report.done, *done))


def _planned(wish: Wish, tell: Callable[[str], None]) -> _Plan:
    tell(f"reading {named(wish.source)} and {named(wish.target)}")
    origin, taking = sides([wish.source, wish.target])
    chosen = source.chosen(origin, wish.digest)
    gates = source.gates(origin, chosen, by_digest=bool(wish.digest))
    report = Report(taking.name, taking.file.name, "refused", origin.name, chosen)
    wanted, before = None, b""
    if taking.file.missing:
        advice = "Write it: its target, its databases and its integrations are its own, and its workload may be {}."
        gates.append(Gate("promotion/target", "refused", f"there is no {taking.file.name}", advice=advice))
    elif chosen is not None and not any(one.rule == "promotion/source" for one in gates):
        try:
            before = taking.path.read_bytes()
        except OSError as error:
            gates.append(unknown(f"{taking.file.name}: cannot be read: {error.strerror}"))
        else:
            wanted, found = target.wanted(origin, taking, chosen, before)
            gates += found
    if wanted is not None and chosen is not None:
        if _settled(taking, chosen, wanted) and not stopped(gates):
            tell(f"looking at what stands in {named(taking.name)}")
            look = looked_at(taking.stack, tries=wish.probe and not wish.apply)
            gates += drifting.of_target(taking.name, look, (), wanted.environment.workload()["workload"])
            return _Plan(replace(report, outcome=stopped(gates) or "nothing", gates=tuple(gates)), taking, chosen=chosen)
        gates.append(source.soaked(origin, chosen.digest, wanted.environment.soak, taking.name, datetime.now(UTC)))
    gates += _not_ready(taking, chosen) if wish.apply else []
    tell(f"looking at what stands in {named(origin.name)} and {named(taking.name)}")
    looks = _looks(origin, taking, chosen, wish)
    if origin.name in looks:
        edited = any(one.rule == "promotion/edited" and one.verdict == "refused" for one in gates)
        gates += drifting.of_source(origin.name, looks[origin.name], edited=edited)
    changes: tuple[promotion_changes.WorkloadChange, ...] = ()
    losses = applying.Losses()
    if wanted is not None:
        tell(f"asking the databases of {named(taking.name)}")
        changes, losses, found = _judged(taking, wanted, wish, looks.get(taking.name))
        gates += found
    elif taking.name in looks:
        # What is wrong with the file was said, and is the reason why nobody knows what it declares.
        look = looks[taking.name]
        read = tuple(one for one in look.unknown if one.sentence != taking.file.problem)
        gates += drifting.of_target(taking.name, replace(look, unknown=read), (), {})
    outcome = stopped(gates) or "planned"
    report = replace(report, outcome=outcome, gates=tuple(gates), changes=changes)
    return _Plan(report, taking, before, chosen, wanted, losses)


def _settled(taking: Side, chosen: Deployment, wanted: Wanted) -> bool:
    """Whether the target has the workload already, in its file and deployed, and nothing is left to be done.

    The engine deletes after the deployment was recorded, so that the digests alone do not tell.
    """
    declared, deployed = taking.file.environment, taking.deployed
    same = declared is not None and deployed is not None and declared.digest == chosen.digest == deployed.digest
    ended = taking.update in ("", "succeeded") and not taking.export.interrupted
    return same and ended and all(one.category == "none" for one in _changes(taking, wanted))


def _changes(taking: Side, wanted: Wanted) -> list[promotion_changes.WorkloadChange]:
    return promotion_changes.changes(_applied(taking), wanted.environment.workload())


def _applied(taking: Side) -> Mapping[str, Any]:
    """What the target has now."""
    return applied(standing.intended(taking.export.resources), _resources(taking))


def _resources(taking: Side) -> list[Applied]:
    kept = taking.export.resources
    return [one for urn in standing.settings(kept) for one in standing.resources(kept, urn)]


def _not_ready(taking: Side, chosen: Deployment | None) -> list[Gate]:
    if taking.stack or chosen is None:
        return []
    name = named(taking.name)
    return [unknown(f"there is no stack {name} to apply it to", advice=f"Run pulumi stack init {name}, and give it its config.")]


def _looks(origin: Side, taking: Side, chosen: Deployment | None, wish: Wish) -> Mapping[str, drift.Report]:
    """What stands in both, at once; nothing of a stack that has nothing, nor for an earlier deployment of the source."""
    wanted = [
        *([(origin, False)] if chosen is not None and chosen == origin.deployed else []),
        # Where the update is made, the integrations embed after it.
        *([(taking, wish.probe and not wish.apply)] if taking.export.resources else []),
    ]
    with ThreadPoolExecutor() as pool:
        looking = {side.name: pool.submit(looked_at, side.stack, tries=tries) for side, tries in wanted}
    return {name: one.result() for name, one in looking.items()}


def _judged(
    taking: Side, wanted: Wanted, wish: Wish, look: drift.Report | None
) -> tuple[tuple[promotion_changes.WorkloadChange, ...], applying.Losses, list[Gate]]:
    """The changes in the target, what may be lost for them, and the gates of the target."""
    kept = taking.export.resources
    resources, before = _resources(taking), _applied(taking)
    declared = wanted.environment.workload()
    planned = _changes(taking, wanted)
    moved = list(target.moved(taking, before["databases"], declared["databases"]))
    gates = [*moved]
    if look is not None:
        torn = {one.address for one in resources if one.torn}
        gates += drifting.of_target(taking.name, look, torn, declared["workload"])
    made = {one.address for one in resources if one.kind == "database"}
    # Of a database that is about to be another one nobody can be asked what it would lose.
    weighed, found = (planned, []) if moved else service.looked_at(taking, wanted.environment, before, made, planned)
    gates += found
    protected = standing.protected(kept)
    resumed = taking.file.environment is not None and taking.file.environment.digest == wanted.environment.digest
    allowed = list(permissions.gates(planned, weighed, wish.allowed, protected, resumed=resumed))
    gates += allowed or ([] if moved else passed("promotion/destroy", "nothing is lost", []))
    unprotect = permissions.unprotected(weighed, wish.allowed, protected)
    losses = applying.Losses(unprotect, permissions.needed(weighed, protected) & wish.allowed)
    return tuple(weighed), losses, gates


def _written(plan: _Plan, wanted: Wanted) -> tuple[str, str]:
    """Why the file could not be written, or ""; and what was done."""
    name = plan.target.file.name
    try:
        now = plan.target.path.read_bytes()
    except OSError as error:
        return f"{name}: cannot be read: {error.strerror}", ""
    if now == wanted.text:
        return "", f"{name} has the workload already"
    if now != plan.before:
        return f"{name} was changed meanwhile, and was left as it is; run this again", ""
    return output.written(str(plan.target.path), wanted.text.decode()), f"{name} was written"


def _taken_back(plan: _Plan, wanted: Wanted) -> str:
    """Puts the file back as it was before; returns what became of it."""
    name = plan.target.file.name
    if plan.before == wanted.text:
        return f"{name} had the workload before: run this again when it is put right."
    try:
        kept = plan.target.path.read_bytes() == wanted.text
    except OSError:
        kept = False
    failure = output.written(str(plan.target.path), plan.before.decode()) if kept else f"{name} was changed meanwhile"
    return f"{name} still has the workload: {failure}" if failure else f"Nothing was updated, and {name} is as it was."
