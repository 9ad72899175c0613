"""What an environment declares, with its integrations merged in: plain values that the Pulumi edge turns into resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from astra.table_indexes import Kind as IndexKind
from astra.target import Kind


@dataclass(frozen=True, slots=True)
class Integration:
    """One credential as one database uses it; several integrations of one credential are one.

    Attributes:
        address: `database.integration`, by the first integration that names the credential.
        keyspace: name of a keyspace of the database, to ask in.
        settings: the inputs of the resource beyond where it is: provider, authentication, providerKey, parameters, ...
    """

    address: str
    keyspace: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection.

    Attributes:
        address: `database.keyspace.name`.
        name: its name.
        definition: in the Data API's words.
        integration: address of the integration that it relies on; "" where it needs none.
    """

    address: str
    name: str
    definition: Mapping[str, Any]
    integration: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """One index.

    Attributes:
        address: `database.keyspace.table.name`.
        name: its name.
        kind: regular, text or vector.
        settings: the inputs of the resource beyond where it is: column, metric, sourceModel, options.
    """

    address: str
    name: str
    kind: IndexKind
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        address: `database.keyspace.name`.
        name: its name.
        definition: `{columns, primaryKey}` in the Data API's words.
        indexes: in the order of the file.
        integrations: addresses of the integrations that its columns rely on.
    """

    address: str
    name: str
    definition: Mapping[str, Any]
    indexes: tuple[Index, ...]
    integrations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keyspace:
    """One keyspace: its address `database.keyspace`, its name, its collections and its tables."""

    address: str
    name: str
    collections: tuple[Collection, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """One database: its address is its logical name.

    Attributes:
        address: the logical name.
        settings: name, cloudProvider and region of a managed one; id or apiEndpoint of an existing one.
        additional_regions: further regions, of a managed one alone.
        keyspaces: in the order of the file.
        integrations: what this database uses, each credential once.
    """

    address: str
    settings: Mapping[str, Any]
    keyspaces: tuple[Keyspace, ...]
    additional_regions: tuple[str, ...] = ()
    integrations: tuple[Integration, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """What one stack declares.

    Attributes:
        target: kind of the service.
        protect: whether the engine refuses to delete or replace what holds data.
        allow_data_loss: addresses of what may be deleted although it holds documents; "*" means all.
        databases: in the order of the file.
        database_timeout: how long an operation may wait for a database, in seconds; None for the default.
        drift_ignore: patterns of addresses that may stand although nothing declares them.
        promotes_to: name of the environment that the workload goes to next; "" for none.
        soak: how long the environment before this one must have run a workload before it is promoted to this one, in seconds.
        prices: US dollars a million tokens, by provider/modelName.
        digest: of the workload, as `canonical.digest` makes it.
        stated_workload: the section `workload` of the file as it stands there.
        promoted: where the workload came from: from, digest and perhaps commit and deployedAt; None where it was not promoted.
    """

    target: Kind
    protect: bool
    allow_data_loss: tuple[str, ...] = ()
    databases: tuple[Database, ...] = ()
    database_timeout: int | None = None
    drift_ignore: tuple[str, ...] = ()
    promotes_to: str = ""
    soak: int = 0
    prices: Mapping[str, float] = field(default_factory=dict)
    digest: str = ""
    stated_workload: Mapping[str, Any] = field(default_factory=dict)
    promoted: Mapping[str, str] | None = None

    def workload(self) -> dict[str, Any]:
        """The whole of it as plain data: `databases`, settings by address; `workload`, by address and keyspace."""
        return {
            "databases": {
                one.address: {**one.settings, **_unless_empty("additionalRegions", sorted(one.additional_regions))}
                for one in self.databases
            },
            "workload": {
                one.address: {keyspace.name: _content(keyspace) for keyspace in one.keyspaces}
                for one in self.databases
                if one.keyspaces
            },
        }


def _content(keyspace: Keyspace) -> dict[str, Any]:
    collections = {one.name: dict(one.definition) for one in keyspace.collections}
    tables = {
        one.name: {
            "definition": dict(one.definition),
            **_unless_empty("indexes", {index.name: {**index.settings, "indexType": index.kind} for index in one.indexes}),
        }
        for one in keyspace.tables
    }
    return {**_unless_empty("collections", collections), **_unless_empty("tables", tables)}


def _unless_empty(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}
