"""Nothing that holds documents or rows is dropped, replaced or spoilt unless it was named; the plan says so before anything."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Project

OWN, MADE, ROWS = "knowledge.research.own", "knowledge.research.made", "knowledge.research.rows"
OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
Change = Callable[[dict[str, Any]], None]


def declared() -> dict[str, Any]:
    """An environment in which every kind of thing holds something."""
    return {
        "target": {"kind": "emulator"},
        "databases": {
            "knowledge": {
                "name": "knowledge-test",
                "cloudProvider": "AWS",
                "region": "us-east-2",
                "additionalRegions": ["us-west-2"],
            },
            "empty": {"name": "empty-test", "cloudProvider": "AWS", "region": "us-east-2"},
        },
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"}},
        "workload": {
            "knowledge": {
                "research": {
                    "collections": {
                        "own": {"vector": {"dimension": 8}, "indexing": {"deny": ["a"]}},
                        "made": {"vector": {"dimension": 512, "service": OPENAI}},
                        "bare": {"vector": {"dimension": 8}},
                    },
                    "tables": {
                        "rows": {
                            "definition": {
                                "columns": {
                                    "id": "text",
                                    "title": "text",
                                    "body": {
                                        "type": "vector",
                                        "dimension": 1024,
                                        "service": {**OPENAI, "modelName": "text-embedding-3-large"},
                                    },
                                },
                                "primaryKey": "id",
                            }
                        }
                    },
                }
            },
            "empty": {"default_keyspace": {"collections": {"nothing": {"vector": {"dimension": 8}}}}},
        },
    }


def research(environment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = environment["workload"]["knowledge"]["research"]
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]) -> Project:
    """The stack as every test finds it: it stands, with a document or row in whatever can hold one but `bare` and `empty`."""
    folder, state = tmp_path_factory.mktemp("kept") / "project", tmp_path_factory.mktemp("kept-state")
    (folder / "environments").mkdir(parents=True)
    root = Path(__file__).resolve().parents[2]
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(root / name, folder / name)
    made = Project(folder, {**engine_environment, "PULUMI_BACKEND_URL": f"file://{state}"})
    made.pulumi("stack", "init", "test").ok()
    made.configure({"vectorize:transport": "emulator.transport:open_store", "vectorize:store": "emulator.sqlite"})
    for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds", "datacenter_seconds"):
        made.world.set(name, 0.05)
    made.world.add_credential("openai", "test-openai")
    made.declare(text(declared()))
    made.up().ok()
    for collection in ("own", "made"):
        insert(made, f"/research/{collection}", {"_id": "1"})
    insert(made, "/research/rows", {"id": "1", "title": "t"})
    return made


@pytest.fixture
def standing(kept: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    state = Path(kept.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    shutil.copytree(kept.folder, tmp_path / "project")
    shutil.copytree(state, tmp_path / "state")
    environment = {**kept.environment, "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}", "PULUMI_STACK": "test"}
    return Project(tmp_path / "project", environment)


def text(environment: dict[str, Any]) -> str:
    import json  # noqa: PLC0415 - JSON is YAML without anchors

    return json.dumps(environment)


def insert(project: Project, path: str, document: dict[str, Any]) -> None:
    database = next(one for one in project.world.databases() if one["name"] == "knowledge-test")
    ask(project, database, path, {"insertOne": {"document": document}})


def ask(project: Project, database: dict[str, Any], path: str, command: dict[str, Any]) -> dict[str, Any]:
    import httpx  # noqa: PLC0415

    from emulator.transport import open_store  # noqa: PLC0415

    address = f"http://emulator/databases/{database['id']}-{database['region']}/api/json/v1{path}"
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        answer: dict[str, Any] = client.post(address, json=command).raise_for_status().json()
    assert "errors" not in answer, answer
    return answer


def world(project: Project) -> Any:
    """Everything that stands, with what it holds."""
    found = project.world
    return [
        (
            one["name"],
            one["status"],
            [dc["region"] for dc in found.datacenters(one["id"]) if dc["status"] == "ACTIVE"],
            {
                keyspace: (
                    found.collections(one["id"], keyspace),
                    found.tables(one["id"], keyspace),
                    sorted(
                        name
                        for name in (*found.collections(one["id"], keyspace), *found.tables(one["id"], keyspace))
                        if ask(project, one, f"/{keyspace}/{name}", {"findOne": {}})["data"]["document"] is not None
                    ),
                )
                for keyspace in one["keyspaces"]
            },
        )
        for one in found.databases()
        if one["status"] == "ACTIVE"
    ]


def changed_dimension(environment: dict[str, Any]) -> None:
    research(environment)["collections"]["made"]["vector"]["dimension"] = 256


def changed_model(environment: dict[str, Any]) -> None:
    research(environment)["collections"]["made"]["vector"]["service"] = {**OPENAI, "modelName": "text-embedding-3-large"}


def changed_indexing(environment: dict[str, Any]) -> None:
    research(environment)["collections"]["own"]["indexing"] = {"deny": ["b"]}


def dropped_collection(environment: dict[str, Any]) -> None:
    del research(environment)["collections"]["own"]


def dropped_table(environment: dict[str, Any]) -> None:
    del research(environment)["tables"]


def changed_key(environment: dict[str, Any]) -> None:
    research(environment)["tables"]["rows"]["definition"]["primaryKey"] = "title"


def dropped_column(environment: dict[str, Any]) -> None:
    del research(environment)["tables"]["rows"]["definition"]["columns"]["title"]


def remodelled_column(environment: dict[str, Any]) -> None:
    body = research(environment)["tables"]["rows"]["definition"]["columns"]["body"]
    body["service"] = {**OPENAI, "modelName": "text-embedding-3-small"}


def dropped_keyspace(environment: dict[str, Any]) -> None:
    del environment["workload"]["knowledge"]["research"]


def dropped_region(environment: dict[str, Any]) -> None:
    del environment["databases"]["knowledge"]["additionalRegions"]


def dropped_database(environment: dict[str, Any]) -> None:
    del environment["databases"]["knowledge"]
    del environment["workload"]["knowledge"]


def moved_database(environment: dict[str, Any]) -> None:
    environment["databases"]["knowledge"]["name"] = "knowledge-moved"


EVERYTHING = (MADE, OWN, ROWS)
# The change, what has to be named for it, and what the plan says of the first of them.
CHANGES: list[tuple[Change, tuple[str, ...], str]] = [
    (
        changed_dimension,
        (MADE,),
        f"{MADE} would be replaced: the Data API cannot alter a collection (vector.dimension: declared 256, there 512)",
    ),
    (changed_model, (MADE,), f"{MADE} would be replaced: the Data API cannot alter a collection (vector.service.modelName: "),
    (changed_indexing, (OWN,), f"{OWN} would be replaced: the Data API cannot alter a collection (indexing.deny: "),
    (dropped_collection, (OWN,), f"{OWN} would be deleted: it is no longer declared, and it holds documents (research.own)"),
    (dropped_table, (ROWS,), f"{ROWS} would be deleted: it is no longer declared, and it holds documents (research.rows)"),
    (changed_key, (ROWS,), f"{ROWS} would be replaced: that of a table cannot be altered (primaryKey: "),
    (dropped_column, (ROWS,), f"{ROWS} would be altered: it would lose its column title, and it holds documents"),
    (
        remodelled_column,
        (ROWS,),
        f"{ROWS} would be altered: it would get vectors of another model in its column body, beside the old ones",
    ),
    (dropped_keyspace, EVERYTHING, f"{OWN} would be deleted: its keyspace is no longer declared"),
    (dropped_region, ("knowledge.us-west-2",), "knowledge.us-west-2 would be removed: it is no longer declared"),
    (dropped_database, (*EVERYTHING, "knowledge.us-west-2"), f"{OWN} would be deleted: it is no longer declared"),
    (
        moved_database,
        (*EVERYTHING, "knowledge.us-west-2"),
        f"{OWN} would be replaced: a database cannot be renamed or moved (name: ",
    ),
]
NAMES = [change.__name__ for change, *_ in CHANGES]


@pytest.mark.parametrize(("change", "named", "sentence"), CHANGES, ids=NAMES)
def test_the_plan_refuses_it_naming_each_thing_and_what_forces_it_and_nothing_is_touched(
    standing: Project, change: Change, named: tuple[str, ...], sentence: str
) -> None:
    before = world(standing)
    environment = declared()
    change(environment)
    standing.declare(text(environment))
    for run in (standing.preview(), standing.up()):
        assert run.code != 0
        assert sentence in run.output
        assert f"allowDataLoss: [{', '.join(named)}]" in run.output
        assert "Traceback" not in run.output
    assert world(standing) == before


@pytest.mark.parametrize(("change", "named", "sentence"), CHANGES, ids=NAMES)
def test_with_exactly_that_permission_it_happens_and_everything_else_stays(
    standing: Project, change: Change, named: tuple[str, ...], sentence: str
) -> None:
    before = copy.deepcopy(world(standing))
    environment = declared()
    change(environment)
    standing.declare(text({**environment, "allowDataLoss": list(named)}))
    standing.up().ok()
    after = world(standing)
    assert after != before, sentence
    kept_names = {"own", "made", "rows"} - {one.rpartition(".")[2] for one in named}
    holding = {name for _, _, _, keyspaces in after for _, _, filled in keyspaces.values() for name in filled}
    # A column that went, or vectors of another model, leave their rows.
    assert holding - {"rows"} == kept_names - {"rows"}
    standing.preview("--expect-no-changes").ok()


def replaced_without_documents(environment: dict[str, Any]) -> None:
    research(environment)["collections"]["bare"]["vector"]["dimension"] = 16


def dropped_without_documents(environment: dict[str, Any]) -> None:
    del environment["databases"]["empty"]
    del environment["workload"]["empty"]


@pytest.mark.parametrize("change", [replaced_without_documents, dropped_without_documents])
def test_what_loses_nothing_needs_no_permission(standing: Project, change: Change) -> None:
    environment = declared()
    change(environment)
    standing.declare(text(environment))
    standing.preview().ok()
    standing.up().ok()
    holding = {name for _, _, _, keyspaces in world(standing) for _, _, filled in keyspaces.values() for name in filled}
    assert holding == {"own", "made", "rows"}
    standing.preview("--expect-no-changes").ok()


def test_a_database_that_is_only_renamed_in_the_file_loses_nothing(standing: Project) -> None:
    """It is not taken over by its name alone, as it is not empty: an alias or its id has to say that it is the same."""
    before = world(standing)
    environment = declared()
    for part in ("databases", "workload"):
        environment[part]["library"] = environment[part].pop("knowledge")
    standing.declare(text({**environment, "allowDataLoss": ["*"]}))
    run = standing.up()
    assert "there is one of that name in AWS us-east-2 already" in run.output
    assert world(standing) == before


def test_what_somebody_else_keeps_in_a_keyspace_counts_too(standing: Project) -> None:
    database = next(one for one in standing.world.databases() if one["name"] == "empty-test")
    ask(standing, database, "/default_keyspace", {"createCollection": {"name": "theirs"}})
    ask(standing, database, "/default_keyspace/theirs", {"insertOne": {"document": {"_id": "1"}}})
    environment = declared()
    dropped_without_documents(environment)
    standing.declare(text(environment))
    run = standing.preview()
    assert run.code != 0
    assert "empty would be deleted: it is no longer declared, and it holds documents (default_keyspace.theirs)" in run.output
    assert "allowDataLoss: [empty]" in run.output


@pytest.mark.parametrize("address", [MADE, ROWS])
def test_a_forced_replacement_is_refused_and_so_is_a_tainted_thing(standing: Project, address: str) -> None:
    before = world(standing)
    urn = next(one["urn"] for one in standing.resources() if one["urn"].endswith(f"::{address}"))
    assert standing.up("--replace", urn).code != 0
    standing.pulumi("state", "taint", urn, "--yes").ok()
    assert standing.up().code != 0
    assert world(standing) == before


def test_before_a_replacement_it_is_made_sure_that_the_new_one_can_be_made(standing: Project) -> None:
    """The old one goes first: were the new one refused then, nothing would be left."""
    environment = declared()
    changed_dimension(environment)
    standing.declare(text({**environment, "allowDataLoss": [MADE]}))
    before = world(standing)
    standing.world.remove_credential("openai", "test-openai")
    run = standing.up()
    assert run.code != 0
    assert world(standing) == before
    standing.world.add_credential("openai", "test-openai")
    identity = next(one["id"] for one in standing.world.databases() if one["name"] == "knowledge-test")
    standing.world.set_model_status("openai", "text-embedding-3-small", "DEPRECATED", identity)
    run = standing.up()
    assert run.code != 0
    assert "DEPRECATED_AI_MODEL" in run.output
    assert world(standing) == before


def test_a_forced_replacement_of_what_could_not_be_made_any_more_deletes_nothing(standing: Project) -> None:
    standing.declare(text({**declared(), "allowDataLoss": ["*"]}))
    identity = next(one["id"] for one in standing.world.databases() if one["name"] == "knowledge-test")
    standing.world.set_model_status("openai", "text-embedding-3-small", "DEPRECATED", identity)
    before = world(standing)
    urn = next(one["urn"] for one in standing.resources() if one["urn"].endswith(f"::{MADE}"))
    run = standing.up("--replace", urn)
    assert run.code != 0
    assert "DEPRECATED_AI_MODEL" in run.output
    assert world(standing) == before


def test_a_hibernated_database_is_woken(standing: Project) -> None:
    for one in standing.world.databases():
        standing.world.set_status(one["id"], "HIBERNATED")
    standing.pulumi("refresh", "--yes", "--skip-preview").ok()
    assert {one["status"] for one in standing.world.databases()} == {"ACTIVE"}
    standing.preview("--expect-no-changes").ok()
