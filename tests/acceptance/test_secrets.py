"""Canaries: planted tokens and keys are searched for in everything that is kept or printed."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

TOKEN = "AstraCS:CANARYtokenCANARY:0123456789abcdef0123456789abcdef"
EMBEDDING_KEY = "sk-proj-CANARYkeyCANARYkeyCANARY0123456789"


def test_no_secret_in_state_pickles_output_or_the_emulators_file(project: Project, declared: dict[str, Any]) -> None:
    project.world.add_token(TOKEN)
    project.declare(declared)
    # The engine's own log at level 9 shows the secrets of the config, its manual says; a token of the environment it
    # never sees.
    project.up("--logtostderr", "-v=9", ASTRA_DB_APPLICATION_TOKEN=TOKEN).ok()
    project.pulumi("config", "set", "--secret", "vectorize:token", TOKEN).ok()
    for variables in ({"ASTRA_DB_APPLICATION_TOKEN": TOKEN}, {}):
        project.up(**variables).ok()
        project.preview("--diff", **variables).ok()
        project.pulumi("refresh", "--yes", "--diff", **variables).ok()
    project.data_api(
        "/default_keyspace/articles",
        {"insertOne": {"document": {"_id": "1", "$vectorize": "a text"}}},
    )
    declared["workload"]["knowledge"]["default_keyspace"]["collections"]["articles"]["vector"]["dimension"] = 256
    project.declare(declared)
    assert project.up("--debug", ASTRA_DB_APPLICATION_TOKEN=TOKEN).code == 1

    printed = "".join(run.output for run in project.runs)
    state = json.dumps(project.state())
    files = b"".join(path.read_bytes() for path in project.folder.parent.rglob("*") if path.is_file())
    for canary in (TOKEN, EMBEDDING_KEY):
        for spelled in (canary, base64.b64encode(canary.encode()).decode()[:-4]):
            assert spelled not in printed
            assert spelled not in state
            assert spelled.encode() not in files


def test_pickles_in_the_state_are_short_constant_and_not_secret(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.up().ok()
    pickles = {
        resource["type"]: resource["inputs"]["__provider"]
        for resource in project.resources()
        if resource["type"].startswith("pulumi-python:dynamic")
    }
    assert set(pickles) == {
        "pulumi-python:dynamic/astra:Collection",
        "pulumi-python:dynamic/astra:Database",
        "pulumi-python:dynamic/astra:Keyspace",
    }
    assert all(len(pickle) < 100 for pickle in pickles.values())
