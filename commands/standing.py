"""A stack's state, and what the engine met when it read it anew, as plain resources; and where each of them is declared.

Knows how the engine keeps things: types, urns, frames, and lists where an order matters.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from astra import deployment
from astra.applied import Applied
from astra.deployment import Deployment
from astra.drift import Place, Resource
from astra.taken_over import Intended
from commands.engine import Refreshed

SETTINGS = "vectorize:settings"
_PROVIDER = "pulumi:providers:pulumi-python"
_TYPE = "pulumi-python:dynamic/astra:"
_KINDS: Mapping[str, Resource] = {
    f"{_TYPE}Database": "database",
    f"{_TYPE}DatabaseRegion": "region",
    f"{_TYPE}Keyspace": "keyspace",
    f"{_TYPE}Collection": "collection",
    f"{_TYPE}Table": "table",
    f"{_TYPE}Index": "index",
    f"{_TYPE}VectorIndex": "index",
    f"{_TYPE}ProviderIntegration": "integration",
}
# What makes nothing.
_WORKLOAD = f"{_TYPE}Workload"
_DEPLOYMENT = f"{_TYPE}Deployment"
_NOTHING = (_WORKLOAD, _DEPLOYMENT)
_TEMPLATE = "/providers/stack.py#"
_FRAME = re.compile(r"project:///(?P<file>.+)#(?P<line>\d+)(,(?P<column>\d+))?")


def settings(kept: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By urn, the settings of every explicit provider of the stack, as JSON text."""
    providers = (one for one in kept if one.get("type") == _PROVIDER)
    return {one["urn"]: one["inputs"][SETTINGS] for one in providers if SETTINGS in one.get("inputs", {})}


def intended(kept: Iterable[Mapping[str, Any]]) -> Intended | None:
    """What the last update set out to apply; None for a stack without a Workload."""
    for one in kept:
        if one.get("type") == _WORKLOAD and not one.get("delete"):
            inputs = one.get("inputs") or {}
            # A state of before it was JSON has the object itself.
            stated = inputs.get("workload") or {}
            workload = json.loads(stated) if isinstance(stated, str) else stated
            return Intended(str(one.get("modified") or ""), inputs.get("databases") or {}, workload)
    return None


def deployed(kept: Iterable[Mapping[str, Any]]) -> tuple[Deployment, ...]:
    """What was deployed, newest first; the first is what is deployed now. Empty for a stack without a record of it."""
    recorded = (one.get("outputs") or {} for one in kept if one.get("type") == _DEPLOYMENT and not one.get("delete"))
    return next((deployment.history(outputs) for outputs in recorded), ())


def protected(kept: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By its address, the urn of everything that the engine refuses to delete."""
    return {
        str(one.get("inputs", {}).get("address") or one["urn"].rpartition("::")[2]): one["urn"]
        for one in kept
        if one.get("protect") and one.get("type") in _KINDS and not one.get("delete")
    }


def by_the_template(kept: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the stack's program is this project's own, which declares an environment file."""
    frames = (frame for one in kept if one.get("type") == _WORKLOAD for frame in one.get("stackTrace") or ())
    return any(_TEMPLATE in frame.get("sourcePosition", "") for frame in frames)


def strays(kept: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What is of this project and cannot be read by it: logical name, and why."""
    every = list(kept)
    known = settings(every)
    for one in every:
        name = str(one.get("urn", "")).rpartition("::")[2]
        kind = str(one.get("type", ""))
        if not kind.startswith(_TYPE) or kind in _NOTHING or one.get("delete"):
            continue
        if kind not in _KINDS:
            yield name, f"this version of the project knows no resource of the type {kind.removeprefix(_TYPE)}"
        elif str(one.get("provider", "")).rpartition("::")[0] not in known:
            yield name, "its provider is not this project's AstraProvider, so nobody knows where it is"


def number(kept: Iterable[Mapping[str, Any]]) -> int:
    """How many resources of this project's kinds the state keeps, of whatever provider."""
    return sum(one.get("type") in _KINDS for one in kept)


def resources(kept: Iterable[Mapping[str, Any]], provider: str) -> list[Applied]:
    """What the state keeps of the resources of one provider, by its urn; of none is known yet how it stands.

    What is only half deleted is no resource any more.
    """
    return [
        Applied(
            urn=one["urn"],
            kind=_KINDS[one["type"]],
            address=str(one.get("inputs", {}).get("address") or one["urn"].rpartition("::")[2]),
            identity=str(one.get("id", "")),
            inputs=_ordered(one.get("inputs") or {}),
            outputs=_ordered(one.get("outputs") or {}),
            external=bool(one.get("external")),
            needs=frozenset(one.get("dependencies") or ()),
            torn=bool(one.get("pendingReplacement")),
            modified=str(one.get("modified") or ""),
        )
        for one in kept
        if one.get("type") in _KINDS and str(one.get("provider", "")).rpartition("::")[0] == provider and not one.get("delete")
    ]


def met(one: Applied, refreshed: Refreshed) -> Applied:
    """A resource as the engine met it."""
    if one.torn:
        # The engine does not read it: it knows that it deleted it.
        return replace(one, outcome="missing")
    seen = refreshed.met.get(one.urn)
    if seen is None or one.urn in refreshed.errors:
        return replace(one, outcome="unread", reason=refreshed.errors.get(one.urn) or refreshed.failure or one.reason)
    if seen["op"] == "delete" or not seen.get("new"):
        return replace(one, outcome="missing")
    # As the engine shows them both, which hides secrets in both.
    inputs, outputs = (_ordered((seen.get("old") or {}).get(key) or {}) for key in ("inputs", "outputs"))
    return replace(one, outcome="met", inputs=inputs, outputs=outputs, live=_ordered(seen["new"].get("outputs") or {}))


def frames(kept: Iterable[Mapping[str, Any]]) -> dict[str, Place]:
    """By urn, the line of the program that declares a resource: the first frame of the project's own."""
    return {one["urn"]: place for one in kept if (place := _own_frame(one.get("stackTrace") or ())) is not None}


def _own_frame(trace: Iterable[Mapping[str, Any]]) -> Place | None:
    for frame in trace:
        found = _FRAME.fullmatch(frame.get("sourcePosition", ""))
        if found and _own(PurePosixPath(found["file"])):
            return Place(found["file"], int(found["line"]), int(found["column"] or 1))
    return None


def _own(file: PurePosixPath) -> bool:
    return file.parts[0] not in ("providers", "..", ".vectorize") and "site-packages" not in file.parts


def _ordered(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Properties with the primary keys of tables as the Data API has them: the engine gets the sorted columns as a list."""
    result = dict(stated)
    for name in ("definition", "explained"):
        key = (result.get(name) or {}).get("primaryKey") if isinstance(result.get(name), Mapping) else None
        if isinstance(key, Mapping) and isinstance(key.get("partitionSort"), list):
            steps = {column: direction for step in key["partitionSort"] for column, direction in step.items()}
            result[name] = {**result[name], "primaryKey": {**key, "partitionSort": steps}}
    return result
