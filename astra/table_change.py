"""What a change of a table's definition needs: nothing, an alteration in place, or another table.

The Data API adds and drops columns, and sets and removes a vector column's service. The type of a column and the primary key
stay as they were made. Source: recorded answers of Data API 1.0.51.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from astra.changes import ABSENT, Change
from astra.table_normalisation import differences, normalised

# What decides which vectors a service makes; the stored credential does not.
_VECTOR_SPACE = ("provider", "modelName", "parameters")


@dataclass(frozen=True, slots=True)
class Alteration:
    """What alterTable has to do, in the order in which it can be done.

    Attributes:
        drop: names of the columns to take out, whatever they hold.
        add: the columns to put in, by name, as the user defined them.
        drop_vectorize: names of the vector columns that lose their service.
        add_vectorize: the services to set, by the name of their column; one that is there is replaced.
        remodelled: names of those columns whose vectors are other ones from now on.
    """

    drop: tuple[str, ...]
    add: Mapping[str, Any]
    drop_vectorize: tuple[str, ...]
    add_vectorize: Mapping[str, Any]
    remodelled: tuple[str, ...]

    @property
    def operations(self) -> tuple[dict[str, Any], ...]:
        """The operations, one a call of alterTable; the service takes no two at once."""
        stated = {
            "drop": list(self.drop),
            "add": dict(self.add),
            "dropVectorize": list(self.drop_vectorize),
            "addVectorize": dict(self.add_vectorize),
        }
        return tuple({name: {"columns": columns}} for name, columns in stated.items() if columns)


def obstacles(definition: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Change, ...]:
    """The differences that no alteration can make good: only another table can. Empty where there are none.

    Args:
        definition: what is wanted.
        live: the definition that listTables explains.
    """
    return tuple(change for change in differences(definition, live) if not _alterable(change))


def alteration(definition: Mapping[str, Any], live: Mapping[str, Any]) -> Alteration:
    """What turns the table that stands into the wanted one, as far as alterTable can.

    Args:
        definition: what is wanted.
        live: the definition that listTables explains.
    """
    columns = definition["columns"]
    found = [change for change in differences(definition, live) if _alterable(change)]
    whole = {change.path[1]: change for change in found if len(change.path) == len(("columns", "name"))}
    services = sorted({change.path[1] for change in found} - whole.keys())
    served = {name: columns[name]["service"] for name in services if "service" in columns[name]}
    return Alteration(
        drop=tuple(name for name, change in whole.items() if change.old is ABSENT),
        add={name: columns[name] for name, change in whole.items() if change.new is ABSENT},
        drop_vectorize=tuple(name for name in services if name not in served),
        add_vectorize=served,
        remodelled=tuple(name for name in served if _remodelled(name, definition, live)),
    )


def other_vectors(service: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether one service makes other vectors than another of the same dimension; both as the service explains them."""
    # Empty parameters are none: the service keeps them apart, the vectors are the same.
    return any((service.get(key) or None) != (other.get(key) or None) for key in _VECTOR_SPACE)


def _alterable(change: Change) -> bool:
    if change.path[0] != "columns":
        return False
    _, _, *rest = change.path
    return not rest or rest[0] == "service"


def _remodelled(name: str, definition: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether its service makes other vectors than those that stand; of a column without one nobody knows whose those are."""
    meant, stands = normalised(definition)["columns"][name]["service"], live["columns"][name].get("service")
    return stands is None or other_vectors(meant, stands)
