"""An environment file: its problems, and what it declares once its integrations are merged in.

The form stands in schemas/environment.schema.json, the rules that cross it in environment_rules.py.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from astra import canonical, environment_rules, integration, validation
from astra.declaration import Collection, Database, Environment, Index, Integration, Keyspace, Table
from astra.document import Document
from astra.errors import Problem
from astra.finding import Finding
from astra.table_columns import type_of
from astra.table_indexes import kind_of, target_of

# Of the units of a duration, as the schema allows them.
_SECONDS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def findings(document: Document) -> list[Finding]:
    """Everything that is wrong with an environment, or looks as if it were, in the order of its text."""
    return document.findings(problems(document.data, PurePath(document.name).stem))


def environment(data: Mapping[str, Any]) -> Environment:
    """What valid environment data declares. Ask `findings` first."""
    return Environment(
        target=data["target"]["kind"],
        protect=data.get("protect", data["target"]["kind"] != "emulator"),
        allow_data_loss=tuple(data.get("allowDataLoss", ())),
        databases=tuple(_database(name, settings, data) for name, settings in data["databases"].items()),
        database_timeout=data.get("timeouts", {}).get("database"),
        drift_ignore=tuple(data.get("drift", {}).get("ignore", ())),
        promotes_to=data.get("promotesTo", ""),
        soak=_seconds(data.get("promotion", {}).get("soak", "0s")),
        prices=data.get("promotion", {}).get("prices", {}),
        digest=canonical.digest(data),
        stated_workload=data["workload"],
        promoted=data.get("promoted"),
    )


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def problems(data: Any, name: str) -> Iterator[Problem]:
    """Everything that is wrong with the data of an environment of that name, or looks as if it were."""
    if data is None:
        yield Problem((), "the file is empty; it needs target, databases and workload")
        return
    found = validation.problems(data, "environment")
    yield from validation.sharpened(found, environment_rules.problems(data, name) if isinstance(data, Mapping) else ())


def _database(name: str, settings: Mapping[str, Any], data: Mapping[str, Any]) -> Database:
    contents = {keyspace: content or {} for keyspace, content in data["workload"].get(name, {}).items()}
    credentials = _credentials(name, contents, data)
    addresses = {integration: one.address for integration, one in credentials.items()}
    stated = {key: value for key, value in settings.items() if key != "additionalRegions"}
    return Database(
        address=name,
        settings=stated,
        additional_regions=tuple(settings.get("additionalRegions", ())),
        keyspaces=tuple(_keyspace(f"{name}.{one}", one, content, data, addresses) for one, content in contents.items()),
        integrations=tuple({one.address: one for one in credentials.values()}.values()),
    )


def _credentials(database: str, contents: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Integration]:
    """By logical name, the integrations that concern a database; those of one credential share one."""
    integrations = data.get("integrations", {})
    using = {keyspace: _used(content, integrations) for keyspace, content in contents.items()}
    found: dict[str, Integration] = {}
    by_credential: dict[tuple[str, str, str], Integration] = {}
    for name, settings in integrations.items():
        keyspaces = [keyspace for keyspace, used in using.items() if name in used]
        concerned = database in settings["databases"] if "databases" in settings else bool(keyspaces)
        # Without any keyspace there is nothing to ask in; and nothing that could use it.
        if not (concerned or keyspaces) or not contents:
            continue
        inputs = {"provider": settings.get("provider", name), **_inputs(settings, data.get("timeouts", {}).get("credential", 0))}
        # A stored credential is one thing whatever its parameters; without one the account is what they say.
        account = inputs.get("providerKey") or sorted(inputs.get("parameters", {}).items())
        credential = (inputs["provider"], inputs["authentication"], str(account))
        made = Integration(f"{database}.{name}", next(iter(keyspaces or contents)), inputs)
        found[name] = by_credential.setdefault(credential, made)
    return found


def _inputs(settings: Mapping[str, Any], waits: int) -> dict[str, Any]:
    """What the resource takes of an integration's settings; what is in vain there was worth a warning and is left out."""
    stored = settings["authentication"] == "SHARED_SECRET"
    taken = ("authentication", "parameters", *(("providerKey",) if stored else ("keyVariable",)))
    return {**{key: settings[key] for key in taken if key in settings}, **({"timeout": waits} if stored and waits else {})}


def _used(content: Mapping[str, Any], integrations: Mapping[str, Any]) -> set[str]:
    vectors = [definition.get("vector") for definition in content.get("collections", {}).values() if definition]
    columns = [column for table in content.get("tables", {}).values() for column in table["definition"]["columns"].values()]
    names = (_relied(one, integrations) for one in (*vectors, *columns))
    return {name for name in names if name}


def _relied(vector: Any, integrations: Mapping[str, Any]) -> str:
    """Logical name of the integration whose credential a vector definition needs; "" where it needs none of them."""
    service = vector.get("service") if isinstance(vector, Mapping) else None
    if not service or "authentication" in service:
        return ""
    return integration.used(service, integrations) or ""


def _keyspace(
    address: str, name: str, content: Mapping[str, Any], data: Mapping[str, Any], credentials: Mapping[str, str]
) -> Keyspace:
    integrations = data.get("integrations", {})
    return Keyspace(
        address,
        name,
        collections=tuple(
            _collection(f"{address}.{one}", one, definition or {}, integrations, credentials)
            for one, definition in content.get("collections", {}).items()
        ),
        tables=tuple(
            _table(f"{address}.{one}", one, stated, integrations, credentials)
            for one, stated in content.get("tables", {}).items()
        ),
    )


def _collection(
    address: str, name: str, stated: Mapping[str, Any], integrations: Mapping[str, Any], credentials: Mapping[str, str]
) -> Collection:
    vector = stated.get("vector")
    definition = {**stated, "vector": integration.merged(vector, integrations)} if vector else dict(stated)
    return Collection(address, name, definition, credentials.get(_relied(vector, integrations), ""))


def _table(
    address: str, name: str, stated: Mapping[str, Any], integrations: Mapping[str, Any], credentials: Mapping[str, str]
) -> Table:
    columns = stated["definition"]["columns"]
    merged = {
        column: integration.merged(one, integrations) if isinstance(one, Mapping) and "service" in one else one
        for column, one in columns.items()
    }
    relied = {_relied(one, integrations) for one in columns.values()}
    return Table(
        address,
        name,
        definition={**stated["definition"], "columns": merged},
        indexes=tuple(_index(f"{address}.{one}", one, index, columns) for one, index in stated.get("indexes", {}).items()),
        integrations=tuple(sorted(credentials[one] for one in relied if one in credentials)),
    )


def _index(address: str, name: str, stated: Mapping[str, Any], columns: Mapping[str, Any]) -> Index:
    column, _ = target_of(stated)
    kind = kind_of(stated, type_of(columns[column or ""])) or "regular"
    return Index(address, name, kind, {key: value for key, value in stated.items() if key != "indexType"})
