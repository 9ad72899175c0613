"""Fifteen hundred resources in one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

# Without it the file backend writes the whole state after each step, which takes minutes; for tests of scale only.
FAST = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
COLLECTIONS = 1_497


def test_fifteen_hundred_resources_come_up_stay_and_go(project: Project) -> None:
    project.world.set("max_collections", COLLECTIONS)
    project.world.set("max_indexes", 10 * COLLECTIONS)
    project.declare(
        {
            "target": {"kind": "emulator"},
            "databases": {"big": {"name": "big", "cloudProvider": "AWS", "region": "us-east-2"}},
            "workload": {
                "big": {
                    "default_keyspace": {
                        "collections": {f"c{number}": {"vector": {"dimension": 8}} for number in range(COLLECTIONS)}
                    }
                }
            },
        }
    )
    assert f"+ {COLLECTIONS + 6} created" in project.up(**FAST).ok().output
    assert len(project.world.collections(project.database()["id"], "default_keyspace")) == COLLECTIONS
    project.preview("--expect-no-changes").ok()
    project.pulumi("destroy", "--yes", "--skip-preview", **FAST).ok()
    assert project.resources() == []
