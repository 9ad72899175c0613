"""`diff`: what is a change, and what replaces. Old outputs and new inputs stand as the engine sends them."""

from typing import Any

import pytest
from pulumi.output import Unknown as PulumiUnknown

from astra.target import target
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.dynamic import AstraResourceProvider
from providers.keyspace import KeyspaceProvider
from providers.session import Session

UNKNOWN = PulumiUnknown()  # type: ignore[no-untyped-call]
DATABASE = {
    "address": "knowledge",
    "name": "knowledge-dev",
    "cloudProvider": "AWS",
    "region": "us-east-2",
    "apiEndpoint": "https://x",
    "organizationId": "ours",
}
KEYSPACE = {"address": "knowledge.k", "databaseId": "0a1b", "name": "k", "apiEndpoint": "https://x"}
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
COLLECTION: dict[str, Any] = {
    "address": "knowledge.k.c",
    "apiEndpoint": "https://x",
    "keyspace": "k",
    "name": "c",
    "vector": {"service": NVIDIA},
}
STANDING: dict[str, Any] = {
    "vector": {"dimension": 1024.0, "metric": "cosine", "sourceModel": "other", "service": NVIDIA},
    "lexical": {"enabled": True, "analyzer": "standard"},
    "rerank": {"enabled": False},
}
Found = tuple[bool | None, list[str] | None]
SAME: Found = (False, [])
IN_PLACE: Found = (True, [])


def diff(kind: type[AstraResourceProvider], olds: dict[str, Any], **changed: Any) -> Found:
    """Whether anything changes, and what replaces, where the new inputs are the old ones but for these."""
    outputs = {"apiEndpoint", "organizationId", "options"} if kind is not CollectionProvider else {"options"}
    inputs = {key: value for key, value in olds.items() if key not in outputs}
    provider = kind()
    provider.session = Session(target("emulator", {}, ""), frozenset())
    found = provider.diff("id", {**olds, "__provider": "old"}, {**inputs, "__provider": "new", **changed})
    assert found.delete_before_replace
    return found.changes, found.replaces


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, SAME),
        ({"name": "other"}, (True, ["name"])),
        ({"cloudProvider": "GCP", "region": "us-east1"}, (True, ["cloudProvider", "region"])),
        ({"region": UNKNOWN}, (True, ["region"])),
        ({"address": "renamed"}, IN_PLACE),
    ],
)
def test_database(changed: dict[str, Any], expected: Found) -> None:
    assert diff(DatabaseProvider, DATABASE, **changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, SAME),
        ({"name": "other"}, (True, ["name"])),
        ({"databaseId": "2c3d"}, (True, ["databaseId"])),
        ({"databaseId": UNKNOWN}, (True, ["databaseId"])),
        ({"address": "renamed.k"}, IN_PLACE),
    ],
)
def test_keyspace(changed: dict[str, Any], expected: Found) -> None:
    assert diff(KeyspaceProvider, KEYSPACE, **changed) == expected


THEIRS, ANOTHER = "0a1b0000-0000-4000-8000-000000000000", "2c3d0000-0000-4000-8000-000000000000"


def named(database: str) -> list[str]:
    """The names of a database: its id, and an address in each of two regions."""
    return [database, *(f"http://127.0.0.1:8181/databases/{database}-{region}" for region in ("us-east-2", "us-west-2"))]


@pytest.mark.parametrize("new", [*named(ANOTHER), f"https://{THEIRS}-us-east-2.example.com"])
@pytest.mark.parametrize("old", named(THEIRS))
def test_a_keyspace_of_another_database_is_another_however_that_is_named(old: str, new: str) -> None:
    assert diff(KeyspaceProvider, {**KEYSPACE, "databaseId": old}, databaseId=new) == (True, ["databaseId"])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, SAME, id="nothing"),
        pytest.param({"vector": {"service": {**NVIDIA}}, "lexical": None}, SAME, id="nulls"),
        pytest.param({"vector": {"dimension": 1024, "service": NVIDIA}}, IN_PLACE, id="a default spelled out"),
        pytest.param(
            {"vector": {"dimension": 1024.0, "metric": "cosine", "sourceModel": "other", "service": NVIDIA}},
            IN_PLACE,
            id="all defaults spelled out",
        ),
        pytest.param({"lexical": {"enabled": True}}, IN_PLACE, id="what the database decided, spelled out"),
        pytest.param({"lexical": {"enabled": False}}, (True, ["lexical"]), id="what the database decided, the other way"),
        pytest.param({"vector": {"metric": "euclidean", "service": NVIDIA}}, (True, ["vector"]), id="another metric"),
        pytest.param({"vector": None}, (True, ["vector"]), id="no vectors any more"),
        pytest.param({"indexing": {"deny": ["a"]}}, (True, ["indexing"]), id="indexing"),
        pytest.param({"indexing": {"deny": []}}, (True, ["indexing"]), id="an empty list is a definition of its own"),
        pytest.param({"defaultId": {"type": "uuid"}}, (True, ["defaultId"]), id="a default id"),
        pytest.param({"name": "d", "keyspace": "l"}, (True, ["keyspace", "name"]), id="identity"),
        pytest.param({"apiEndpoint": UNKNOWN}, (True, ["apiEndpoint"]), id="identity not known yet"),
        pytest.param({"vector": UNKNOWN}, (True, ["vector"]), id="vectors not known yet"),
        pytest.param({"vector": {"dimension": UNKNOWN, "service": NVIDIA}}, (True, ["vector"]), id="a part not known yet"),
        pytest.param({"indexing": {"deny": [UNKNOWN]}}, (True, ["indexing"]), id="an item not known yet"),
        pytest.param({"address": "renamed"}, IN_PLACE, id="the address"),
    ],
)
def test_collection(changed: dict[str, Any], expected: Found) -> None:
    assert diff(CollectionProvider, {**COLLECTION, "options": STANDING}, **changed) == expected


@pytest.mark.parametrize(
    ("drifted", "replaces"),
    [
        ({"rerank": {"enabled": True}}, []),
        ({"vector": {**STANDING["vector"], "metric": "euclidean"}}, ["vector"]),
        ({"indexing": {"deny": ["a"]}}, ["indexing"]),
        ({"vector": None}, ["vector"]),
    ],
)
def test_what_stands_otherwise_replaces_although_nothing_was_rewritten(drifted: dict[str, Any], replaces: list[str]) -> None:
    olds = {**COLLECTION, "options": {**STANDING, **drifted}}
    assert diff(CollectionProvider, olds) == (bool(replaces), replaces)


@pytest.mark.parametrize("spelled_out", [{"lexical": {"enabled": True}}, {"vector": {"dimension": 1024.0, "service": NVIDIA}}])
def test_after_an_update_in_place_nothing_differs_there_and_back(spelled_out: dict[str, Any]) -> None:
    provider = CollectionProvider()
    provider.session = Session(target("emulator", {}, ""), frozenset())
    olds = {**COLLECTION, "options": STANDING}
    there = provider.update("id", olds, {**COLLECTION, **spelled_out}).outs
    assert there is not None
    assert diff(CollectionProvider, there) == SAME
    back = provider.update("id", there, COLLECTION).outs
    assert back is not None
    assert diff(CollectionProvider, back) == SAME
    assert provider.diff("id", back, COLLECTION).changes is False
