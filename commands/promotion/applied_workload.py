"""What of a workload the resources of a stack stand for: also where an update did not come to its end. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from astra import pending
from astra.applied import Applied
from astra.taken_over import Intended

EMPTY: Mapping[str, Any] = {"databases": {}, "workload": {}}


def applied(intended: Intended | None, resources: Iterable[Applied]) -> Mapping[str, Any]:
    """The workload of a stack, in the form of `declaration.Environment.workload`.

    What the last update set out to do and did is as it was declared then; anything else is as its resource has it, and what it
    deleted and did not make again is left out.

    Args:
        intended: what the last update set out to apply; None for a stack that was never updated, which has nothing.
        resources: as the state keeps them.
    """
    if intended is None:
        return EMPTY
    stated = {(one.kind, one.address): one for one in pending.parts(intended.databases, intended.workload)}
    workload: dict[str, Any] = {}
    # What a thing is in comes before it.
    for one in sorted(resources, key=lambda each: each.address.count(".")):
        if one.torn or one.kind not in ("keyspace", "collection", "table", "index"):
            continue
        meant = stated.get((one.kind, one.address))
        inputs = pending.decided(one) if meant is None or pending.differs(one, meant) else meant.inputs
        database, keyspace, *steps = one.address.split(".")
        content = workload.setdefault(database, {}).setdefault(keyspace, {})
        if one.kind == "collection":
            content.setdefault("collections", {})[steps[0]] = inputs
        elif one.kind == "table":
            content.setdefault("tables", {})[steps[0]] = {"definition": inputs["definition"]}
        elif one.kind == "index" and (table := content.get("tables", {}).get(steps[0])) is not None:
            # Of a vector index the resource is another one, so that its inputs name no kind.
            table.setdefault("indexes", {})[steps[1]] = {"indexType": "vector", **inputs}
    return {"databases": intended.databases, "workload": workload}
