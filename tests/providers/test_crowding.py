"""What a run says when the last of its collections stands and there are more than a database usually holds."""

import json
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from astra.room import Room
from emulator.world import World
from providers.collection import CollectionProvider
from providers.crowding import Crowding
from providers.database import DatabaseProvider
from providers.workload import WorkloadProvider

ALL = {"collections": 0, "tables": 0, "indexes": 0}


def room(stands: int, *names: str, dropped: int = 0) -> Room:
    addresses = frozenset(f"knowledge.k.{name}" for name in names)
    standing, to_make, gone = ({**ALL, "collections": number} for number in (stands, len(names), dropped))
    return Room(standing, to_make, gone, addresses)


def overrun(stand: int, beyond: int, once: str = "") -> str:
    return (
        f"knowledge: {stand} collections stand{once}, {beyond} more than the usual limit of 10: those made at the same time are "
        "not counted against each other. Unless the limit was raised for this database, the next one is refused: delete a "
        "collection, use another database, or ask Astra's support for more."
    )


@pytest.mark.parametrize(("stands", "said"), [(7, ""), (8, ""), (9, overrun(11, 1)), (10, overrun(12, 2))])
def test_it_is_said_with_the_last_one(stands: int, said: str) -> None:
    crowding = Crowding()
    crowding.expect({"knowledge": room(stands, "a", "b")})
    assert [crowding.made("knowledge.k.b"), crowding.made("knowledge.k.a")] == ["", said]


@pytest.mark.parametrize(
    ("dropped", "said"), [(1, overrun(11, 1, " once 1 is dropped")), (2, ""), (3, "")], ids=["too few", "just enough", "enough"]
)
def test_what_the_update_is_still_to_drop_is_not_held_against_it(dropped: int, said: str) -> None:
    crowding = Crowding()
    crowding.expect({"knowledge": room(10, "a", "b", dropped=dropped)})
    assert [crowding.made("knowledge.k.a"), crowding.made("knowledge.k.b")] == ["", said]


def test_what_was_not_expected_counts_for_nothing() -> None:
    crowding = Crowding()
    crowding.expect({"knowledge": room(10, "a")})
    assert [crowding.made(address) for address in ("elsewhere.k.a", "knowledge.k.z")] == ["", ""]
    assert crowding.made("knowledge.k.a")
    assert crowding.made("knowledge.k.a") == ""


def test_of_many_that_end_at_once_one_says_it() -> None:
    names = [f"c{number}" for number in range(50)]
    crowding = Crowding()
    crowding.expect({"knowledge": room(0, *names)})
    said: list[str] = []
    threads = [Thread(target=lambda name=name: said.append(crowding.made(f"knowledge.k.{name}"))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in said if one] == [overrun(50, 40)]


DATABASE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}


def test_a_run_that_makes_more_than_the_usual_number_says_so_before_and_once_after(
    provide: Callable[..., Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # As if all were made at the same time: then the service lets them pass.
    world.set("max_collections", 12)
    world.set("max_indexes", 120)
    collections = [f"c{number}" for number in range(12)]
    content: dict[str, Any] = {"default_keyspace": {"collections": {name: {} for name in collections}}}
    workload = {"address": "workload", "databases": {"knowledge": DATABASE}, "workload": json.dumps({"knowledge": content})}
    assert provide(WorkloadProvider).check({}, workload).failures == []
    assert "warning: knowledge: 12 collections, 2 more than the usual limit of 10: 0 stand and 12 are to be made." in (
        capsys.readouterr().out
    )
    endpoint = provide(DatabaseProvider).create({"address": "knowledge", **DATABASE}).outs["apiEndpoint"]
    place = {"apiEndpoint": endpoint, "keyspace": "default_keyspace"}
    for name in collections:
        provide(CollectionProvider).create({"address": f"knowledge.default_keyspace.{name}", **place, "name": name})
    assert capsys.readouterr().out == f"warning: {overrun(12, 2)}\n"


def test_a_run_that_renames_says_before_that_the_old_ones_go_last_and_nothing_after(
    provide: Callable[..., Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.set("max_collections", 13)
    world.set("max_indexes", 130)
    endpoint = provide(DatabaseProvider).create({"address": "knowledge", **DATABASE}).outs["apiEndpoint"]
    place = {"apiEndpoint": endpoint, "keyspace": "default_keyspace"}

    def made(*names: str) -> None:
        for name in names:
            provide(CollectionProvider).create({"address": f"knowledge.default_keyspace.{name}", **place, "name": name})

    def declared(*names: str) -> dict[str, Any]:
        content: dict[str, Any] = {"default_keyspace": {"collections": {name: {} for name in names}}}
        return {"address": "workload", "databases": {"knowledge": DATABASE}, "workload": json.dumps({"knowledge": content})}

    kept, old, new = [f"c{number}" for number in range(7)], ["tickets", "notes", "mails"], ["issues", "memos", "letters"]
    made(*kept, *old)
    capsys.readouterr()
    assert provide(WorkloadProvider).check(declared(*kept, *old), declared(*kept, *new)).failures == []
    assert capsys.readouterr().out == (
        "warning: knowledge: 13 collections, 3 more than the usual limit of 10: 10 stand and 3 are to be made. Unless the limit "
        "was raised for this database, the service may refuse the last ones, or let them pass where they are made at the same "
        "time. 3 of those that stand are dropped by this update, but only after the new ones are made: drop in one update, and "
        "add in the next.\n"
    )
    made(*new)
    assert capsys.readouterr().out == ""
