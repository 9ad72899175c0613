"""What `vectorize promote` finds out and does: what all of its reports are made of. Plain values.

A promotion takes the workload that one environment has deployed to another one. It passes gates; one that does not is refused,
with all the reasons at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from astra.deployment import Deployment
from astra.drift import Place
from astra.promotion_changes import WorkloadChange

# What a gate says.
#   passed   nothing stands in the way
#   refused  the promotion is not made, for a reason that somebody can do something about
#   unknown  it could not be told, or not be done
#   warning  worth knowing before, and no reason to refuse
#   note     so it is
Verdict = Literal["passed", "refused", "unknown", "warning", "note"]
# What became of the promotion.
#   refused  a gate refused it
#   failed   it could not be told whether it may be made, or it could not be made
#   nothing  the environment has that workload already, in its file and deployed
#   planned  it would be made; nothing was written
#   written  the workload is in the environment's file, and not deployed there
#   applied  it is deployed there, and what stands was looked at
#   proven   the workload in the environment's file is one that its predecessor has proven
Outcome = Literal["refused", "failed", "nothing", "planned", "written", "applied", "proven"]

# What could not be told or done, whatever it was about.
UNKNOWN = "promotion/unknown"
_SHOWN = 12
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that was looked at, and what it says.

    Attributes:
        rule: id of the gate, a key of schemas/promotion-rules.json.
        verdict: see Verdict.
        sentence: what was found; one sentence or several, plain text, no line breaks, no secret.
        address: of what it is about, `database.keyspace.collection`, or a dotted path in the file; "" for the whole.
        advice: what to do; "" where nothing is to be done.
        place: where in a file it stands; None for nowhere.
    """

    rule: str
    verdict: Verdict
    sentence: str
    address: str = ""
    advice: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One promotion, or the check of one.

    Attributes:
        target: name of the environment that takes the workload.
        file: its file, relative to the project, with /.
        outcome: what became of it.
        origin: name of the environment that has proven the workload; "" where a check found none.
        deployment: what is promoted; None where that could not be told.
        gates: all of them, in the order in which they were looked at.
        changes: what changes in the target, sorted by address.
        done: what was done, a sentence each.
    """

    target: str
    file: str
    outcome: Outcome
    origin: str = ""
    deployment: Deployment | None = None
    gates: tuple[Gate, ...] = ()
    changes: tuple[WorkloadChange, ...] = ()
    done: tuple[str, ...] = ()

    def told(self, *verdicts: Verdict) -> tuple[Gate, ...]:
        """The gates with one of these verdicts."""
        return tuple(one for one in self.gates if one.verdict in verdicts)


def exit_code(report: Report) -> int:
    """0 where it was promoted, or may be; 2 where a gate refused it; 1 where something could not be told or done."""
    return {"failed": 1, "refused": 2}.get(report.outcome, 0)


def stopped(gates: Iterable[Gate]) -> Literal["failed", "refused"] | None:
    """What the gates make of a promotion; None where it may be made."""
    verdicts = {one.verdict for one in gates}
    return "failed" if "unknown" in verdicts else "refused" if "refused" in verdicts else None


def passed(rule: str, sentence: str, gates: Sequence[Gate]) -> list[Gate]:
    """The gates of one rule; where there are none, one that passed.

    Args:
        rule: the gate's id.
        sentence: what is so where it passed.
        gates: what was found.
    """
    return [*gates] if any(one.verdict != "note" for one in gates) else [*gates, Gate(rule, "passed", sentence)]


def unknown(sentence: str, address: str = "", advice: str = "") -> Gate:
    """The gate of what could not be told or done."""
    return Gate(UNKNOWN, "unknown", sentence, address, advice)


def short(digest: str) -> str:
    """A digest as it is shown: `sha256:0123456789ab`. The whole is taken for a secret wherever it stands."""
    kind, _, number = digest.partition(":")
    return f"{kind}:{number[:_SHOWN]}"


def ran(
    history: Sequence[Deployment], digest: str, now: datetime, breaks: Iterable[tuple[datetime, datetime]] = ()
) -> timedelta | None:
    """The longest time without a break that an environment ran a workload; None where it never did.

    Args:
        history: of the environment, newest first, the first of them still running.
        digest: of the workload.
        now: the time of now, with a zone.
        breaks: from when until when an update had failed: nobody knows what ran then.
    """
    ends = [now, *(moment(one.deployed_at) for one in history)]
    times = [
        end - begin
        for one, until in zip(history, ends, strict=False)
        if one.digest == digest and moment(one.deployed_at) > _NEVER
        for begin, end in _pieces(moment(one.deployed_at), until, breaks)
    ]
    known = any(one.digest == digest for one in history)
    return max([*times, timedelta(0)]) if known else None


def _pieces(begin: datetime, end: datetime, breaks: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """A time without its breaks."""
    for failed, mended in sorted(breaks):
        if failed < end and mended > begin:
            yield begin, max(begin, failed)
            begin = min(mended, end)
    yield begin, end


def moment(stated: str) -> datetime:
    """A time as deployments have it; the earliest of all where it is none."""
    try:
        return datetime.strptime(stated, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return _NEVER


def spoken(time: timedelta) -> str:
    """A time as people say it, in its two largest units: `1 d 3 h`, `45 s`."""
    left = max(int(time.total_seconds()), 0)
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, left = divmod(left, seconds)
        if amount:
            parts.append(f"{amount:,} {unit}")
    return " ".join(parts[:2]) or "0 s"
