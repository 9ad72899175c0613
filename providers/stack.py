"""A stack's environment file as resources: what `__main__.py` runs."""

import gc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from astra import document, environment
from astra.wording import listed
from providers.astra_provider import AstraProvider
from providers.collection import Collection
from providers.database import Database
from providers.keyspace import Keyspace
from providers.session import NAMESPACE

FOLDER = Path("environments")
# The language host's code for a program that has already said what is wrong: the engine adds nothing then.
SAID_IT_ALL = 32


def load() -> environment.Environment:
    """The environment of the stack: `environments/<stack>.yaml`, or what `vectorize:environment` names instead.

    Raises:
        pulumi.RunError: it is missing, cannot be read, or declares what cannot be brought up.
        SystemExit: it is wrong. Every problem was logged; nothing was declared.
    """
    name = pulumi.Config(NAMESPACE.rstrip(":")).get("environment") or pulumi.get_stack()
    path = FOLDER / f"{name}.yaml"
    try:
        parsed = document.parse(path.read_bytes(), str(path))
        findings = environment.findings(parsed)
    except OSError as error:
        raise pulumi.RunError(f"{path}: cannot be read: {error.strerror}. Write it, or name another: {_advice()}") from None
    except document.NotReadable as error:
        raise pulumi.RunError(str(error)) from None
    for finding in findings:
        (pulumi.log.error if finding.severity == "error" else pulumi.log.warn)(str(finding))
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        pulumi.log.error(f"{errors} problem{'s' if errors > 1 else ''} in the environment {name}; nothing was touched.")
        raise SystemExit(SAID_IT_ALL)
    # As in dynamic.py: what is loaded by now stays, and the SDK makes many short-lived objects from here on.
    gc.freeze()
    declared = environment.environment(parsed.data)
    tables = [f"{one.address}.{name}" for entry in declared.databases for one in entry.keyspaces for name in one.tables]
    if tables:
        raise pulumi.RunError(
            f"{path} declares tables, which this version validates but cannot bring up yet: {listed(tables)}. Take them "
            "out; nothing was touched."
        )
    return declared


def declare(declared: environment.Environment) -> dict[str, Any]:
    """Declares everything, and returns the stack output `databases`: the contract for applications.

    Returns:
        By logical name: id, name, cloudProvider, region, apiEndpoint, and keyspaces by name, each with collections
        by name: dimension, metric, provider and modelName (the last two are null for one's own vectors).
    """
    provider = AstraProvider("astra", target=declared.target, allow_data_loss=declared.allow_data_loss)
    options = pulumi.ResourceOptions(provider=provider, protect=declared.protect)
    return {entry.address: _database(entry, options) for entry in declared.databases}


def _database(entry: environment.Database, options: pulumi.ResourceOptions) -> dict[str, Any]:
    settings = entry.settings
    made = Database(
        entry.address,
        name=settings["name"],
        cloud_provider=settings["cloudProvider"],
        region=settings["region"],
        opts=options,
    )
    return {
        "id": made.id,
        **settings,
        "apiEndpoint": made.api_endpoint,
        "keyspaces": {one.name: _keyspace(one, made, options) for one in entry.keyspaces},
    }


def _keyspace(entry: environment.Keyspace, database: Database, options: pulumi.ResourceOptions) -> dict[str, Any]:
    # The keyspaces of a database go with it: dropping each first would take a minute of MAINTENANCE every time.
    with_database = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(deleted_with=database))
    made = Keyspace(entry.address, database_id=database.id, name=entry.name, opts=with_database)
    return {"collections": {one.name: _collection(one, entry.name, made, options) for one in entry.collections}}


def _collection(
    entry: environment.Collection, keyspace: str, made_in: Keyspace, options: pulumi.ResourceOptions
) -> pulumi.Output[dict[str, Any]]:
    definition = entry.definition
    made = Collection(
        entry.address,
        # The keyspace's and not the database's, so that the collection is made after its keyspace.
        api_endpoint=made_in.api_endpoint,
        keyspace=keyspace,
        name=entry.name,
        vector=definition.get("vector"),
        indexing=definition.get("indexing"),
        default_id=definition.get("defaultId"),
        lexical=definition.get("lexical"),
        rerank=definition.get("rerank"),
        opts=options,
    )
    return made.options.apply(_described)


def _described(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What applications need to know of a collection, from what the service made of it."""
    vector = (options or {}).get("vector") or {}
    service = vector.get("service") or {}
    return {
        "dimension": vector.get("dimension"),
        "metric": vector.get("metric"),
        "provider": service.get("provider"),
        "modelName": service.get("modelName"),
    }


def _advice() -> str:
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return f"pulumi config set {NAMESPACE}environment NAME, with NAME one of {', '.join(found) or '(none is there)'}"
