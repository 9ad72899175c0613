"""What the Data API makes of a table's definition, and whether what stands is what was meant.

The one place that knows what it does to tables: it writes every type in its long form, those inside a list, a set or a map in
the short one, completes the key and the services, and adds `apiSupport`. Columns have no order; those of the key do. Sources:
recorded answers of Data API 1.0.51; for user-defined and unsupported types its source (stargate/data-api at ada41bd8).
"""

from collections.abc import Mapping
from typing import Any

from astra.changes import Change, apply, changes
from astra.definition import chosen, default_dimension, normalised_service, same_choice
from astra.table_columns import facts


def normalised(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What the service returns for a definition it accepted, as far as that follows from what was sent.

    Args:
        definition: `{columns, primaryKey}`.
    """
    stated = formed(definition)
    return {**stated, "columns": {name: _completed(column) for name, column in stated["columns"].items()}}


def differences(sent: Mapping[str, Any], returned: Mapping[str, Any]) -> tuple[Change, ...]:
    """How what stands differs from what was meant: `old` is meant, `new` is live. Empty where it is the same.

    A column that stands and was not meant is a difference, of whatever type it is.

    Args:
        sent: the user's definition.
        returned: the definition that listTables explains.
    """
    meant, live = normalised(sent), formed(returned)
    for name, column in meant["columns"].items():
        if column["type"] == "vector" and "dimension" not in column:
            # The catalogue does not know the default of this model, so whatever the service chose is right.
            live["columns"].get(name, {}).pop("dimension", None)
    found = changes(meant["columns"], live["columns"], ("columns",))
    if _weighed(meant["primaryKey"]) == _weighed(live["primaryKey"]):
        return found
    return (*found, Change(("primaryKey",), meant["primaryKey"], live["primaryKey"]))


def with_choices(definition: Mapping[str, Any], returned: Mapping[str, Any], earlier: Any = None) -> dict[str, Any]:
    """The user's definition with the dimensions that the service chose, where a column names a service and leaves its own out.

    Args:
        definition: the user's.
        returned: the definition that listTables explains.
        earlier: the definition that those choices were made for: they hold for a column of the same model that left its dimension
            out then, too. Left out, they hold for all.
    """
    before = earlier["columns"] if isinstance(earlier, Mapping) else definition["columns"]
    columns = {
        name: chosen(column, returned["columns"].get(name)) if same_choice(column, before.get(name)) else column
        for name, column in definition["columns"].items()
    }
    return {**definition, "columns": columns}


def as_found(definition: Mapping[str, Any], returned: Mapping[str, Any]) -> dict[str, Any]:
    """The user's definition with what differs live put in its place; untouched where nothing differs.

    Args:
        definition: the user's.
        returned: the definition that listTables explains.
    """
    once = apply(differences(definition, returned), definition)
    # Twice: a dimension that was left out follows from the model, and has to be spelled out where that is another one.
    return apply(differences(once, returned), once)


def formed(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with its columns and its key in their long forms, and nothing filled in.

    Args:
        definition: `{columns, primaryKey}`.
    """
    columns = {name: _column(column) for name, column in definition["columns"].items()}
    return {"columns": columns, "primaryKey": _key(definition["primaryKey"])}


def _column(column: Any) -> dict[str, Any]:
    """A column in its long form, with the keys that belong to its type and no others: the service drops them in silence."""
    stated = column if isinstance(column, Mapping) else {"type": column}
    kept = ("type", *facts()["keys"].get(stated["type"], ()))
    return {key: _element(stated[key]) if key in ("keyType", "valueType") else stated[key] for key in kept if key in stated}


def _element(stated: Any) -> Any:
    """The type inside a list, a set or a map: in its short form where it has one."""
    column = _column(stated)
    return column if len(column) > 1 else column["type"]


def _completed(column: Mapping[str, Any]) -> dict[str, Any]:
    if "service" not in column:
        return dict(column)
    service = normalised_service(column["service"])
    default = default_dimension(service)
    return {**({} if default is None else {"dimension": default}), **column, "service": service}


def _key(key: Any) -> dict[str, Any]:
    stated = key if isinstance(key, Mapping) else {"partitionBy": [key]}
    return {"partitionBy": list(stated["partitionBy"]), "partitionSort": dict(stated.get("partitionSort") or {})}


def _weighed(key: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, Any]]]:
    """The key with the order of its columns, which a comparison of mappings would overlook."""
    return key["partitionBy"], list(key["partitionSort"].items())
