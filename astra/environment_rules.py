"""The rules of an environment that cross its form: references between its parts, and room."""

import fnmatch
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from astra import catalog, database_rules, integration, table_definition
from astra.errors import Problem, dotted
from astra.service_rules import Place, vector_problems
from astra.validation import mapping
from astra.wording import listed, named, nearest, nearest_name, shown

# A collection is refused where fewer are free, whatever it really uses. Source: recorded, and the Data API's source.
INDEXES_A_COLLECTION = 10


def problems(data: Mapping[str, Any], name: str) -> Iterator[Problem]:
    """Everything wrong beyond the form; paths begin at the environment's keys.

    Args:
        data: of the environment file.
        name: of the environment, by its file.
    """
    databases, integrations = mapping(data.get("databases")), mapping(data.get("integrations"))
    target = mapping(data.get("target")).get("kind")
    for problem in integration.problems(integrations, databases, target):
        yield problem.below("integrations")
    for problem in database_rules.problems(databases, target):
        yield problem.below("databases")
    yield from _ignore_problems(mapping(data.get("drift")).get("ignore"), databases)
    yield from _loss_problems(data.get("allowDataLoss"), list(_addresses(databases, mapping(data.get("workload")))))
    if data.get("promotesTo") == name:
        yield Problem(("promotesTo",), "an environment does not promote to itself; name the next one", "reference")
    yield from _price_problems(mapping(mapping(data.get("promotion")).get("prices")))
    if target == "emulator" and data.get("protect") is True:
        yield Problem(
            ("protect",), "the emulator holds nothing worth protecting; a protected environment needs another target", "target"
        )
    for database, keyspaces in mapping(data.get("workload")).items():
        if database not in databases:
            near = nearest(database, databases) or f"; declared: {listed(databases)}"
            yield Problem(("workload", database), f"no database has this logical name{near}", "reference")
        place = Place(target, database, mapping(databases.get(database)), integrations)
        for problem in (*_keyspaces_problems(mapping(keyspaces), place), *_room_problems(mapping(keyspaces))):
            yield problem.below("workload", database)


def _addresses(databases: Mapping[str, Any], workload: Mapping[str, Any]) -> Iterator[str]:
    """The dotted logical name of everything declared that holds data."""
    yield from databases
    for database, keyspaces in workload.items():
        for keyspace, content in mapping(keyspaces).items():
            yield f"{database}.{keyspace}"
            for kind in ("collections", "tables"):
                yield from (f"{database}.{keyspace}.{name}" for name in mapping(mapping(content).get(kind)))


def _loss_problems(allowed: Any, addresses: list[str]) -> Iterator[Problem]:
    declared = {"*", *addresses}
    for index, address in enumerate(allowed if isinstance(allowed, list) else ()):
        if isinstance(address, str) and address not in declared:
            # No error: what was declared until now and goes with the next update is named for exactly that.
            meant = nearest_name(address, addresses)
            hint = f'; did you mean "{_dotted(meant)}"?' if meant else ""
            sentence = f'"{_dotted(address)}" is not declared: right only if it was until now, and is to be deleted{hint}'
            yield Problem(("allowDataLoss", index), sentence, "reference", "warning")


def _ignore_problems(patterns: Any, databases: Mapping[str, Any]) -> Iterator[Problem]:
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        database = pattern.partition(".")[0] if isinstance(pattern, str) else ""
        if database and not fnmatch.filter(databases, database):
            near = nearest(database, databases) or f"; declared: {listed(databases)}"
            sentence = f"no database has the logical name {shown(database)}, so nothing is ignored{near}"
            yield Problem(("drift", "ignore", index), sentence, "reference", "warning")


def _price_problems(prices: Mapping[str, Any]) -> Iterator[Problem]:
    """A warning for each price that is nobody's: a mistyped one would be missing from the estimate without a word."""
    known = catalog.embedding_providers()
    for priced in prices:
        key, _, name = priced.partition("/")
        path = ("promotion", "prices", priced)
        provider = known.get(key)
        if provider is None:
            near = nearest(key, known) or f"; known: {listed(known)}"
            yield Problem(path, f"unknown embedding provider {shown(key)}{near}", "provider", "warning")
        elif name and name not in provider.models:
            near = nearest(name, provider.models) or f"; its models: {listed(provider.models)}"
            yield Problem(path, f"{key} has no model {shown(name)}{near}", "model", "warning")


def _dotted(address: str) -> str:
    """An address as messages show it: the whole, or one of its names, may be a key that was pasted."""
    return dotted(tuple(named(address).split(".")))


def _keyspaces_problems(keyspaces: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    for keyspace, stated in keyspaces.items():
        content = mapping(stated)
        for problem in (*_contents_problems(content, place), *table_definition.keyspace_problems(content)):
            yield problem.below(keyspace)


def _contents_problems(content: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    for name, definition in mapping(content.get("collections")).items():
        vector = mapping(definition).get("vector")
        if isinstance(vector, Mapping):
            for problem in vector_problems(vector, place):
                yield problem.below("collections", name, "vector")
    for name, table in mapping(content.get("tables")).items():
        judged = partial(vector_problems, place=place)
        merged = partial(integration.merged, integrations=place.integrations)
        for problem in table_definition.problems(mapping(table), judged, merged):
            yield problem.below("tables", name)


def _room_problems(keyspaces: Mapping[str, Any]) -> Iterator[Problem]:
    counted: Counter[str] = Counter()
    for content in keyspaces.values():
        for kind in ("collections", "tables"):
            counted[kind] += len(mapping(mapping(content).get(kind)))
        for table in mapping(mapping(content).get("tables")).values():
            counted["indexes"] += len(mapping(mapping(table).get("indexes")))
    if counted["indexes"]:
        # Of collections alone their number says enough.
        counted["indexes"] += INDEXES_A_COLLECTION * counted["collections"]
    for kind, limit in catalog.schema("environment")["$defs"]["limits"]["properties"].items():
        if counted[kind] > limit["maximum"]:
            sentence = f"{counted[kind]} {kind} are {limit['x-counted']}; {limit['description']}"
            yield Problem((), sentence, "limit", "warning")
