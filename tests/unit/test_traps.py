"""What the service does that nobody would expect, and what the product makes of it. Recorded; see the emulator's own tests.

Here is what needs more than one call. The others stand with what they are traps of: that ifNotExists hides what is there, that a
deletion does not care for the kind, and that another definition is refused showing both.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from providers.collection import CollectionProvider
from providers.wire import Failure
from tests.unit.interference import DATA_API, Interference, Killed, kind_of
from tests.unit.operations import BEFORE, INDEXES, Host, Stage, State, make_collection, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.interference import Send


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    set_up(opened)
    yield opened
    opened.world.close()


def codes(host: Host, state: State, path: str, command: dict[str, Any]) -> list[str]:
    """The errors of a command that somebody else sends."""
    answer = host.client.post(f"{state['database'].outs['apiEndpoint']}{DATA_API}{path}", json=command).json()
    return [error["errorCode"] for error in answer.get("errors", ())]


# A creation that is cut off makes the collection and not its indexes.


def hanging_up(stage: Stage, state: State, error: BaseException) -> Interference:
    """The first createCollection gets half of its work done; of what comes of it nothing is heard."""
    cut_off = False

    def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
        nonlocal cut_off
        answer = send()
        if kind_of(request) == "createCollection" and not cut_off:
            cut_off = True
            stage.world.lose_indexes(state["database"].id, "k", "c")
            raise error
        return answer

    return interfere


def searched(host: Host, state: State) -> list[str]:
    return codes(host, state, "/k/c", {"findOne": {"sort": {"$vector": [0.1] * 1024}}})


def test_a_collection_that_is_left_half_made_is_mended_in_the_same_run(stage: Stage) -> None:
    state = stage.put_back("keyspace")
    make_collection(Host(stage, hanging_up(stage, state, httpx.ReadTimeout("slow"))), state)
    assert searched(Host(stage), state) == []


def test_a_collection_that_a_killed_run_left_half_made_is_mended_by_the_next(stage: Stage) -> None:
    state = stage.put_back("keyspace")
    with pytest.raises(Killed):
        make_collection(Host(stage, hanging_up(stage, state, Killed())), state)
    assert searched(Host(stage), state) == ["CORRUPTED_COLLECTION_SCHEMA"]
    make_collection(Host(stage), state)
    assert searched(Host(stage), state) == []


# The limit of collections is checked, then acted on: eight at once made nine where five were allowed.


def test_what_stands_beyond_the_limit_is_kept_and_read_and_only_what_is_new_is_refused(stage: Stage) -> None:
    state = stage.put_back("collection")
    host = Host(stage)
    place = {**state["collection"].inputs, "address": "knowledge.k.second"}
    state["second"] = host.create(CollectionProvider, {**place, "name": "second"})
    stage.world.set("max_collections", 1)
    again = Host(stage)
    for name in ("collection", "second"):
        assert again.create(CollectionProvider, state[name].inputs).outs == state[name].outs
        assert again.read(state[name]).id == state[name].id
    with pytest.raises(Failure, match=r"^cannot create collection k\.third: the Data API said TOO_MANY_COLLECTIONS: .* Delete a"):
        again.create(CollectionProvider, {**place, "address": "knowledge.k.third", "name": "third"})
    Host(stage).delete(state["second"])
    assert list(stage.world.collections(state["database"].id, "k")) == ["c"]


# Once a provider or a model is taken off the service, what uses it answers every command with an error, and can be dropped.


@pytest.fixture
def aged(stage: Stage) -> State:
    """Everything stands but a further region, and the provider of its vectors is gone."""
    state = stage.put_back(BEFORE["region"])
    stage.world.set_provider("nvidia", None)
    return state


@pytest.mark.parametrize("name", ["keyspace", "collection", "table", *INDEXES])
def test_without_its_provider_it_can_still_be_refreshed(stage: Stage, aged: State, name: str) -> None:
    found = Host(stage).read(aged[name])
    assert (found.id, found.outs) == (aged[name].id, aged[name].outs)


@pytest.mark.parametrize("name", ["keyspace", "collection", "table", "database"])
def test_without_its_provider_it_can_still_be_destroyed_once_that_is_allowed(stage: Stage, aged: State, name: str) -> None:
    """Whether it holds anything nobody can tell any more: so it must be named, and the refusal says how."""
    address = aged[name].inputs["address"]
    with pytest.raises(Failure, match=rf"allowDataLoss: \[{address}\]"):
        Host(stage).delete(aged[name])
    host = Host(stage)
    host.session = dataclasses.replace(host.session, allow_data_loss=frozenset([address]))
    host.delete(aged[name])
    assert Host(stage).read(aged[name]).id == ""


@pytest.mark.parametrize("name", INDEXES)
def test_without_its_provider_an_index_of_the_table_can_still_be_deleted(stage: Stage, aged: State, name: str) -> None:
    Host(stage).delete(aged[name])
    left = stage.world.indexes(aged["database"].id, "k")
    assert sorted(left) == sorted(stated["name"] for kind, (_, stated) in INDEXES.items() if kind != name)


def test_what_was_made_with_a_provider_that_is_gone_is_taken_over_all_the_same(stage: Stage, aged: State) -> None:
    """The identical request is refused by now, and what stands is not."""
    assert Host(stage).create(CollectionProvider, aged["collection"].inputs).outs == aged["collection"].outs
