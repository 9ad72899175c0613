"""Where in an environment's data something with an address stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from astra.document import Path
from astra.drift import Resource
from astra.validation import mapping


def path_of(data: Any, kind: Resource, address: str) -> Path:
    """Keys and indexes that lead to what an address means; where it is not declared, to what it would stand in.

    Args:
        data: of the environment file.
        kind: what it is.
        address: dotted logical names.
    """
    database, *steps = address.split(".") if address else [""]
    environment = mapping(data)
    if kind == "stack" or not database:
        return ()
    if kind == "region":
        return _region(mapping(mapping(environment.get("databases")).get(database)), database, steps)
    if kind == "integration" and steps and steps[0] in mapping(environment.get("integrations")):
        return ("integrations", steps[0])
    if kind in ("database", "integration", "model") or not steps:
        return ("databases", database)
    keyspace, *rest = steps
    path: Path = ("workload", database, keyspace)
    if not rest:
        return path
    content = mapping(mapping(mapping(environment.get("workload")).get(database)).get(keyspace))
    holds = "tables" if kind in ("table", "index") or rest[0] in mapping(content.get("tables")) else "collections"
    return (*path, holds, rest[0], *(("indexes", rest[1]) if len(rest) > 1 else ()))


def _region(settings: Mapping[str, Any], database: str, steps: Sequence[str]) -> Path:
    stated = settings.get("additionalRegions")
    regions = stated if isinstance(stated, list) else []
    path: Path = ("databases", database, "additionalRegions")
    return (*path, regions.index(steps[0])) if steps and steps[0] in regions else path
