"""What the real Data API accepted is accepted here, what it refused is refused; each exception stands with its reason.

tests/recordings/parity.json lists the exceptions: `stricter` where the server took what is refused here, `laxer` where it
refused what is accepted here, `state` where it refused for its own state what is right in itself.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from astra import service, table_definition, validation
from astra.errors import Problem

RECORDINGS = Path(__file__).parents[1] / "recordings"
HERE = {"apiEndpoint": "https://x.apps.astra.datastax.com", "keyspace": "ks1"}
# For an index whose table was made outside of the recordings.
SOME_TABLE = {"columns": {"id": "text", "v": {"type": "vector", "dimension": 1024}}, "primaryKey": "id"}


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDINGS / name).read_text(encoding="utf-8").splitlines()]


def command(exchange: Mapping[str, Any]) -> str:
    """The command of an exchange; "" where its body is none."""
    return next(iter(exchange["request"]), "") if isinstance(exchange["request"], Mapping) else ""


def collections() -> Iterable[dict[str, Any]]:
    made = (exchange for exchange in read("exchanges.jsonl") if command(exchange) == "createCollection")
    return ({**exchange, "accepted": not exchange.get("errors")} for exchange in made)


DEFINITIONS = [*collections(), *read("definitions.jsonl")]
LISTED: dict[str, list[dict[str, Any]]] = json.loads((RECORDINGS / "parity.json").read_text(encoding="utf-8"))
STRICTER, LAXER, STATE = (
    {name for item in LISTED[kind] for name in item["exchanges"]} for kind in ("stricter", "laxer", "state")
)


def problems_of_collection(request: Mapping[str, Any]) -> Iterable[Problem]:
    rest = {key: value for key, value in request.items() if key != "options"}
    definition = {**HERE, **rest, **(request.get("options") or {})}
    return (*validation.problems(definition, "resources:collection"), *service.problems(definition.get("vector")))


def problems_of_table(request: Mapping[str, Any]) -> Iterable[Problem]:
    # The options of this command say what to do about a table that is there, not what a table is.
    definition = {**HERE, **{key: value for key, value in request.items() if key != "options"}}
    return (*validation.problems(definition, "resources:table"), *table_definition.problems(definition, service.problems))


def problems_of_index(kind: str, request: Mapping[str, Any], table: Mapping[str, Any]) -> Iterable[Problem]:
    definition, rest = request["definition"], {key: request[key] for key in ("name", "indexType") if key in request}
    # Metric and source model stand beside the column here.
    stated = {"column": definition["column"], **definition.get("options", {})} if kind == "vector" else definition
    schema = "resources:vector-index" if kind == "vector" else "resources:index"
    declared = {"definition": table, "indexes": {"x": {"indexType": kind, **stated}}}
    return (
        *validation.problems({**HERE, "table": "t", **rest, **stated}, schema),
        *table_definition.problems(declared, service.problems),
    )


def accepted_here(exchange: Mapping[str, Any]) -> bool:
    name = command(exchange)
    request = exchange["request"][name]
    if name == "createCollection":
        found = problems_of_collection(request)
    elif name == "createTable":
        found = problems_of_table(request)
    else:
        kind = "vector" if name == "createVectorIndex" else "regular"
        found = problems_of_index(kind, request, exchange.get("table", SOME_TABLE))
    return not any(problem.severity == "error" for problem in found)


@pytest.mark.parametrize("exchange", DEFINITIONS, ids=lambda exchange: exchange["name"])
def test_a_recorded_definition_is_judged_as_the_real_data_api_did(exchange: dict[str, Any]) -> None:
    agrees = accepted_here(exchange) == exchange["accepted"]
    assert agrees is (exchange["name"] not in STRICTER | LAXER | STATE)


def test_every_exception_is_of_the_kind_it_is_listed_as() -> None:
    judged = {exchange["name"]: exchange["accepted"] for exchange in DEFINITIONS}
    assert {name for name in STRICTER if not judged[name]} == set()
    assert {name for name in LAXER | STATE if judged[name]} == set()


def test_every_exception_has_a_reason_and_stands_once() -> None:
    items = [item for listed in LISTED.values() for item in listed]
    assert [item for item in items if not item["because"]] == []
    times = Counter(name for item in items for name in item["exchanges"])
    assert [name for name, count in times.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "accepted", "stricter", "refused", "laxer", "state"),
    [
        ("createCollection", 104, 6, 90, 0, 45),
        ("createTable", 48, 7, 53, 0, 12),
        ("createVectorIndex", 46, 2, 15, 0, 8),
        ("createIndex", 2, 0, 0, 0, 0),
    ],
)
def test_how_many_definitions_agree(name: str, accepted: int, stricter: int, refused: int, laxer: int, state: int) -> None:
    recorded = {one["name"]: one["accepted"] for one in DEFINITIONS if command(one) == name}
    taken = sum(recorded.values())
    counted = (
        taken,
        len(recorded.keys() & STRICTER),
        len(recorded) - taken,
        *(len(recorded.keys() & one) for one in (LAXER, STATE)),
    )
    print(f"{name}: accepted {counted[0]}, {counted[1]} of them refused here on purpose")
    print(f"{name}: refused {counted[2]}, {counted[3]} of them accepted here on purpose, {counted[4]} for the server's state")
    assert counted == (accepted, stricter, refused, laxer, state)
