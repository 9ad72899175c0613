"""Gates of the databases that take a workload: what they would refuse, which names are taken, and what the changes cost."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from astra import portal, preflight, taken_names
from astra.declaration import Environment
from astra.errors import AstraError
from astra.http import Connection
from astra.promotion import Gate, passed, unknown
from astra.promotion_changes import WorkloadChange
from astra.reembedding import weighed
from astra.sharing import SharedReads
from astra.wording import listed, named
from commands import connections, engine
from commands.live_system import LiveSystem
from commands.promotion.side import Side

_TAKEN = "promotion/taken"


def live_system(target: Side, declared: Environment) -> LiveSystem:
    """The live system as the update will reach it: by the target that the file declares, and the config of now.

    Raises:
        AstraError: the target's transport cannot be loaded.
    """
    settings = json.dumps({"target": declared.target, "config": target.config.target})
    return LiveSystem(connections.connection(settings, target.token), [])


def looked_at(
    target: Side,
    declared: Environment,
    before: Mapping[str, Any],
    made: Collection[str],
    changes: Iterable[WorkloadChange],
) -> tuple[list[WorkloadChange], list[Gate]]:
    """The changes after a look at what stands, and the gates of the target's databases.

    Args:
        target: the environment.
        declared: what it would declare.
        before: what of its workload is applied.
        made: logical names of the databases that its stack has made.
        changes: what would change.
    """
    given = list(changes)
    try:
        system = live_system(target, declared)
    except AstraError as error:
        return given, [unknown(str(error))]
    if not system.may_ask:
        sentence = f"what the databases of {named(target.name)} say of it could not be asked, for there is no token"
        advice = f"Set {engine.TOKEN_VARIABLE}, or keep one as a secret of the stack: pulumi config set --secret vectorize:token."
        return given, [unknown(sentence, advice=advice)]
    workload = declared.workload()
    gates = list(_asked(system.connection, target, workload, before))
    names = list(_names(taken_names.taken(system.connection, workload, made, given)))
    gates += passed(_TAKEN, "no name is taken by something else", names)
    return weighed(system.connection, workload, given, declared.prices), gates


def _asked(connection: Connection, target: Side, workload: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Gate]:
    if target.config.target.get("dryRun") == "false":
        sentence = "the databases were not asked what they would refuse, for vectorize:dryRun is false"
        yield Gate("promotion/service", "note", sentence)
        return
    found = preflight.report(connection, SharedReads(), workload, before["workload"])
    refusals = [Gate("promotion/service", "refused", sentence, address) for address, sentence in map(_parted, found.refusals)]
    absent = [name for name in found.unverified if name in found.rooms]
    unasked = [one for one in _unverified(found, absent) if one.verdict == "unknown"]
    yield from _unverified(found, absent)
    credentials = [
        Gate(
            "promotion/credential",
            "refused",
            f"{named(one.database)} does not accept the credential {named(one.name)} of {named(one.provider)}: {one.said} "
            f"Without it these fail: {listed(addresses)}.",
            one.database,
            portal.steps(one.provider, one.name, one.called),
        )
        for one, addresses in found.credentials.items()
    ]
    # Nobody was asked where all of it is still to be made, or could not be asked.
    if not unasked and len(absent) < len(workload["databases"]):
        refusals = passed("promotion/service", "the databases refuse nothing of it", refusals)
        credentials = passed("promotion/credential", "the databases accept every credential that is needed", credentials)
    yield from (*refusals, *credentials)
    for name, room in found.rooms.items():
        for warning in room.warnings(name):
            yield Gate("promotion/room", "warning", warning.partition(": ")[2], name)


def _parted(refusal: str) -> tuple[str, str]:
    """Address and sentence of what preflight says."""
    address, _, sentence = refusal.partition(": ")
    return address.removeprefix("databases."), sentence


def _unverified(found: preflight.Report, absent: Collection[str]) -> Iterator[Gate]:
    for address, reason in found.unverified.items():
        if address in absent:
            sentence = f"nobody could be asked what it would refuse, nor for credentials: {reason}"
            yield Gate("promotion/service", "note", sentence, address)
        elif address.startswith("the room in "):
            yield Gate(
                "promotion/room", "warning", f"whether it has room could not be told: {reason}", address.rpartition(" ")[2]
            )
        else:
            yield unknown(f"what it would refuse could not be asked: {reason}", address)


def _names(found: Iterable[taken_names.Taken]) -> Iterator[Gate]:
    for one in found:
        if one.unknown:
            yield unknown(f"whether its name is taken could not be told: {one.unknown}", one.address)
        elif one.another:
            sentence = f"{one.by} that no resource stands for has this name, and is another one: {one.another}"
            advice = "Give it another name where it is proven, or remove what is there yourself."
            yield Gate(_TAKEN, "refused", sentence, one.address, advice)
        else:
            yield Gate(_TAKEN, "note", f"{one.by} with the same definition stands already: the update takes it over", one.address)
