"""The generated parts of the pages of resources: from their schemas, their classes and what these say of themselves."""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import providers
from astra import deployment, table_change
from astra.table_normalisation import normalised
from providers.deployment import RECORDED, Deployment
from providers.dynamic import AstraResource
from tools.documentation import docstrings, properties
from tools.documentation.markdown import code, prose, sentence, table
from tools.documentation.properties import Property

# In the order in which a stack declares them.
KINDS: tuple[type[AstraResource], ...] = (
    providers.Workload,
    providers.Database,
    providers.DatabaseRegion,
    providers.Keyspace,
    providers.ProviderIntegration,
    providers.Collection,
    providers.Table,
    providers.VectorIndex,
    providers.Index,
    Deployment,
)
# Of each property of a table's column one value and another, to find out what the change does.
_COLUMNS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "type": ({"type": "text"}, {"type": "int"}),
    "keyType": (
        {"type": "map", "keyType": "text", "valueType": "int"},
        {"type": "map", "keyType": "int", "valueType": "int"},
    ),
    "valueType": ({"type": "set", "valueType": "text"}, {"type": "set", "valueType": "int"}),
    "udtName": ({"type": "userDefined", "udtName": "address"}, {"type": "userDefined", "udtName": "place"}),
    "dimension": ({"type": "vector", "dimension": 4}, {"type": "vector", "dimension": 8}),
    "service": ({"type": "vector", "dimension": 4, "service": {"provider": "openai"}}, {"type": "vector", "dimension": 4}),
}


def slug(kind: type[AstraResource]) -> str:
    """The name of its page and of its schema."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def schema(kind: type[AstraResource]) -> Property:
    """Its schema."""
    return properties.root(f"resources:{slug(kind)}")


def parts(kind: type[AstraResource]) -> dict[str, str]:
    """Its parts by name."""
    return {"about": _about(kind), "reference": "\n\n".join(_reference(kind))}


def _about(kind: type[AstraResource]) -> str:
    home = "providers" if kind.__name__ in providers.__all__ else kind.__module__
    named = f"In Python {code(f'from {home} import {kind.__name__}')}; in the state {code(type_token(kind))}."
    return f"{sentence(schema(kind).rule['description'])}\n\n{named}"


def type_token(kind: type[AstraResource]) -> str:
    """Its type as the engine keeps it."""
    return f"pulumi-python:{kind._resource_type_name}"  # noqa: SLF001 -- the SDK says it nowhere else


def _reference(kind: type[AstraResource]) -> Iterator[str]:
    yield "## Properties"
    yield table(("property", "in Python", "takes", "default", "a change", "meaning"), _rows(kind))
    said = docstrings.parsed(kind)
    yield "## Outputs"
    yield table(("output", "meaning"), [(code(name), prose(text)) for name, text in outputs(kind).items()])
    if rest := [one for one in said.paragraphs[1:] if not one.startswith("Source")]:
        yield "## What it does, and when it is refused"
        yield from map(prose, rest)


def _rows(kind: type[AstraResource]) -> Iterator[tuple[str, ...]]:
    for one in properties.nested(schema(kind)):
        change = "replaces it" if _replaces(kind, one) else "in place"
        yield (code(one.dotted), _argument(kind, one), properties.takes(one.rule), one.default, change, one.meaning)


def _replaces(kind: type[AstraResource], one: Property) -> bool:
    """Whether a change of a property replaces the resource; of a table's column, as the code that alters tables judges it."""
    if (
        kind is not providers.Table
        or one.path[:2] != ("definition", "columns")
        or len(one.path) < len(("", "", "COLUMN", "type"))
    ):
        return one.replaces
    before, after = ({"columns": {"id": "text", "column": column}, "primaryKey": "id"} for column in _COLUMNS[one.path[3]])
    return bool(table_change.obstacles(before, normalised(after)))


def _argument(kind: type[AstraResource], one: Property) -> str:
    """The argument of the class that a property is given by; nothing for what is a key in one."""
    arguments = inspect.signature(kind.__init__).parameters
    name = snake(one.path[-1])
    outer = {snake(step) for step in one.path[:-1]}
    return code(name) if name in arguments and not outer & arguments.keys() else ""


def snake(name: str) -> str:
    """A property's name in Python."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def outputs(kind: type[AstraResource]) -> dict[str, str]:
    """What an update learns, by the name in Python, with what it means."""
    if kind is Deployment:
        meanings = docstrings.parsed(deployment.Deployment).sections["Attributes"]
        # The state's own names; the attributes are those of the library.
        found = {key: meanings.get({"from": "origin"}.get(key, snake(key)), "") for key in RECORDED}
        return {**found, "history": f"The newest {deployment.MOST} deployments, this one first, as one compressed text."}
    stated = docstrings.parsed(kind).sections.get("Attributes", {})
    own = {name: inspect.getdoc(one) or "" for name, one in vars(kind).items() if isinstance(one, property)}
    return {"id": "What the engine knows it by.", **own, **stated}
