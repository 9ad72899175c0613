"""Two stacks make the same in the same moment: one has listed that nothing is there, and before it makes it, the other does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from astra import collection, database, index, table
from astra.errors import Conflict
from astra.http import Connection
from astra.target import target
from emulator.transport import EmulatorTransport
from tests.unit.interference import Interfering, kind_of, reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.world import World
    from tests.unit.conftest import Clock
    from tests.unit.interference import Interference, Send

KEYSPACE = "default_keyspace"
ADVICE = "Declare what is there to take it over, choose another name, or delete it yourself."


@dataclass(frozen=True)
class Kind:
    """One kind of thing, as two stacks declare it differently.

    Attributes:
        make: makes it sure, with a definition.
        ours: definition of the stack that comes second.
        theirs: of the one that is quicker.
        said: what the second is told.
    """

    make: Callable[[Connection, str, dict[str, Any]], tuple[dict[str, Any], bool]]
    ours: dict[str, Any]
    theirs: dict[str, Any]
    said: str


def regular(column: str) -> dict[str, Any]:
    return {"indexType": "regular", "column": column, "options": {}}


KINDS = {
    "collection": Kind(
        lambda connection, endpoint, stated: collection.create(connection, endpoint, KEYSPACE, "c", stated),
        {"vector": {"dimension": 8}},
        {"vector": {"dimension": 16}},
        "cannot create collection default_keyspace.c: a collection of that name is there with another definition "
        f"(vector.dimension: declared 8, there 16). {ADVICE}",
    ),
    "table": Kind(
        lambda connection, endpoint, stated: table.create(connection, endpoint, KEYSPACE, "t", stated),
        {"columns": {"id": "text"}, "primaryKey": "id"},
        {"columns": {"id": "int"}, "primaryKey": "id"},
        "cannot create table default_keyspace.t: a table of that name is there with another definition "
        f'(columns.id.type: declared "text", there "int"). {ADVICE}',
    ),
    "index": Kind(
        lambda connection, endpoint, stated: index.create(connection, endpoint, KEYSPACE, "rows", "i", stated),
        regular("page"),
        regular("year"),
        "cannot create index default_keyspace.i: an index of that name is there with another definition "
        f'(column: declared "page", there "year"). {ADVICE}',
    ),
}


@dataclass
class Place:
    """A database with a table `rows`, and the other stack's connection to it."""

    world: World
    clock: Clock
    other: Connection
    endpoint: str

    def second(self, interference: Interference) -> Connection:
        """A connection of ours, with somebody in between."""
        client = httpx.Client(transport=Interfering(EmulatorTransport(self.world), interference))
        return Connection(target("emulator", {}, ""), client, self.clock.sleep, clock=self.clock)


@pytest.fixture
def place(world: World, clock: Clock, emulator: Connection) -> Place:
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, database_id)
    endpoint = emulator.target.api_endpoint(database_id, "us-east-2")
    columns = {"id": "text", "page": "int", "year": "int"}
    table.create(emulator, endpoint, KEYSPACE, "rows", {"columns": columns, "primaryKey": "id"})
    return Place(world, clock, emulator, endpoint)


def quicker(other: Callable[[], object], *, told: bool) -> Interference:
    """Lets the other stack make its own right before we do; a service that does not tell us says ok and has kept the first."""
    made = False

    def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
        nonlocal made
        if reads(kind_of(request)):
            return send()
        if not made:
            made = True
            other()
        return send() if told else httpx.Response(200, json={"status": {"ok": 1}})

    return interfere


@pytest.mark.parametrize("told", [True, False], ids=["the service refuses", "the service says ok"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_with_another_definition_the_second_is_refused_and_sees_both(place: Place, kind: Kind, told: bool) -> None:
    interference = quicker(lambda: kind.make(place.other, place.endpoint, kind.theirs), told=told)
    with pytest.raises(Conflict) as refused:
        kind.make(place.second(interference), place.endpoint, kind.ours)
    assert str(refused.value) == kind.said
    # And the first has what it made.
    assert kind.make(place.other, place.endpoint, kind.theirs)[1]


@pytest.mark.parametrize("told", [True, False], ids=["the service answers as it does", "the service says ok"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_with_the_same_definition_both_have_it(place: Place, kind: Kind, told: bool) -> None:
    """And neither can tell: a creation that was answered late, and so sent twice, looks the same."""
    interference = quicker(lambda: kind.make(place.other, place.endpoint, kind.ours), told=told)
    made, taken_over = kind.make(place.second(interference), place.endpoint, kind.ours)
    assert not taken_over
    assert kind.make(place.other, place.endpoint, kind.ours) == (made, True)


def test_a_collection_and_a_table_of_one_name_are_a_conflict(place: Place) -> None:
    def theirs() -> object:
        return table.create(place.other, place.endpoint, KEYSPACE, "c", KINDS["table"].ours)

    with pytest.raises(
        Conflict, match=r"^cannot create collection default_keyspace\.c: .* A table has that name: choose another\.$"
    ):
        KINDS["collection"].make(place.second(quicker(theirs, told=True)), place.endpoint, {})
