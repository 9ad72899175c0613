"""The rules that a policy can have: where an environment breaks each.

Embedding alone is judged; rerank is not looked at. What is wrong with the environment by itself, such as an unknown model, is
passed over: others say it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, TypeAlias

from astra import catalog, integration
from astra.document import Path
from astra.errors import Problem
from astra.expression import matches
from astra.table_columns import type_of
from astra.validation import mapping
from astra.wording import listed, named, shown

Data: TypeAlias = Mapping[str, Any]
# Something in an environment: where it stands, and how it may be called; the first is shown.
Thing: TypeAlias = tuple[Path, tuple[str, ...]]


def one_of(patterns: Iterable[str], *spellings: str) -> bool:
    """Whether one of the spellings fits one of the patterns, in which * stands for any letters and ? for one."""
    return any(fnmatchcase(spelling, pattern) for pattern in patterns for spelling in spellings)


def _chosen(what: str, things: Callable[[Data], Iterator[Thing]], choice: Data, data: Data) -> Iterator[Problem]:
    """A problem at each thing that `{allow: patterns}` or `{deny: patterns}` leaves out."""
    ((kind, patterns),) = choice.items()
    for path, spellings in things(data):
        if one_of(patterns, *spellings) != (kind == "allow"):
            word = "allowed" if kind == "allow" else "denied"
            yield Problem(path, f"{what} {shown(spellings[0])} is not allowed; {word}: {listed(patterns)}")


def _providers(data: Data) -> Iterator[Thing]:
    """Each where it is stated: of one that comes from an integration, the integration is told alone."""
    for path, settings in _integrations(data):
        key = settings.get("provider", path[-1])
        if isinstance(key, str) and key in catalog.embedding_providers():
            yield (*path, *(("provider",) if "provider" in settings else ())), (key,)
    for vector in _vectors(data):
        if vector.provider and "provider" in vector.service:
            yield vector.place("provider"), (vector.provider.key,)


def _models(data: Data) -> Iterator[Thing]:
    for vector in _vectors(data):
        if vector.provider and vector.model:
            yield vector.place("modelName"), (f"{vector.provider.key}/{vector.model.name}",)


def _authentications(data: Data) -> Iterator[Thing]:
    kinds = catalog.schema("resources:provider-integration")["properties"]["authentication"]["enum"]
    for path, settings in _integrations(data):
        kind = settings.get("authentication")
        if isinstance(kind, str) and kind in kinds:
            yield (*path, "authentication"), (kind,)
    for vector in _vectors(data):
        if own := _authentication(vector, mapping(data.get("integrations"))):
            yield vector.place("authentication"), (own,)


def _authentication(vector: "_Vector", integrations: Data) -> str:
    """The kind of a service; "" where it is an integration's, which is told itself."""
    if mapping(vector.service.get("authentication")).get("providerKey"):
        return "SHARED_SECRET"
    if "authentication" not in vector.service and integration.used(vector.service, integrations) is not None:
        return ""
    if vector.provider is None:
        return ""
    return "NONE" if "NONE" in vector.provider.authentication else "HEADER"


def _regions(data: Data) -> Iterator[Thing]:
    for path, settings in _databases(data):
        further = settings.get("additionalRegions")
        stated: dict[Path, Any] = {("region",): settings.get("region")}
        stated |= {("additionalRegions", index): one for index, one in enumerate(further if isinstance(further, list) else ())}
        for place, region in stated.items():
            if isinstance(region, str):
                yield (*path, *place), (f"{settings.get('cloudProvider')}/{region}", region)


def _in_regions(choice: Data, data: Data) -> Iterator[Problem]:
    yield from _chosen("the region", _regions, choice, data)
    # A self-hosted Data API is in no region of a cloud.
    for path, settings in _databases(data) if mapping(data.get("target")).get("kind") != "data-api" else ():
        if "id" in settings or "apiEndpoint" in settings:
            sentence = "its region is not looked at: of an existing database none is declared"
            yield Problem(path, sentence, severity="warning")


def _protected(_: Any, data: Data) -> Iterator[Problem]:
    if mapping(data.get("target")).get("kind") == "emulator":
        sentence = "must be protected, and the emulator holds nothing worth protecting; it needs another target"
        yield Problem(("target", "kind"), sentence)
    elif data.get("protect") is False:
        yield Problem(("protect",), "must be protected; write true, or take this out")


def _within_dimension(rule: Data, data: Data) -> Iterator[Problem]:
    for vector in _vectors(data):
        stated = vector.stated.get("dimension")
        dimension = vector.model.default_dimension if vector.model and stated is None else stated
        if isinstance(dimension, int) and dimension > rule["maximum"]:
            default = ", which the model has by itself," if stated is None else ""
            path = vector.place("modelName") if stated is None else (*vector.path, "dimension")
            yield Problem(path, f"the dimension {dimension}{default} is not allowed; allowed: at most {rule['maximum']}")


def _named(rule: Data, data: Data) -> Iterator[Problem]:
    for what, expression in rule.items():
        for path, name in _NAMES[what](data):
            if isinstance(name, str) and not matches(expression, name):
                yield Problem(path, f"the name {shown(name)} is not allowed; allowed: what matches {named(expression)}")


# By the key of a policy: what finds the problems, from what the policy states under it and the environment's data.
RULES: Mapping[str, Callable[[Any, Data], Iterator[Problem]]] = {
    "providers": partial(_chosen, "the embedding provider", _providers),
    "models": partial(_chosen, "the model", _models),
    "regions": _in_regions,
    "authentication": partial(_chosen, "the authentication", _authentications),
    "protect": _protected,
    "dimension": _within_dimension,
    "names": _named,
}


def _below(path: Path, stated: Any) -> Iterator[tuple[Path, Any]]:
    """What stands in a mapping, each with its path."""
    for name, inner in mapping(stated).items():
        yield (*path, name), inner


def _mappings(path: Path, stated: Any) -> Iterator[tuple[Path, Data]]:
    return ((place, mapping(inner)) for place, inner in _below(path, stated))


def _integrations(data: Data) -> Iterator[tuple[Path, Data]]:
    return _mappings(("integrations",), data.get("integrations"))


def _databases(data: Data) -> Iterator[tuple[Path, Data]]:
    return _mappings(("databases",), data.get("databases"))


def _keyspaces(data: Data) -> Iterator[tuple[Path, Data]]:
    for path, keyspaces in _mappings(("workload",), data.get("workload")):
        yield from _mappings(path, keyspaces)


def _held(kind: str, data: Data) -> Iterator[tuple[Path, Data]]:
    """The collections, or the tables."""
    for path, content in _keyspaces(data):
        yield from _mappings((*path, kind), content.get(kind))


def _columns(data: Data) -> Iterator[tuple[Path, Any]]:
    for path, table in _held("tables", data):
        yield from _below((*path, "definition", "columns"), mapping(table.get("definition")).get("columns"))


def _indexes(data: Data) -> Iterator[tuple[Path, Any]]:
    for path, table in _held("tables", data):
        yield from _below((*path, "indexes"), table.get("indexes"))


def _database_names(data: Data) -> Iterator[tuple[Path, Any]]:
    return (((*path, "name"), settings.get("name")) for path, settings in _databases(data))


def _last_steps(things: Callable[[Data], Iterator[tuple[Path, Any]]], data: Data) -> Iterator[tuple[Path, Any]]:
    return ((path, path[-1]) for path, _ in things(data))


_NAMES: Mapping[str, Callable[[Data], Iterator[tuple[Path, Any]]]] = {
    "databases": _database_names,
    "keyspaces": partial(_last_steps, _keyspaces),
    "collections": partial(_last_steps, partial(_held, "collections")),
    "tables": partial(_last_steps, partial(_held, "tables")),
    "columns": partial(_last_steps, _columns),
    "indexes": partial(_last_steps, _indexes),
}


@dataclass(frozen=True, slots=True)
class _Vector:
    """A vector of a collection or a column.

    Attributes:
        path: of the mapping that has its dimension and its service.
        stated: that mapping.
        provider: of its service, an integration's included; None without a service, and where it is unknown.
        model: likewise.
    """

    path: Path
    stated: Data
    provider: catalog.EmbeddingProvider | None
    model: catalog.Model | None

    @property
    def service(self) -> Data:
        """The service as it is stated."""
        return mapping(self.stated.get("service"))

    def place(self, key: str) -> Path:
        """Where that key of the service stands; where it is left out, the service."""
        return (*self.path, "service", *((key,) if key in self.service else ()))


def _vectors(data: Data) -> Iterator[_Vector]:
    integrations = mapping(data.get("integrations"))
    for path, collection in _held("collections", data):
        if isinstance(collection.get("vector"), Mapping):
            yield _vector((*path, "vector"), collection["vector"], integrations)
    for path, column in _columns(data):
        if isinstance(column, Mapping) and type_of(column) == "vector":
            yield _vector(path, column, integrations)


def _vector(path: Path, stated: Data, integrations: Data) -> _Vector:
    service = mapping(integration.merged(stated, integrations).get("service"))
    key, name = service.get("provider"), service.get("modelName")
    provider = catalog.embedding_providers().get(key) if isinstance(key, str) else None
    name = provider.default_model if provider and name is None else name
    model = provider.models.get(name) if provider and isinstance(name, str) else None
    return _Vector(path, stated, provider, model)
