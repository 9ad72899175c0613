"""The update of the environment that takes a workload, by the engine; and the proof that it stands."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from astra import drift
from astra.declaration import Environment
from astra.deployment import Deployment
from astra.errors import AstraError
from astra.promotion import Gate, short, unknown
from astra.wording import named
from commands import engine, engine_update, standing
from commands.drift_stack import looked_at
from commands.promotion.service import live_system
from commands.promotion.side import Side


@dataclass(frozen=True, slots=True)
class Losses:
    """What an update may do beyond what the environment allows.

    Attributes:
        unprotect: urns of what the engine has to be allowed to delete.
        allowed: addresses of what may be lost.
    """

    unprotect: Sequence[str] = ()
    allowed: Iterable[str] = ()


def applied(
    target: Side, declared: Environment, source: str, chosen: Deployment, losses: Losses, take_back: Callable[[], str]
) -> tuple[list[Gate], list[str]]:
    """Previews and updates; returns why it failed, and what was done.

    Args:
        target: the environment; its file is written.
        declared: what it declares now.
        source: name of the environment that has proven the workload.
        chosen: the workload.
        losses: what may be lost.
        take_back: takes the workload out of the file again, where the update was never begun; returns what became of the file.
    """
    lost = sorted(losses.allowed)
    begun = succeeded = False
    # What would end this process in between ends it when what was unprotected is protected again.
    with engine_update.Ending() as ending:
        try:
            engine_update.unprotect(target.stack, losses.unprotect)
            ending.refuse()
            engine_update.previewed(target.stack, lost, target.token)
            ending.refuse()
            # Whatever was read before it is old after it.
            with live_system(target, declared).connection.reads.changing():
                begun = True
                engine_update.updated(target.stack, f"promote {source}: {chosen.digest}", lost, target.token)
            succeeded = True
        except (engine.EngineError, AstraError) as error:
            goes_on = f"{target.file.name} has the workload: run this again, which goes on where it ended."
            return [unknown(str(error), advice=goes_on if begun else take_back())], []
        finally:
            if not succeeded:
                _protect_again(target.stack, losses.unprotect)
    return [], [f"{named(target.name)} was updated"]


def _protect_again(stack: str, urns: Sequence[str]) -> None:
    """What was unprotected and still stands is protected again; the next update would do that, too."""
    with suppress(engine.EngineError):
        stands = {one["urn"] for one in engine.export(stack).resources} if urns else set()
        engine_update.protect(stack, [urn for urn in urns if urn in stands])


def verified(target: Side, chosen: Deployment, *, probe: bool) -> tuple[list[Gate], list[str]]:
    """Looks at what stands after the update.

    Args:
        target: the environment.
        chosen: the workload that it was given.
        probe: whether each integration embeds once.
    """
    look = looked_at(target.stack, tries=probe)
    name = named(target.name)
    gates = [unknown(f"after the update: {one.sentence}", one.address) for one in (*look.unknown, *_found(look))]
    try:
        history = standing.deployed(engine.export(target.stack).resources)
    except engine.EngineError as error:
        return [*gates, unknown(str(error))], []
    if not history or history[0].digest != chosen.digest:
        gates.append(unknown(f"the state of {name} does not say that {short(chosen.digest)} is deployed"))
    if gates:
        return gates, []
    covered = f"{look.coverage.managed:,} of {look.coverage.found:,} managed"
    embedded = ", and each integration embeds" if probe else ""
    return [], [
        f"verified: {name} does not drift, {covered}{embedded}",
        f"recorded in the state of {name}: {short(chosen.digest)}, deployed at {history[0].deployed_at}",
    ]


def _found(look: drift.Report) -> Iterable[drift.Drift]:
    # What ages was known before, and is no fault of the update.
    return (one for one in look.findings if one.kind != "catalogue")
