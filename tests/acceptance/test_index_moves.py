"""An index whose name one of another table had until now: the engine makes what is new before it deletes what is old."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
DEFINITION = {
    "columns": {"id": "text", "body": "text", "embedding": {"type": "vector", "service": NVIDIA}},
    "primaryKey": "id",
}
INDEXES = {"rows_body": {"column": "body"}, "rows_embedding": {"column": "embedding"}}


def declared(**indexes: dict[str, Any]) -> str:
    """Tables by name with their indexes."""
    tables = {name: {"definition": DEFINITION, "indexes": stated} for name, stated in indexes.items()}
    environment = {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
        "workload": {"knowledge": {"default_keyspace": {"tables": tables}}},
    }
    # As JSON, which is YAML too: what stands there twice is written out.
    return json.dumps(environment)


def indexes(project: Project) -> dict[str, str]:
    """The table of each index."""
    stand = project.world.indexes(project.database()["id"], "default_keyspace")
    return {name: one["table"] for name, one in stand.items()}


def test_the_names_of_a_renamed_table_s_indexes_are_free_after_one_update_without_them(project: Project) -> None:
    project.declare(declared(notes=INDEXES))
    project.up().ok()
    project.declare(declared(papers=INDEXES))
    run = project.up()
    assert run.code == 1
    assert (
        "cannot create index default_keyspace.rows_body: table notes has an index of that name, which is unique in a keyspace. "
        "Where that index or its table is to go, update without this one first, and then with it; "
    ) in run.output
    assert indexes(project) == dict.fromkeys(INDEXES, "notes")
    # As the message says.
    project.declare(declared(papers={}))
    project.up().ok()
    assert list(project.world.tables(project.database()["id"], "default_keyspace")) == ["papers"]
    project.declare(declared(papers=INDEXES))
    project.up().ok()
    assert indexes(project) == dict.fromkeys(INDEXES, "papers")
    project.preview("--expect-no-changes").ok()
