"""What Pulumi offers for every resource works on these, too: the options of resources, and of the commands."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.test_cost import Request, Requests
from tests.acceptance.test_scale import FAST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project

PROGRAM = """\
import pulumi
from providers import AstraProvider, Collection, Database, Keyspace
from providers.index import Index
from providers.table import Table

astra = AstraProvider("astra", target="emulator", allow_data_loss=ALLOWED)


def on(**options):
    return pulumi.ResourceOptions(provider=astra, **options)


def database(address="db", **options):
    return Database(address, name="db", cloud_provider="AWS", region="us-east-2", opts=on(**options))


def collection(address, name="", metric="cosine", indexing=None, **options):
    vector = {"dimension": 8, "metric": metric}
    return Collection(address, **place, name=name or address, vector=vector, indexing=indexing, opts=on(**options))


def table(address, name="", columns=("id", "body"), key="id", **options):
    columns = dict.fromkeys(columns, "text")
    return Table(address, **place, name=name or address, columns=columns, primary_key=key, opts=on(**options))


def index(address, rows, name="", **options):
    return Index(address, **place, table=rows.name, name=name or address, column="body", opts=on(deleted_with=rows, **options))


DATABASE
ks = Keyspace("research", database_id=db.id, name="research", opts=on(deleted_with=db))
place = {"api_endpoint": ks.api_endpoint, "keyspace": "research"}
"""
DATABASE = "db = database()"
STANDING = """\
collection("own")
rows = table("rows")
index("bodies", rows)
"""
# What `. .vectorize/activate` sets and these tests otherwise do not.
ACTIVATED = {"PULUMI_RUN_PROGRAM": "true", "PULUMI_CONTINUE_ON_ERROR": "true"}


def declare(project: Project, resources: str, *, database: str = DATABASE, allowed: tuple[str, ...] = ()) -> None:
    """Writes the program: what it declares beside its database and its keyspace, and what may be lost."""
    project.program(PROGRAM.replace("ALLOWED", str(allowed)).replace("DATABASE", database) + resources)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folders of the first standing project are kept; each further one is a copy of them."""
    return tmp_path_factory.mktemp("original") / "kept"


@pytest.fixture
def standing(project: Project, original: Path) -> Project:
    """A project whose collection and table stand and hold a document each, which nobody allowed to be lost."""
    place = project.folder.parent
    if not original.exists():
        Requests.of(project)
        declare(project, STANDING)
        project.up().ok()
        project.data_api("/research/own", {"insertOne": {"document": {"_id": "1"}}})
        project.data_api("/research/rows", {"insertOne": {"document": {"id": "1", "body": "a text"}}})
        shutil.copytree(place, original)
    else:
        shutil.rmtree(place)
        shutil.copytree(original, place)
    return project


@pytest.fixture
def requests(standing: Project) -> Requests:
    """What the standing project sends from now on."""
    counted = Requests.of(standing)
    counted.taken()
    return counted


def documents(project: Project) -> list[str]:
    """Which of the two still hold their document."""
    found = {name: project.data_api(f"/research/{name}", {"findOne": {}})["data"]["document"] for name in ("own", "rows")}
    return [name for name, document in found.items() if document is not None]


def addresses(project: Project) -> set[str]:
    """What the state has of what the program declares beside its database and its keyspace."""
    names = {resource["urn"].rpartition("::")[2] for resource in project.resources()}
    return names - {"astra-vectorize-test", "astra", "db", "research"}


def names(requests: list[Request], command: str) -> list[str]:
    """What a command was sent for, in that order."""
    return [one.name for one in requests if one.what == command]


@pytest.mark.parametrize("variables", [{}, ACTIVATED], ids=["as it is", "activated"])
def test_what_is_protected_is_neither_dropped_nor_replaced(
    standing: Project, requests: Requests, variables: dict[str, str]
) -> None:
    protected = STANDING.replace('("own"', '("own", protect=True').replace('("rows"', '("rows", protect=True')
    # So that it is the engine's protection that refuses.
    declare(standing, protected, allowed=("*",))
    standing.up(**variables).ok()
    changed = protected.replace('("own"', '("own", metric="euclidean"').replace('("rows"', '("rows", key="body"')
    declare(standing, changed, allowed=("*",))
    refused = [standing.preview(**variables)]
    declare(standing, "", allowed=("*",))
    refused += [standing.preview(**variables), standing.up(**variables)]
    for run, sentence in zip(
        refused, ("unable to replace resource", *["cannot be deleted\n    because it is protected"] * 2), strict=True
    ):
        assert run.code != 0
        assert sentence in run.output
        assert "To unprotect the resource" in run.output
        assert "Traceback" not in run.output
    assert requests.changes() == []
    assert documents(standing) == ["own", "rows"]


def test_what_is_no_longer_protected_can_be_dropped(standing: Project) -> None:
    declare(standing, 'collection("spare", protect=True)\n' + STANDING)
    standing.up().ok()
    assert standing.up("--replace", "**spare").code != 0
    declare(standing, 'collection("spare")\n' + STANDING)
    standing.up().ok()
    declare(standing, STANDING)
    assert "- 1 deleted" in standing.up().ok().output
    assert list(standing.world.collections(standing.database()["id"], "research")) == ["own"]


def test_what_is_retained_leaves_the_state_and_stands(standing: Project, requests: Requests) -> None:
    retained = STANDING.replace('("own"', '("own", retain_on_delete=True').replace('("rows"', '("rows", retain_on_delete=True')
    declare(standing, retained)
    standing.up().ok()
    declare(standing, "")
    standing.up().ok()
    assert addresses(standing) == set()
    assert requests.changes() == []
    assert documents(standing) == ["own", "rows"]
    declare(standing, STANDING)
    standing.up().ok()
    assert addresses(standing) == {"own", "rows", "bodies"}
    standing.preview("--expect-no-changes").ok()


def test_what_goes_with_the_database_is_not_deleted_by_itself(standing: Project, requests: Requests) -> None:
    together = STANDING.replace('("own"', '("own", deleted_with=db').replace('("rows"', '("rows", deleted_with=db')
    declare(standing, together)
    standing.up().ok()
    refused = standing.destroy()
    assert refused.code != 0
    assert "cannot delete db: it holds documents (research.own, research.rows)" in refused.output
    assert documents(standing) == ["own", "rows"]
    # The state has forgotten what was to go with it, and finds it again.
    declare(standing, together, allowed=("db",))
    standing.up().ok()
    assert addresses(standing) == {"own", "rows", "bodies"}
    requests.taken()
    standing.destroy().ok()
    assert requests.changes() == [Request("POST", "/v2/databases/{id}/terminate")]
    assert standing.resources() == []
    assert [database["status"] for database in standing.world.databases()] == ["TERMINATED"]


def test_a_new_logical_name_with_an_alias_touches_nothing(standing: Project, requests: Requests) -> None:
    renamed = """\
rows = table("lines", name="rows", aliases=[pulumi.Alias(name="rows")])
index("texts", rows, name="bodies", aliases=[pulumi.Alias(name="bodies")])
collection("mine", name="own", aliases=[pulumi.Alias(name="own")])
"""
    declare(standing, renamed, database='db = database("base", aliases=[pulumi.Alias(name="db")])')
    # Nothing but the address by which a permission names it, and that is ours alone.
    assert "~ 4 to update\n    3 unchanged" in standing.preview().ok().output
    standing.up().ok()
    assert requests.changes() == []
    assert addresses(standing) == {"base", "lines", "texts", "mine"}
    assert documents(standing) == ["own", "rows"]
    standing.preview("--expect-no-changes").ok()
    assert "cannot delete mine: it holds documents (own)" in standing.up("--replace", "**mine").output


def test_a_new_logical_name_without_an_alias_takes_over_what_stands(standing: Project, requests: Requests) -> None:
    declare(standing, 'rows = table("lines", name="rows")\nindex("texts", rows, name="bodies")\ncollection("mine", name="own")\n')
    output = standing.up().ok().output
    assert "+ 3 created" in output
    assert "- 3 deleted" in output
    # Sent once more in case a killed run left it half made.
    assert {one.what for one in requests.changes()} <= {"createCollection"}
    assert addresses(standing) == {"lines", "texts", "mine"}
    assert documents(standing) == ["own", "rows"]
    assert list(standing.world.indexes(standing.database()["id"], "research")) == ["bodies"]
    standing.preview("--expect-no-changes").ok()


def test_ignored_changes_plan_nothing(standing: Project) -> None:
    changed = """\
collection("own", metric="euclidean", indexing={"deny": ["raw"]}OPTIONS)
rows = table("rows", columns=("id", "body", "more")OPTIONS)
index("bodies", rows)
"""
    declare(standing, changed.replace("OPTIONS", ""), allowed=("*",))
    planned = standing.preview().ok().output
    assert "+-1 to replace" in planned
    # The table, and the provider that carries the permission.
    assert "~ 2 to update" in planned
    ignored = ', ignore_changes=["vector.metric", "indexing", "definition.columns"]'
    declare(standing, changed.replace("OPTIONS", ignored))
    standing.preview("--expect-no-changes").ok()
    standing.up("--expect-no-changes").ok()


def test_what_depends_comes_later_and_goes_earlier(standing: Project, requests: Requests) -> None:
    order = ["six", "two", "one", "five", "four", "three"]
    declare(standing, f"{STANDING}last = []\nfor name in {order}:\n    last = [collection(name, depends_on=last)]\n")
    standing.up("--parallel", "32").ok()
    sent = requests.taken()
    assert names(sent, "createCollection") == order
    # Each stands before the next is looked for: otherwise they would be all looked for at first.
    assert [one.what for one in sent if one.what != "GET"] == ["findCollections", "createCollection", "findCollections"] * 6
    declare(standing, STANDING)
    standing.up("--parallel", "32").ok()
    assert names(requests.taken(), "deleteCollection") == order[::-1]


def test_a_replacement_by_force_deletes_first(standing: Project, requests: Requests) -> None:
    declare(standing, STANDING + 'collection("spare")\ntable("spare_rows")\n')
    standing.up().ok()
    (urn,) = (resource["urn"] for resource in standing.resources() if resource["urn"].endswith("::spare"))
    for forced in (("--replace", urn, "--replace", "**::spare_rows"), ()):
        if not forced:
            standing.pulumi("state", "taint", urn, "--yes").ok()
        requests.taken()
        standing.up(*forced).ok()
        changes = [(one.what, one.name) for one in requests.changes()]
        assert [what for what, name in changes if name == "spare"] == ["deleteCollection", "createCollection"]
        assert [what for what, name in changes if name == "spare_rows"] == ["dropTable", "createTable"] * bool(forced)
        standing.preview("--expect-no-changes").ok()
    assert documents(standing) == ["own", "rows"]


@pytest.mark.parametrize("name", ["own", "rows"])
def test_a_replacement_by_force_is_refused_while_there_are_documents(standing: Project, name: str) -> None:
    run = standing.up("--replace", f"**::{name}")
    assert run.code != 0
    assert f"cannot delete {name}: it holds documents ({name}), and they would be lost." in run.output
    assert documents(standing) == ["own", "rows"]


@pytest.mark.parametrize("forced", [(), ("--replace", "**::rows")], ids=["another key", "by force"])
def test_a_table_that_may_not_be_replaced_keeps_its_indexes(
    standing: Project, requests: Requests, forced: tuple[str, ...]
) -> None:
    """Without them, the applications that search it fail."""
    declare(standing, STANDING if forced else STANDING.replace('("rows"', '("rows", key="body"'))
    run = standing.up(*forced)
    assert run.code != 0
    assert f"cannot {'delete' if forced else 'replace'} rows: it holds documents (rows), and they would be lost." in run.output
    assert requests.changes() == []
    assert list(standing.world.indexes(standing.database()["id"], "research")) == ["bodies"]


RESEARCH = "knowledge.research"


@pytest.mark.parametrize("variables", [{}, ACTIVATED], ids=["as it is", "activated"])
def test_only_the_target_is_touched_although_the_whole_workload_changed(
    project: Project, declared: dict[str, Any], variables: dict[str, str]
) -> None:
    requests = Requests.of(project)
    project.declare(declared)
    project.up().ok()
    requests.taken()
    research = declared["workload"]["knowledge"]["research"]["collections"]
    articles = declared["workload"]["knowledge"]["default_keyspace"]["collections"]["articles"]
    research["own"]["vector"]["dimension"] = 16
    articles["vector"]["dimension"] = 256
    research["new"] = {"vector": {"dimension": 4}}
    del research["plain"]
    project.declare(declared)

    project.up("--target", f"**{RESEARCH}.own", **variables).ok()
    assert requests.changes() == [Request("deleteCollection", "research", "own"), Request("createCollection", "research", "own")]
    project.up("--target", f"**{RESEARCH}.new", "--target", f"**{RESEARCH}.plain", **variables).ok()
    changes = requests.changes()
    assert sorted(changes) == [Request("createCollection", "research", "new"), Request("deleteCollection", "research", "plain")]
    project.pulumi("refresh", "--yes", "--skip-preview", "--target", f"**{RESEARCH}.own", **variables).ok()
    assert requests.taken() == [Request("findCollections", "research")]
    project.pulumi("destroy", "--yes", "--skip-preview", "--target", f"**{RESEARCH}.new", **variables).ok()
    assert requests.changes() == [Request("deleteCollection", "research", "new")]

    project.up().ok()
    assert {(one.what, one.name) for one in requests.changes()} == {
        ("deleteCollection", "articles"),
        ("createCollection", "articles"),
        ("createCollection", "new"),
    }
    project.preview("--expect-no-changes").ok()


def test_a_target_whose_keyspace_was_never_made_is_refused(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    run = project.up("--target", f"**{RESEARCH}.own")
    assert run.code != 0
    assert "was not specified in --target list" in run.output
    assert "Traceback" not in run.output
    assert project.world.databases() == []


def test_one_at_a_time_and_all_at_once_make_the_same_world(project: Project) -> None:
    project.world.set("max_collections", 60)
    project.world.set("max_indexes", 1_000)
    keyspaces = ("default_keyspace", "first", "second")
    vectors = [{"dimension": 8}, {"dimension": 512, "service": {"integration": "openai", "modelName": "text-embedding-3-small"}}]
    content = {"collections": {f"c{number}": {"vector": vectors[number % 2]} for number in range(20)}}
    environment = {
        "target": {"kind": "emulator"},
        "databases": {"db": {"name": "db", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"}},
        "workload": {"db": dict.fromkeys(keyspaces, content)},
    }
    # As JSON, which is YAML too: what stands there twice is written out.
    project.declare(json.dumps(environment))
    worlds = []
    for parallel in ("1", "32"):
        project.up("--parallel", parallel, **FAST).ok()
        database = project.database()
        worlds.append({keyspace: project.world.collections(database["id"], keyspace) for keyspace in database["keyspaces"]})
        project.preview("--parallel", parallel, "--expect-no-changes").ok()
        project.pulumi("destroy", "--yes", "--skip-preview", "--parallel", parallel, **FAST).ok()
        assert project.resources() == []
    assert worlds[0] == worlds[1]
    assert {keyspace: len(collections) for keyspace, collections in worlds[0].items()} == dict.fromkeys(keyspaces, 20)
