"""A stack's environment file as resources: what `__main__.py` runs."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pulumi

from astra import declaration, document, environment, policies
from providers.astra_provider import AstraProvider
from providers.collection import Collection
from providers.database import Database
from providers.database_region import DatabaseRegion
from providers.deployment import Deployment
from providers.dynamic import ADDRESS, AstraResource
from providers.index import Index
from providers.integration import ProviderIntegration
from providers.keyspace import Keyspace
from providers.revision import FOLDER
from providers.session import NAMESPACE
from providers.table import Table
from providers.vector_index import VectorIndex
from providers.workload import Workload

Made = TypeVar("Made", bound=AstraResource)
# Optional: what is allowed in which environment.
POLICIES = Path("policies.yaml")
# The language host's code for a program that has already said what is wrong: the engine adds nothing then.
SAID_IT_ALL = 32


def load() -> declaration.Environment:
    """The environment of the stack: `environments/<stack>.yaml`, or what `vectorize:environment` names instead.

    Raises:
        pulumi.RunError: it is missing or cannot be read, or it is protected and the stack has a transport of its own.
        SystemExit: it is wrong, or breaks a policy of `policies.yaml`. Every problem was logged; nothing was declared.
    """
    config = pulumi.Config(NAMESPACE.rstrip(":"))
    name = config.get("environment") or pulumi.get_stack()
    path = FOLDER / f"{name}.yaml"
    try:
        parsed = document.parse(path.read_bytes(), str(path))
        findings = environment.findings(parsed)
    except OSError as error:
        raise pulumi.RunError(f"{path}: cannot be read: {error.strerror}. Write it, or name another: {_advice()}") from None
    except document.NotReadable as error:
        raise pulumi.RunError(str(error)) from None
    allowed = policies.read(POLICIES.read_bytes, str(POLICIES))
    findings += [*allowed.findings, *allowed.broken(parsed, path.stem)]
    for finding in findings:
        # The engine itself says which of the two it is.
        said = str(replace(finding, severity="error"))
        (pulumi.log.error if finding.severity == "error" else pulumi.log.warn)(said)
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        pulumi.log.error(f"{errors} problem{'s' if errors > 1 else ''} in the environment {name}; nothing was touched.")
        raise SystemExit(SAID_IT_ALL)
    # As in dynamic.py: what is loaded by now stays, and the SDK makes many short-lived objects from here on.
    gc.freeze()
    declared = environment.environment(parsed.data)
    transport = config.get("transport")
    if declared.protect and transport:
        raise pulumi.RunError(
            f"{path}: the environment is protected, but {NAMESPACE}transport puts {transport} in the place of its service, as is "
            f"done with the emulator. Run pulumi config rm {NAMESPACE}transport, or give the environment protect: false."
        )
    return declared


def declare(declared: declaration.Environment) -> dict[str, Any]:
    """Declares everything, and returns the stack output `databases`: the contract for applications.

    Returns:
        By logical name: id, name, cloudProvider, region and apiEndpoint (of an existing database that is named by its address
        alone that address); regions, by name the apiEndpoint of each further one; integrations, by logical name status and proof;
        and keyspaces by name, each with collections by name (dimension, metric, provider and modelName; the last two are null for
        one's own vectors) and tables by name, each with its vectors by column (dimension, provider and modelName).
    """
    provider = AstraProvider(
        "astra",
        target=declared.target,
        allow_data_loss=declared.allow_data_loss,
        database_timeout=declared.database_timeout,
    )
    workload = Workload("workload", **declared.workload(), opts=pulumi.ResourceOptions(provider=provider))
    stack = _Stack(provider, workload, declared.protect)
    outputs = {entry.address: _database(entry, stack) for entry in declared.databases}
    Deployment(
        "deployment",
        digest=declared.digest,
        workload=declared.stated_workload,
        promoted=declared.promoted,
        opts=pulumi.ResourceOptions(provider=provider, depends_on=pulumi.Output.from_input(_failed([workload, *stack.made]))),
    )
    return outputs


async def _failed(made: Sequence[AstraResource]) -> list[AstraResource]:
    """Waits until everything was made or changed; returns what failed without an end to the run (--continue-on-error).

    The engine leaves out what depends on that. Were the deployment to depend on everything, no target could be dropped or
    destroyed alone, and the state would name each thing once more.
    """
    # What failed has no outputs: their values are never known. In a preview, neither are those of what is about to change.
    stands = [await one.output(ADDRESS).is_known() for one in made]
    return [] if pulumi.runtime.is_dry_run() else [one for one, known in zip(made, stands, strict=True) if not known]


@dataclass(frozen=True, slots=True)
class _Stack:
    """What the options of all resources of a stack are made of, and all that were made so far."""

    provider: AstraProvider
    workload: Workload
    protect: bool
    made: list[AstraResource] = field(default_factory=list)

    def add(self, made: Made) -> Made:
        """Has the deployment come after it."""
        self.made.append(made)
        return made

    def options(self, *needed: pulumi.Resource, **further: Any) -> pulumi.ResourceOptions:
        """Options of what holds nothing: after the workload's check, and after what it needs."""
        return pulumi.ResourceOptions(provider=self.provider, depends_on=[self.workload, *needed], **further)

    def keeping(self, *needed: pulumi.Resource, **further: Any) -> pulumi.ResourceOptions:
        """Options of what holds data: protected, where the environment is."""
        return self.options(*needed, protect=self.protect, **further)


@dataclass(frozen=True, slots=True)
class _Reached:
    """A database as its keyspaces need it: what stands for its id, and how they are kept."""

    identity: pulumi.Input[str]
    options: pulumi.ResourceOptions


def _database(entry: declaration.Database, stack: _Stack) -> dict[str, Any]:
    settings = entry.settings
    if "apiEndpoint" in settings:
        described: dict[str, Any] = {"apiEndpoint": settings["apiEndpoint"]}
        reached = _Reached(settings["apiEndpoint"], _existing(stack))
    elif "id" in settings:
        found = stack.add(Database.get(entry.address, settings["id"], stack.options()))
        described = {"id": found.id, "apiEndpoint": found.api_endpoint}
        described |= {key: found.output(key) for key in ("name", "cloudProvider", "region")}
        reached = _Reached(found.id, _existing(stack))
    else:
        made = stack.add(
            Database(
                entry.address,
                name=settings["name"],
                cloud_provider=settings["cloudProvider"],
                region=settings["region"],
                opts=stack.keeping(),
            )
        )
        described = {"id": made.id, **settings, "apiEndpoint": made.api_endpoint}
        described["regions"] = {region: _region(entry, region, made, stack) for region in entry.additional_regions}
        # The keyspaces of a database go with it: dropping each first would take a minute of MAINTENANCE every time.
        reached = _Reached(made.id, stack.keeping(deleted_with=made))
    keyspaces = {
        one.name: stack.add(Keyspace(one.address, database_id=reached.identity, name=one.name, opts=reached.options))
        for one in entry.keyspaces
    }
    integrations = {one.address: _integration(one, keyspaces[one.keyspace], stack) for one in entry.integrations}
    return {
        **described,
        "integrations": {
            address.partition(".")[2]: {"status": one.status, "proof": one.proof} for address, one in integrations.items()
        },
        "keyspaces": {one.name: _contents(one, keyspaces[one.name], integrations, stack) for one in entry.keyspaces},
    }


def _existing(stack: _Stack) -> pulumi.ResourceOptions:
    """A keyspace of a database that is not this stack's is made where it is missing, and never dropped: others may use it."""
    return stack.options(retain_on_delete=True)


def _region(entry: declaration.Database, region: str, database: Database, stack: _Stack) -> dict[str, Any]:
    made = stack.add(
        DatabaseRegion(
            f"{entry.address}.{region}",
            database_id=database.id,
            cloud_provider=entry.settings["cloudProvider"],
            region=region,
            opts=stack.keeping(),
        )
    )
    return {"apiEndpoint": made.api_endpoint}


def _integration(entry: declaration.Integration, keyspace: Keyspace, stack: _Stack) -> ProviderIntegration:
    settings = entry.settings
    return stack.add(
        ProviderIntegration(
            entry.address,
            api_endpoint=keyspace.api_endpoint,
            keyspace=entry.keyspace,
            provider=settings["provider"],
            authentication=settings["authentication"],
            provider_key=settings.get("providerKey"),
            parameters=settings.get("parameters"),
            key_variable=settings.get("keyVariable"),
            timeout=settings.get("timeout"),
            opts=stack.options(),
        )
    )


def _contents(
    entry: declaration.Keyspace, keyspace: Keyspace, integrations: Mapping[str, ProviderIntegration], stack: _Stack
) -> dict[str, Any]:
    return {
        "collections": {one.name: _collection(one, entry.name, keyspace, integrations, stack) for one in entry.collections},
        "tables": {one.name: _table(one, entry.name, keyspace, integrations, stack) for one in entry.tables},
    }


def _collection(
    entry: declaration.Collection,
    keyspace: str,
    made_in: Keyspace,
    integrations: Mapping[str, ProviderIntegration],
    stack: _Stack,
) -> pulumi.Output[dict[str, Any]]:
    definition = entry.definition
    made = stack.add(
        Collection(
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
            opts=stack.keeping(*([integrations[entry.integration]] if entry.integration else [])),
        )
    )
    return made.options.apply(_described)


def _table(
    entry: declaration.Table,
    keyspace: str,
    made_in: Keyspace,
    integrations: Mapping[str, ProviderIntegration],
    stack: _Stack,
) -> pulumi.Output[dict[str, Any]]:
    made = stack.add(
        Table(
            entry.address,
            api_endpoint=made_in.api_endpoint,
            keyspace=keyspace,
            name=entry.name,
            columns=entry.definition["columns"],
            primary_key=entry.definition["primaryKey"],
            opts=stack.keeping(*(integrations[one] for one in entry.integrations)),
        )
    )
    for index in entry.indexes:
        _index(index, keyspace, made_in, made, stack)
    return made.explained.apply(_vectors)


def _index(entry: declaration.Index, keyspace: str, made_in: Keyspace, table: Table, stack: _Stack) -> None:
    # An index goes with its table.
    place: dict[str, Any] = {"api_endpoint": made_in.api_endpoint, "keyspace": keyspace, "table": table.name, "name": entry.name}
    opts = stack.options(deleted_with=table)
    settings = entry.settings
    if entry.kind == "vector":
        stack.add(
            VectorIndex(
                entry.address,
                **place,
                column=settings["column"],
                metric=settings.get("metric"),
                source_model=settings.get("sourceModel"),
                opts=opts,
            )
        )
    else:
        stack.add(
            Index(
                entry.address,
                **place,
                column=settings["column"],
                index_type=entry.kind,
                options=settings.get("options"),
                opts=opts,
            )
        )


def _described(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What applications need to know of a collection, from what the service made of it."""
    vector = (options or {}).get("vector") or {}
    return {"dimension": vector.get("dimension"), "metric": vector.get("metric"), **_service(vector)}


def _vectors(explained: Mapping[str, Any] | None) -> dict[str, Any]:
    """What applications need to know of a table, from what the service made of it: its vector columns."""
    columns = (explained or {}).get("columns") or {}
    vectors = {name: column for name, column in columns.items() if column.get("type") == "vector"}
    return {name: {"dimension": column.get("dimension"), **_service(column)} for name, column in vectors.items()}


def _service(vector: Mapping[str, Any]) -> dict[str, Any]:
    service = vector.get("service") or {}
    return {"provider": service.get("provider"), "modelName": service.get("modelName")}


def _advice() -> str:
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return f"pulumi config set {NAMESPACE}environment NAME, with NAME one of {', '.join(found) or '(none is there)'}"
