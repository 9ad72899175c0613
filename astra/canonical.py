"""The canonical form of a workload, and its digest: two workloads that mean the same have the same.

Only what runs is in it. The order of keys, comments and the ways in which one thing can be written make no difference, and what
belongs to the account (the credential, the parameters whose schema says so) is left out: each environment has its own.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from astra import catalog, integration
from astra.document import Path
from astra.table_columns import type_of
from astra.table_indexes import kind_of, target_of
from astra.table_normalisation import formed


def canonical(data: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical form of an environment's workload, as plain data.

    An integration stays by its name, with what the workload takes from it beside the account: the provider that it means, and
    parameters that belong to the model, although those should stand in the workload. Defaults of the service are not filled in:
    they may change, and what was left out was left to it.

    Args:
        data: valid environment data; of it `workload` and `integrations` are read.

    Returns:
        By the database's logical name and the keyspace's name {collections, tables}. A partitionSort, whose order counts, is a
        list of [column, direction]. A database without a keyspace is left out, as are empty collections, tables and indexes.
    """
    integrations = data.get("integrations") or {}
    return {
        database: {name: _keyspace(content or {}, integrations) for name, content in keyspaces.items()}
        for database, keyspaces in data["workload"].items()
        if keyspaces
    }


def digest(data: Mapping[str, Any]) -> str:
    """The digest of the canonical form: `sha256:` and 64 hexadecimal digits.

    Args:
        data: as in `canonical`.
    """
    text = json.dumps(canonical(data), sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def account_parts(data: Mapping[str, Any]) -> Iterator[Path]:
    """Where the workload itself states something that belongs to the account: another environment would get it, too.

    Args:
        data: as in `canonical`.

    Returns:
        Paths from the root of the data: to an `authentication`, or to a parameter.
    """
    integrations = data.get("integrations") or {}
    for path, vector in vectors(data["workload"]):
        service = vector["service"]
        if "authentication" in service:
            yield (*path, "service", "authentication")
        of_the_account = _account_parameters(integration.merged(vector, integrations)["service"].get("provider"))
        yield from ((*path, "service", "parameters", name) for name in service.get("parameters", {}) if name in of_the_account)


def vectors(workload: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every definition of vectors in the section `workload` that names a service, with its path from the root of the data."""
    for database, keyspaces in workload.items():
        for keyspace, content in keyspaces.items():
            path: Path = ("workload", database, keyspace)
            for name, collection in (content or {}).get("collections", {}).items():
                yield from _with_service((*path, "collections", name, "vector"), (collection or {}).get("vector"))
            for name, table in (content or {}).get("tables", {}).items():
                for column, stated in table["definition"]["columns"].items():
                    yield from _with_service((*path, "tables", name, "definition", "columns", column), stated)


def _with_service(path: Path, vector: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(vector, Mapping) and vector.get("service"):
        yield path, vector


def _keyspace(content: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    collections = {name: _collection(stated or {}, integrations) for name, stated in content.get("collections", {}).items()}
    tables = {name: _table(stated, integrations) for name, stated in content.get("tables", {}).items()}
    return _filled({"collections": collections, "tables": tables})


def _collection(stated: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _vector(value, integrations) if key == "vector" else value for key, value in _plain(stated).items()}


def _table(stated: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    plain = _plain(stated)
    definition = formed(plain["definition"])
    columns, key = definition["columns"], definition["primaryKey"]
    indexes = {name: _index(index, columns) for name, index in plain.get("indexes", {}).items()}
    return {
        "columns": {name: _vector(column, integrations) for name, column in columns.items()},
        "primaryKey": {**key, "partitionSort": [list(step) for step in key["partitionSort"].items()]},
        **_filled({"indexes": indexes}),
    }


def _index(stated: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    column, _ = target_of(stated)
    rest = {key: value for key, value in stated.items() if key != "options"}
    return {**rest, "indexType": kind_of(stated, type_of(columns[column or ""])), **_filled({"options": stated.get("options")})}


def _vector(vector: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    """A definition of vectors, or any column, without what its service has of the account."""
    if not vector.get("service"):
        return dict(vector)
    service = integration.merged(vector, integrations)["service"]
    of_the_account = _account_parameters(service.get("provider"))
    parameters = {key: value for key, value in _plain(service.get("parameters", {})).items() if key not in of_the_account}
    kept = {key: value for key, value in service.items() if key not in ("authentication", "parameters")}
    named = {key: value for key, value in vector["service"].items() if key == "integration"}
    return {**vector, "service": {**kept, **named, **_filled({"parameters": parameters})}}


@cache
def _account_parameters(provider: str | None) -> frozenset[str]:
    """The parameters of a provider that belong to the account."""
    known = catalog.embedding_providers().get(provider or "")
    stated = known.parameters if known else {}
    return frozenset(name for name, rule in stated.items() if rule["x-scope"] == "account")


def _filled(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stated.items() if value}


def _plain(value: Any) -> Any:
    """Without nulls, and with whole numbers as such: 512.0 is 512."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
