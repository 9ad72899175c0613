"""The Workload's declaration: kept as JSON, which once was an object."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import EmulatorTransport
from emulator.world import World
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.workload import WorkloadProvider

DATABASE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
OWN = {"vector": {"dimension": 8}}
BEFORE = {"knowledge": {"default_keyspace": {"collections": {"own": OWN}}}}


def declared(workload: Any) -> dict[str, Any]:
    return {"address": "workload", "databases": {"knowledge": DATABASE}, "workload": workload}


@pytest.mark.parametrize("kept", [BEFORE, json.dumps(BEFORE)], ids=["an object", "JSON"])
def test_what_is_dropped_and_holds_documents_is_refused_by_a_state_of_either_form(
    provide: Callable[..., Any], world: World, kept: Any
) -> None:
    endpoint = provide(DatabaseProvider).create({"address": "knowledge", **DATABASE}).outs["apiEndpoint"]
    place = {"apiEndpoint": endpoint, "keyspace": "default_keyspace", "name": "own"}
    provide(CollectionProvider).create({"address": "knowledge.default_keyspace.own", **place, **OWN})
    with httpx.Client(transport=EmulatorTransport(world), headers={"Token": DEFAULT_TOKEN}) as client:
        document = {"insertOne": {"document": {"_id": "1"}}}
        client.post(f"{endpoint}/api/json/v1/default_keyspace/own", json=document).raise_for_status()
    dropped = declared(json.dumps({"knowledge": {"default_keyspace": {}}}))
    (said, advice) = provide(WorkloadProvider).check(declared(kept), dropped).failures
    assert "knowledge.default_keyspace.own would be deleted" in said.reason
    assert "allowDataLoss: [knowledge.default_keyspace.own]" in advice.reason


@pytest.mark.parametrize("text", ["{", "[]", "5", ""])
def test_what_is_no_object_is_refused(provide: Callable[..., Any], text: str) -> None:
    (failure,) = provide(WorkloadProvider).check({}, declared(text)).failures
    assert failure.reason == "workload: workload: must be an object as JSON"
