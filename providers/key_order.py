"""The order of a primary key's columns on its way through the engine.

The columns of partitionSort stand in the order of their weight, and the engine sorts the keys of every mapping. So what it gets
is a list with one mapping a column.
"""

from collections.abc import Mapping
from typing import Any

import pulumi


def input_of(key: Any) -> Any:
    """A primary key as a resource's input: a name, a mapping, or an output of either."""
    stated = key.get("partitionSort", {}) if isinstance(key, Mapping) else {}
    if isinstance(key, str | Mapping) and isinstance(stated, Mapping):
        return _kept(key)
    return pulumi.Output.from_input(key).apply(_kept)


def kept(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A table's definition as the engine may have it."""
    return {**definition, "primaryKey": _kept(definition["primaryKey"])}


def restored(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A table's definition as the Data API has it, out of what the engine kept. What is of another form stays as it is."""
    key = definition.get("primaryKey")
    steps = key.get("partitionSort") if isinstance(key, Mapping) else None
    if not isinstance(key, Mapping) or not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        return dict(definition)
    merged = {name: direction for step in steps for name, direction in step.items()}
    return {**definition, "primaryKey": {**key, "partitionSort": merged}}


def _kept(key: Any) -> Any:
    stated = key.get("partitionSort") if isinstance(key, Mapping) else None
    if not isinstance(stated, Mapping):
        return key
    return {**key, "partitionSort": [{name: direction} for name, direction in stated.items()]}
