"""What is declared and not applied yet: what the next update would do, as far as the declaration and the state tell. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from astra.applied import DATABASE, Applied
from astra.changes import ABSENT, Change, changes
from astra.declaration import Environment
from astra.definition import options
from astra.drift import Drift, Property, Resource
from astra.wording import named, shown

UP = "pulumi up --stack STACK"
# Of a resource's inputs, what says where it is or what it is called, which other resources give.
_PLACE = ("address", "__provider", "apiEndpoint", "databaseId", "keyspace", "table", "name")


class Declared(NamedTuple):
    """One thing that is declared: what it is, its address, and what of its resource's inputs the declaration alone decides."""

    kind: Resource
    address: str
    inputs: Mapping[str, Any]


def declared(environment: Environment) -> Iterator[Declared]:
    """Everything that an environment declares and that has a resource."""
    yield from parts(**environment.workload())
    for database in environment.databases:
        for one in database.integrations:
            yield Declared("integration", one.address, one.settings)


def parts(databases: Mapping[str, Any], workload: Mapping[str, Any]) -> Iterator[Declared]:
    """Everything of it but its integrations, from what `Environment.workload` returns and the state keeps."""
    for name, settings in databases.items():
        # One that is named by its address alone has no resource.
        if "name" in settings:
            yield Declared("database", name, {key: settings.get(key) for key in DATABASE})
        elif "id" in settings:
            yield Declared("database", name, {})
        for region in settings.get("additionalRegions", ()):
            yield Declared("region", f"{name}.{region}", {})
        for keyspace, content in (workload.get(name) or {}).items():
            yield Declared("keyspace", f"{name}.{keyspace}", {})
            yield from _contents(f"{name}.{keyspace}", content or {})


def pending(
    environment: Environment, resources: Iterable[Applied], taken: Mapping[tuple[Resource, str], Declared] = MappingProxyType({})
) -> Iterator[Drift]:
    """What an update would make, change or delete, by the declaration and the state alone.

    Args:
        environment: what is declared.
        resources: of the stack.
        taken: by kind and address, what was applied of the resources whose inputs a refresh took from what stands.
    """
    applied = {(one.kind, one.address): one for one in resources}
    stated = {(one.kind, one.address): one for one in declared(environment)}
    for key, one in stated.items():
        if key not in applied:
            yield _told(one.kind, one.address, f"the {one.kind} is declared, and not made yet")
            continue
        before = _plain(taken[key].inputs) if key in taken else decided(applied[key])
        found = changes(before, _plain(one.inputs))
        if found:
            properties = tuple(_property(change) for change in found)
            said = "; ".join(f"{named(one.path)} is {shown(one.applied)}, declared is {shown(one.live)}" for one in properties)
            yield _told(one.kind, one.address, f"the {one.kind} is declared otherwise than it was applied: {said}", properties)
    for kind, address in applied.keys() - stated.keys():
        yield _told(kind, address, f"the {kind} was applied, and is declared no longer")


def differs(one: Applied, stated: Declared) -> list[Change]:
    """How the inputs of a resource differ from what was declared of it."""
    return list(changes(_plain(stated.inputs), decided(one)))


def _told(kind: Resource, address: str, sentence: str, properties: tuple[Property, ...] = ()) -> Drift:
    return Drift("pending", kind, address, "note", sentence, restore=UP, properties=properties)


def _property(change: Change) -> Property:
    old, new = (None if side is ABSENT else side for side in (change.old, change.new))
    return Property(".".join(change.path), old, new)


def decided(one: Applied) -> dict[str, Any]:
    """The inputs of a resource that its declaration decides."""
    if one.kind in ("keyspace", "region") or (one.kind == "database" and one.external):
        return {}
    if one.kind == "database":
        return {key: one.inputs.get(key) for key in DATABASE}
    if one.kind == "collection":
        return options(one.inputs)
    return {key: value for key, value in one.inputs.items() if key not in _PLACE}


def _plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if value is not None}


def _contents(address: str, content: Mapping[str, Any]) -> Iterator[Declared]:
    for name, definition in (content.get("collections") or {}).items():
        yield Declared("collection", f"{address}.{name}", options(definition or {}))
    for name, table in (content.get("tables") or {}).items():
        yield Declared("table", f"{address}.{name}", {"definition": table["definition"]})
        for index, settings in (table.get("indexes") or {}).items():
            left_out = ("indexType",) if settings.get("indexType") == "vector" else ()
            yield Declared("index", f"{address}.{name}.{index}", {k: v for k, v in settings.items() if k not in left_out})
