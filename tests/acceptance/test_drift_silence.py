"""What was brought up and left alone shows no drift, whatever it is: one hundred generated databases, and the valid examples.

Everything is generated from one seed: every embedding provider and model, each kind of authentication, dimensions stated and left
out, every option of a collection or none, tables with every kind of column and index, names at their limits. Then everything
that the service filled in is declared word for word, which is applied without a replacement and shows none either.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

from astra import catalog, document
from astra.integration import used
from tests.acceptance.conftest import ROOT
from tests.acceptance.test_scale import FAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

EXAMPLES = ROOT / "tests" / "examples" / "valid"
# They need what only a file of their own can say: another target, or a type that stands there already.
ELSEWHERE = {"self_hosted", "types"}
DATABASES = 100
SEED = 8
METRICS = [None, "cosine", "dot_product", "euclidean"]
SOURCES = [None, "other", "openai-v3-small", "bert", "nv-qa-4"]
SCALARS = ["text", "int", "boolean", "uuid", "timestamp", "double", "blob", "inet", "decimal", "ascii"]
OPTIONS: dict[str, list[Any]] = {
    "indexing": [None, {"allow": ["title", "metadata.year"]}, {"deny": ["*"]}, {"deny": ["body"]}],
    "defaultId": [None, *({"type": kind} for kind in ("uuid", "objectId", "uuidv6", "uuidv7"))],
    "lexical": [None, {"enabled": False}, {"enabled": True}, {"enabled": True, "analyzer": "english"}],
    "rerank": [None, {"enabled": False}, {"enabled": True}],
}


def integrations() -> dict[str, Any]:
    """Of each provider one for each kind of authentication that it takes, but for those that need none."""
    found: dict[str, Any] = {}
    for provider in catalog.embedding_providers().values():
        for kind in sorted({"HEADER", "SHARED_SECRET"} & {*provider.schema["x-authentication"]}):
            stated: dict[str, Any] = {"provider": provider.key, "authentication": kind}
            if kind == "SHARED_SECRET":
                stated["providerKey"] = f"key-{provider.key}"
            needed = provider.schema["$defs"]["parameters"].get("required", ())
            values = {"cloudName": "aws", "regionName": "us-east-1", "region": "us-east-1"}
            if needed:
                stated["parameters"] = {name: values.get(name, "abc123") for name in needed}
            found[f"{provider.key}-{kind.lower()}"] = stated
    return found


def vector(random: Random) -> dict[str, Any]:
    """A vector of a collection or a column: of one's own, or made by any model."""
    if random.random() < 0.25:
        return {"dimension": random.choice([1, 8, 1536, 4096])}
    provider = random.choice(list(catalog.embedding_providers().values()))
    model = random.choice(list(provider.models.values()))
    names = [name for name, stated in integrations().items() if stated["provider"] == provider.key]
    service: dict[str, Any] = {"integration": random.choice(names)} if names else {"provider": provider.key}
    parameters = model.schema["properties"]["service"]["properties"]["parameters"].get("properties", {})
    if "task" in parameters and random.random() < 0.5:
        service["parameters"] = {"task": random.choice(parameters["task"]["enum"])}
    rule = model.schema["properties"]["dimension"]
    allowed = rule.get("enum") or [rule["const"]] if "const" in rule or "enum" in rule else [rule["minimum"], 300, 1024]
    dimension = None if "default" in rule and random.random() < 0.5 else random.choice(allowed)
    return {**({} if dimension is None else {"dimension": dimension}), "service": {**service, "modelName": model.name}}


def collection(random: Random) -> dict[str, Any]:
    stated = {key: random.choice(values) for key, values in OPTIONS.items()}
    if random.random() < 0.85:
        tuned = {"metric": random.choice(METRICS), "sourceModel": random.choice(SOURCES)}
        stated["vector"] = {**vector(random), **{key: value for key, value in tuned.items() if value}}
    return {key: value for key, value in stated.items() if value is not None}


def table(random: Random, prefix: str) -> dict[str, Any]:
    """A table with columns of all kinds, in short and in long form, and an index on each that may have one."""
    columns: dict[str, Any] = {"id": "uuid", "page": random.choice(["int", {"type": "int"}]), "line": "int"}
    indexes: dict[str, Any] = {}
    for kind in random.sample(SCALARS, 4):
        columns[f"a {kind}"] = random.choice([kind, {"type": kind}])
        if kind in ("text", "ascii"):
            options = random.choice([None, {"caseSensitive": False}, {"ascii": True, "normalize": True}])
            indexes[f"{prefix}_{kind}"] = {"column": f"a {kind}", **({"options": options} if options else {})}
        elif kind not in ("blob", "inet"):
            indexes[f"{prefix}_{kind}"] = {"column": f"a {kind}"}
    if random.random() < 0.5:
        columns |= {"body": "text", "labels": {"type": "map", "keyType": "text", "valueType": random.choice(["text", "int"])}}
        columns["tags"] = {"type": random.choice(["set", "list"]), "valueType": random.choice(["text", {"type": "text"}])}
        indexes[f"{prefix}_body"] = {"column": "body", "indexType": "text"}
        indexes[f"{prefix}_body"] |= random.choice([{}, {"options": {"analyzer": "english"}}])
        indexes[f"{prefix}_labels"] = {"column": random.choice(["labels", {"labels": "$keys"}, {"labels": "$values"}])}
        indexes[f"{prefix}_tags"] = {"column": "tags"}
    for number in range(random.randint(0, 2)):
        columns[f"v{number}"] = {"type": "vector", **vector(random)}
        tuned = {"metric": random.choice(METRICS), "sourceModel": random.choice(SOURCES)}
        stated = {"column": f"v{number}", **{key: value for key, value in tuned.items() if value}}
        indexes[f"{prefix}_v{number}".ljust(random.choice([1, 100]), "x")] = stated
    key = random.choice(["id", {"partitionBy": ["id"]}, {"partitionBy": ["id"], "partitionSort": {"page": 1, "line": -1}}])
    return {"definition": {"columns": columns, "primaryKey": key}, **({"indexes": indexes} if indexes else {})}


def content(random: Random) -> dict[str, Any]:
    """What is in one database: one or two keyspaces, the longest name among them, with anything or nothing in them."""
    names = ["default_keyspace", *random.sample(["docs", "k" * 48, "Mixed_Case_1"], random.randint(0, 1))]
    found: dict[str, Any] = {}
    for place, name in enumerate(names):
        collections = [f"c{number}".ljust(random.choice([1, 48]), "_") for number in range(random.randint(0, 3))]
        tables = [f"t{number}".ljust(random.choice([1, 48]), "_") for number in range(random.randint(0, 1))]
        stated: dict[str, Any] = {"collections": {one: collection(random) for one in collections}}
        stated["tables"] = {one: table(random, f"{place}{one.rstrip('_')}") for one in tables}
        found[name] = {key: value for key, value in stated.items() if value} or None
    return found


def generated() -> dict[str, Any]:
    """One environment of a hundred databases."""
    random = Random(SEED)  # noqa: S311 - the same ones each time
    names = [f"d{number}".ljust(random.choice([1, 64]), "_") for number in range(DATABASES)]
    regions = random.choices([[], ["us-west-2"]], [9, 1], k=DATABASES)
    environment = {
        "target": {"kind": "emulator"},
        "databases": {
            name: {
                "name": f"db {name.rstrip('_')}".ljust(50 if name.endswith("_") else 1, "x"),
                "cloudProvider": "AWS",
                "region": "us-east-2",
                **({"additionalRegions": extra} if extra else {}),
            }
            for name, extra in zip(names, regions, strict=True)
        },
        "integrations": integrations(),
        "workload": {name: content(random) for name in names},
    }
    # Written and read: YAML would have anchors for what is one object here.
    copied: dict[str, Any] = json.loads(json.dumps(environment))
    return copied


def of_examples() -> dict[str, Any]:
    """The databases of all valid examples in one environment, each under its example's name, as is each integration."""
    environment: dict[str, Any] = {"target": {"kind": "emulator"}, "databases": {}, "integrations": {}, "workload": {}}
    for path in sorted(EXAMPLES.glob("*/*.yaml")):
        if path.stem in ELSEWHERE:
            continue
        data = document.parse(path.read_bytes(), str(path)).data
        prefix = f"{path.parent.name}-{path.stem}"
        stated = data.get("integrations") or {}
        for name, one in stated.items():
            kept = {key: value for key, value in one.items() if key != "databases"}
            environment["integrations"][_name(prefix, name)] = {"provider": name, **kept}
        for name, keyspaces in (data.get("workload") or {}).items():
            database = _name(prefix, name)
            environment["databases"][database] = {"name": database[:50].strip("_"), "cloudProvider": "AWS", "region": "us-east-2"}
            environment["workload"][database] = keyspaces
            for service in _services(keyspaces):
                if integration := used(service, stated):
                    service["integration"] = _name(prefix, integration)
    copied: dict[str, Any] = json.loads(json.dumps(environment))
    return copied


def _name(prefix: str, name: str) -> str:
    return f"{prefix}-{name}"[:64]


def _services(stated: Any) -> Iterator[dict[str, Any]]:
    if isinstance(stated, dict):
        if (
            isinstance(stated.get("service"), dict)
            and {"integration", "provider"} & {*stated["service"]}
            and "enabled" not in stated
        ):
            yield stated["service"]
        for inner in stated.values():
            yield from _services(inner)


def filled(environment: dict[str, Any], told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The same, with everything declared that the service filled in.

    Args:
        environment: as it was applied.
        told: by address, the outputs of collections, tables and indexes.
    """
    copied: dict[str, Any] = json.loads(json.dumps(environment))
    for database, keyspaces in copied["workload"].items():
        for keyspace, stated in keyspaces.items():
            for name, options in ((stated or {}).get("collections") or {}).items():
                made = told[f"{database}.{keyspace}.{name}"]["options"]
                full = {key: _with_service(value, (options or {}).get(key)) for key, value in made.items()}
                stated["collections"][name] = full
            for name, one in ((stated or {}).get("tables") or {}).items():
                address = f"{database}.{keyspace}.{name}"
                made = told[address]["explained"]
                before = one["definition"]["columns"]
                sort = {column: order for step in made["primaryKey"]["partitionSort"] for column, order in step.items()}
                columns = {column: _with_service(definition, before[column]) for column, definition in made["columns"].items()}
                one["definition"] = {"columns": columns, "primaryKey": {**made["primaryKey"], "partitionSort": sort}}
                for index, its in one.get("indexes", {}).items():
                    its.update(_index(told[f"{address}.{index}"]["explained"]))
    return copied


def _index(told: dict[str, Any]) -> dict[str, Any]:
    if told["indexType"] == "vector":
        return {"column": told["column"], **told["options"]}
    return {key: told[key] for key in ("column", "indexType", "options") if told[key]}


def _with_service(told: Any, stated: Any) -> Any:
    """What the service tells, with the service as it was declared: by its integration."""
    if not isinstance(told, dict) or "service" not in told:
        return {key: value for key, value in told.items() if key != "apiSupport"} if isinstance(told, dict) else told
    service = stated["service"] if isinstance(stated, dict) and "integration" in stated.get("service", {}) else told["service"]
    return {**{key: value for key, value in told.items() if key != "apiSupport"}, "service": service}


def look(project: Project) -> dict[str, Any]:
    """What drift reports, of which nothing is drift and nothing is unknown."""
    done = subprocess.run(
        ["vectorize", "drift", "--stack", "test", "--format", "json"],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert (report["findings"], report["unknown"], done.returncode) == ([], [], 0), done.stderr
    return report


def prepared(project: Project, environment: dict[str, Any]) -> None:
    """Room for everything, every credential, and no waiting."""
    with closing(project.world) as world:
        world.set("max_collections", 1_000)
        world.set("max_indexes", 10_000)
        for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds", "datacenter_seconds"):
            world.set(name, 0)
        for stated in environment["integrations"].values():
            if "providerKey" in stated:
                world.add_credential(stated["provider"], stated["providerKey"])
        for service in _services(environment["workload"]):
            if key := service.get("authentication", {}).get("providerKey"):
                world.add_credential(service["provider"], key.removesuffix(".providerKey"))


def told(project: Project) -> dict[str, dict[str, Any]]:
    """The outputs of every resource by its address."""
    return {one["urn"].rpartition("::")[2]: one.get("outputs", {}) for one in project.resources()}


def test_a_hundred_generated_databases_that_are_left_alone_show_nothing(project: Project) -> None:
    left_alone(project, generated())
    assert len(project.world.databases()) == DATABASES


def test_the_valid_examples_that_are_left_alone_show_nothing(project: Project) -> None:
    left_alone(project, of_examples())


def left_alone(project: Project, environment: dict[str, Any]) -> None:
    """Brings it up, and declares then what the service filled in: neither shows anything, and nothing is replaced."""
    prepared(project, environment)
    project.declare(environment)
    project.up(**FAST).ok()
    report = look(project)
    assert report["pending"] == []
    coverage = report["summary"]["coverage"]
    assert coverage["managed"] == coverage["found"] > len(environment["databases"])
    project.declare(filled(environment, told(project)))
    applied = project.up(**FAST).ok().output
    assert "replaced" not in applied
    assert "updated" in applied
    assert look(project)["pending"] == []
