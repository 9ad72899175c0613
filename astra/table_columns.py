"""Columns of a table: what their types can do, and what is wrong with them by themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from astra import catalog
from astra.errors import Problem
from astra.wording import listed, nearest, shown

ServiceProblems: TypeAlias = Callable[[Mapping[str, Any]], Iterable[Problem]]
Merged: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def facts() -> Mapping[str, Any]:
    """What the types of columns can do, as schemas/resources/table.schema.json says it."""
    found: Mapping[str, Any] = catalog.schema("resources:table")["x-columns"]
    return found


def type_of(column: Any) -> str | None:
    """The type of a column, a key or a value in its short or long form; None where it is none of the Data API's."""
    stated = column.get("type") if isinstance(column, Mapping) else column
    known = catalog.schema("resources:table")["$defs"]["columnType"]["enum"]
    return stated if isinstance(stated, str) and stated in known else None


def unknown(name: str, columns: Mapping[str, Any]) -> str:
    """The sentence for a column that is named and not defined."""
    near = nearest(name, columns) or f"; columns: {listed(columns) or 'none'}"
    return f"no column is called {shown(name)}{near}"


def problems(columns: Mapping[str, Any], service_problems: ServiceProblems, merged: Merged) -> Iterator[Problem]:
    """Every problem of the columns, beyond the form that the schema gives them; paths begin at their names.

    Args:
        columns: the columns by name.
        service_problems: as in `table_definition.problems`.
        merged: likewise.
    """
    for name, column in columns.items():
        kind = type_of(column)
        if kind and isinstance(column, Mapping):
            found = (*_key_problems(kind, column), *_element_problems(kind, column))
            yield from (problem.below(name) for problem in found)
            if kind == "vector":
                yield from (problem.below(name) for problem in service_problems(_vector(column)))
        elif kind in facts()["keys"]:
            keys = "".join(f", {key}: ..." for key in facts()["keys"][kind])
            yield Problem((name,), f'"{kind}" needs the long form: {{type: {kind}{keys}}}')
    yield from _mixture_problems(columns, merged)


def _vector(column: Mapping[str, Any]) -> dict[str, Any]:
    return {key: column[key] for key in ("dimension", "service") if key in column}


def _key_problems(kind: str, column: Mapping[str, Any]) -> Iterator[Problem]:
    keys: Mapping[str, list[str]] = facts()["keys"]
    for key in column:
        owners = [owner for owner, taken in keys.items() if key in taken]
        if owners and kind not in owners:
            sentence = f"belongs to columns of type {listed(owners)}; from one of type {kind} the server drops it in silence"
            yield Problem((key,), sentence, "table")
    # What a vector needs, its dimension or a service, is for the service's rules to say.
    for key in keys.get(kind, []) if kind != "vector" else []:
        if key not in column:
            yield Problem((), f'"{key}" is missing: a column of type {kind} needs it')


def _element_problems(kind: str, column: Mapping[str, Any]) -> Iterator[Problem]:
    key, value = column.get("keyType"), column.get("valueType")
    if kind == "map" and type_of(key) in facts()["notMapKey"]:
        yield Problem(("keyType",), f"{type_of(key)} cannot be the key of a map", "table")
    if kind == "set" and type_of(value) in facts()["notInSet"]:
        yield Problem(("valueType",), f"{type_of(value)} cannot stand in a set", "table")
    if isinstance(value, Mapping) and type_of(value) is not None:
        yield from (problem.below("valueType") for problem in _key_problems(str(type_of(value)), value))


def _mixture_problems(columns: Mapping[str, Any], merged: Merged) -> Iterator[Problem]:
    """A warning at each column whose vectors no request can ask for together with those of the first."""
    services = {
        name: combination
        for name, column in columns.items()
        if isinstance(column, Mapping) and type_of(column) == "vector" and isinstance(column.get("service"), Mapping)
        for combination in [_combination(merged(_vector(column)))]
        if combination is not None
    }
    for name, combination in services.items():
        first = next(iter(services))
        if combination != services[first]:
            sentence = (
                f"its service makes other vectors than that of column {shown(first)} (provider, model, dimension): "
                f"a request can have texts embedded for one of the two, not for both"
            )
            yield Problem((name,), sentence, "combination", "warning")


def _combination(vector: Mapping[str, Any]) -> tuple[str, str, int] | None:
    """Provider, model and dimension; None where they are wrong or not known yet."""
    service = vector["service"]
    key, name = service.get("provider"), service.get("modelName")
    provider = catalog.embedding_providers().get(key) if isinstance(key, str) else None
    name = provider.default_model if provider and name is None else name
    model = provider.models.get(name) if provider and isinstance(name, str) else None
    dimension = vector.get("dimension", model.default_dimension) if model else None
    return (provider.key, model.name, dimension) if provider and model and isinstance(dimension, int) else None
