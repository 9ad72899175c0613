"""An index whose name another one has that is no longer declared: the engine makes what is new before it deletes the old."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from emulator.world import World
from providers.database import DatabaseProvider
from providers.index import IndexProvider
from providers.key_order import input_of
from providers.session import Session
from providers.table import TableProvider
from providers.wire import Failure
from providers.workload import WorkloadProvider

DATABASE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
DEFINITION = {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"}
BODY = {"body_index": {"column": "body", "indexType": "regular"}}


def declared(**indexes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables by name with their indexes."""
    tables = {name: {"definition": DEFINITION, "indexes": dict(stated)} for name, stated in indexes.items()}
    content = {"knowledge": {"default_keyspace": {"tables": tables}}}
    return {"address": "workload", "databases": {"knowledge": DATABASE}, "workload": json.dumps(content)}


@pytest.fixture
def made(provide: Callable[..., Any]) -> Callable[[str], Any]:
    """Makes the index on that table, which is made as well."""
    endpoint = provide(DatabaseProvider).create({"address": "knowledge", **DATABASE}).outs["apiEndpoint"]
    place = {"apiEndpoint": endpoint, "keyspace": "default_keyspace"}

    def make(table: str) -> Any:
        address = f"knowledge.default_keyspace.{table}"
        definition = {**DEFINITION, "primaryKey": input_of("id")}
        provide(TableProvider).create({"address": address, **place, "name": table, "definition": definition})
        index = {"address": f"{address}.body_index", **place, "table": table, "name": "body_index", "column": "body"}
        return provide(IndexProvider).create(index)

    return make


@pytest.fixture
def next_run(session: Session) -> Callable[[], None]:
    """Another process, that knows nothing of who has what."""

    def forget() -> None:
        session.claims._owners.clear()
        session.claims._made.clear()

    return forget


def tables_with_the_index(world: World) -> list[str]:
    (database,) = world.databases()
    return [one["table"] for one in world.indexes(database["id"], "default_keyspace").values()]


@pytest.mark.parametrize("after", [{"papers": BODY}, {"notes": {}, "papers": BODY}], ids=["with its table", "alone"])
def test_one_that_this_update_drops_gives_its_name_up_at_once(
    provide: Callable[..., Any], made: Callable[[str], Any], world: World, next_run: Callable[[], None], after: dict[str, Any]
) -> None:
    old = made("notes")
    next_run()
    assert provide(WorkloadProvider).check(declared(notes=BODY), declared(**after)).failures == []
    made("papers")
    assert tables_with_the_index(world) == ["papers"]
    # What the engine does afterwards.
    provide(IndexProvider).delete(old.id, old.outs)
    assert tables_with_the_index(world) == ["papers"]


@pytest.mark.parametrize(
    ("before", "after"),
    [({"papers": {}}, {"papers": BODY}), ({"notes": BODY, "papers": {}}, {"notes": BODY, "papers": BODY})],
    ids=["never declared", "still declared"],
)
def test_any_other_keeps_it(
    provide: Callable[..., Any],
    made: Callable[[str], Any],
    world: World,
    next_run: Callable[[], None],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    made("notes")
    next_run()
    assert provide(WorkloadProvider).check(declared(**before), declared(**after)).failures == []
    with pytest.raises(
        Failure, match=r"^cannot create index default_keyspace\.body_index: table notes has an index of that name, "
    ):
        made("papers")
    assert tables_with_the_index(world) == ["notes"]
