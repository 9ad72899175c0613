"""Canaries: planted tokens and keys are searched for in everything that is kept or printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from emulator.application import application
from tests.acceptance.test_service_errors import astra_at, served

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

TOKEN = "AstraCS:CANARYtokenCANARY:0123456789abcdef0123456789abcdef"
WRONG_TOKEN = "AstraCS:CANARYwrongCANARY:0123456789abcdef0123456789abcdef"
KEY = "sk-proj-CANARYkeyCANARYkeyCANARY0123456789"
CANARIES = (TOKEN, WRONG_TOKEN, KEY)


def test_no_secret_in_state_output_config_or_the_emulators_file(project: Project, declared: dict[str, Any]) -> None:
    """Over HTTP, so that the token goes the way it goes to Astra; with the engine's loudest log, and every kind of failure."""
    declared |= {"target": {"kind": "astra"}, "protect": False, "allowDataLoss": ["*"]}
    collections = declared["workload"]["knowledge"]["default_keyspace"]["collections"]
    project.world.add_token(TOKEN)
    project.declare(declared)
    with served(application(project.world)) as address:
        project.configure(astra_at(address))
        # At level 9 the engine logs the secrets of the config, its manual says; the environment's token it never sees.
        project.up("--logtostderr", "-v=9", ASTRA_DB_APPLICATION_TOKEN=TOKEN).ok()
        endpoint = f"{address}/databases/{project.database()['id']}-us-east-2/api/json/v1/default_keyspace/articles"
        headers = {"Token": TOKEN, "x-embedding-api-key": KEY}
        httpx.post(endpoint, headers=headers, json={"insertOne": {"document": {"_id": "1", "$vectorize": "a text"}}})
        assert project.preview(ASTRA_DB_APPLICATION_TOKEN=f"{TOKEN}\u00e4").code == 1
        for token in (WRONG_TOKEN, f"{WRONG_TOKEN}\nX", ""):
            assert project.pulumi("refresh", "--yes", "--run-program", ASTRA_DB_APPLICATION_TOKEN=token).code == 1
        project.pulumi("config", "set", "--secret", "vectorize:token", TOKEN).ok()
        collections["articles"]["vector"]["dimension"] = 256
        project.declare(declared)
        project.up("--debug", "--diff").ok()
        project.pulumi("refresh", "--yes", "--diff").ok()
        for place in ("providerKey", "parameters"):
            pasted = {"organizationId": KEY} if place == "parameters" else KEY
            project.declare({**declared, "integrations": {"openai": {**declared["integrations"]["openai"], place: pasted}}})
            assert project.up().code == 1
        project.declare(declared)
        project.up().ok()
    assert project.pulumi("refresh", "--yes").code == 1

    printed = "".join(run.output for run in project.runs)
    state = json.dumps(project.state())
    files = b"".join(path.read_bytes() for path in project.folder.parent.rglob("*") if path.is_file())
    for canary in CANARIES:
        assert canary not in printed
        assert canary not in state
        assert canary.encode() not in files


def test_pickles_in_the_state_are_short_constant_and_not_secret(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.up().ok()
    pickles = {
        (resource["type"], resource["inputs"]["__provider"])
        for resource in project.resources()
        if resource["type"].startswith("pulumi-python:dynamic")
    }
    assert {kind for kind, _ in pickles} == {
        "pulumi-python:dynamic/astra:Collection",
        "pulumi-python:dynamic/astra:Database",
        "pulumi-python:dynamic/astra:Keyspace",
        "pulumi-python:dynamic/astra:ProviderIntegration",
        "pulumi-python:dynamic/astra:Workload",
    }
    assert len(pickles) == 5
    assert all(len(pickle) < 100 for _, pickle in pickles)
