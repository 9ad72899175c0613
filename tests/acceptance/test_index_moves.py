"""Indexes whose names those of another table had until now: the engine makes what is new before it deletes what is old."""

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


def test_a_table_that_is_renamed_keeps_the_names_of_its_indexes_in_one_update(project: Project) -> None:
    project.declare(declared(notes=INDEXES))
    project.up().ok()
    assert indexes(project) == dict.fromkeys(INDEXES, "notes")
    project.declare(declared(papers=INDEXES))
    project.up().ok()
    assert indexes(project) == dict.fromkeys(INDEXES, "papers")
    assert list(project.world.tables(project.database()["id"], "default_keyspace")) == ["papers"]
    project.preview("--expect-no-changes").ok()
    # From one table to another that stands already.
    project.declare(declared(papers={}, notes=INDEXES))
    project.up().ok()
    assert indexes(project) == dict.fromkeys(INDEXES, "notes")
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    project.preview("--expect-no-changes").ok()
