"""Table, VectorIndex and Index in a program: what they send to the engine, and how an index hangs on its table."""

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from providers.index import Index
from providers.table import Table
from providers.vector_index import VectorIndex


class Engine(mocks.Mocks):
    """Remembers what was registered, and gives a table the id that it would get."""

    def __init__(self) -> None:
        self.registered: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.registered[args.name] = {key: value for key, value in args.inputs.items() if key != "__provider"}
        return "/".join(args.inputs[key] for key in ("apiEndpoint", "keyspace", "name")), args.inputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    mocks.set_mocks(made, preview=False)
    yield made
    pulumi.runtime.settings.reset_options()


def run(program: Callable[[], Any]) -> Any:
    """Runs a program to its end and returns what it returns, resolved."""
    found: list[Any] = []
    pulumi.runtime.test(lambda: pulumi.Output.from_input(program()).apply(found.append))()  # type: ignore[no-untyped-call]
    return found[0]


def table(key: Any, **arguments: Any) -> Table:
    stated: dict[str, Any] = {"columns": {"id": "text", "page": "int", "revision": "int"}, **arguments}
    return Table("d.k.t", api_endpoint="https://x/y", keyspace="k", name="t", primary_key=key, **stated)


@pytest.mark.usefixtures("engine")
def test_a_table_says_where_it_stands_by_its_id() -> None:
    def program() -> Any:
        made = table("id")
        return pulumi.Output.all(made.api_endpoint, made.keyspace, made.name)

    assert run(program) == ["https://x/y", "k", "t"]


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("id", "id"),
        ({"partitionBy": ["id"]}, {"partitionBy": ["id"]}),
        (
            {"partitionBy": ["id"], "partitionSort": {"revision": -1, "page": 1}},
            {"partitionBy": ["id"], "partitionSort": [{"revision": -1}, {"page": 1}]},
        ),
    ],
)
@pytest.mark.parametrize("wrapped", [lambda key: key, pulumi.Output.from_input], ids=["plain", "output"])
def test_the_order_of_a_key_is_a_list_for_the_engine(engine: Engine, key: Any, sent: Any, wrapped: Callable[[Any], Any]) -> None:
    run(lambda: table(wrapped(key)).urn)
    assert engine.registered["d.k.t"]["definition"]["primaryKey"] == sent


def test_an_order_that_is_an_output_itself_is_one_too(engine: Engine) -> None:
    order = {"revision": -1, "page": 1}
    run(lambda: table({"partitionBy": ["id"], "partitionSort": pulumi.Output.from_input(order)}).urn)
    assert engine.registered["d.k.t"]["definition"]["primaryKey"]["partitionSort"] == [{"revision": -1}, {"page": 1}]


def test_an_index_takes_its_place_from_its_table(engine: Engine) -> None:
    def program() -> Any:
        made = table("id")
        place: dict[str, Any] = {"api_endpoint": made.api_endpoint, "keyspace": made.keyspace, "table": made.name}
        first = VectorIndex("d.k.t.v", **place, name="v", column="embedding", source_model="nv-qa-4")
        second = Index("d.k.t.i", **place, name="i", column={"labels": "$keys"}, options={"caseSensitive": False})
        return pulumi.Output.all(first.urn, second.urn)

    run(program)
    place = {"apiEndpoint": "https://x/y", "keyspace": "k", "table": "t"}
    assert _stated(engine, "d.k.t.v") == {**place, "name": "v", "column": "embedding", "sourceModel": "nv-qa-4"}
    assert _stated(engine, "d.k.t.i") == {
        **place,
        "name": "i",
        "column": {"labels": "$keys"},
        "options": {"caseSensitive": False},
    }


def _stated(engine: Engine, name: str) -> dict[str, Any]:
    return {key: value for key, value in engine.registered[name].items() if key != "address" and value is not None}
