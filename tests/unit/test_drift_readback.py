"""What the real Data API told in the recordings is read back without a false difference, by the way that drift takes.

Each recorded listing is answered as it was and read by our own code; the engine's events carry what was sent and what was read in
their own form; what drift compares is what comes out of that. What was sent stands for what was applied, which is stricter
than what a stack keeps: there the service has filled in its defaults already.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from astra import collection, index, table
from astra.deviations import deviations, unread
from astra.drift import Drift
from astra.http import Connection
from astra.target import target
from commands import standing
from commands.engine import Refreshed
from providers import key_order
from tests.unit.test_definition import EXCHANGES, REFUSED_BY_OUR_SCHEMAS
from tests.unit.test_parity import accepted_here

ENDPOINT = "https://x.apps.astra.datastax.com"
PROVIDER = "urn:pulumi:s::p::pulumi:providers:pulumi-python::astra"
KINDS = {"createIndex": "regular", "createVectorIndex": "vector", "createTextIndex": "text"}
# Accepted by the Data API, and refused by this project before anything is sent.
REFUSED_HERE = {*REFUSED_BY_OUR_SCHEMAS, "tab_dim_string", "tab_auth_null"}
# Which answer holds what.
LISTINGS = {"findCollections": "collections", "listTables": "tables", "listIndexes": "indexes"}


class Sample(NamedTuple):
    """A definition that was accepted, and the next listing that has it.

    Attributes:
        kind: Collection, Table or Index, as the type of its resource ends.
        exchange: name of the exchange that made it.
        path: of that exchange; that of an index ends in its table.
        name: its own.
        sent: options, definition, or an index as our own code states it.
        listing: name of the exchange that tells of it.
        answers: by command, what is answered.
    """

    kind: str
    exchange: str
    path: str
    name: str
    sent: dict[str, Any]
    listing: str
    answers: dict[str, Any]


def made(exchange: Any) -> tuple[str, dict[str, Any]] | None:
    """Kind and definition of what an exchange made."""
    match exchange["request"]:
        case {"createCollection": body}:
            return "Collection", body.get("options") or {}
        case {"createTable": body} if not body.get("options"):
            return "Table", body["definition"]
        case {"createIndex": body} | {"createVectorIndex": body} | {"createTextIndex": body} if not body.get("options"):
            (command,) = exchange["request"]
            return "Index", {"table": exchange["path"].rpartition("/")[2], "indexType": KINDS[command], **body["definition"]}
    return None


def samples() -> Iterator[Sample]:
    waiting: dict[tuple[str, ...], list[tuple[str, str, dict[str, Any]]]] = {}
    tables: dict[str, Any] = {}
    for exchange in EXCHANGES:
        if "errors" in exchange or not isinstance(exchange["request"], dict):
            continue
        nothing: tuple[str, Any] = ("", {})
        command, body = next(iter(exchange["request"].items()), nothing)
        path = exchange["path"]
        if thing := made(exchange):
            known = waiting.setdefault((path, body["name"]), [])
            # A table or an index of that name was dropped since; a collection may be made again where it is the same.
            known[:] = [*(known if thing[0] == "Collection" else ()), (thing[0], exchange["name"], thing[1])]
        elif command in ("deleteCollection", "dropTable"):
            waiting.pop((path, body["name"]), None)
        elif command == "alterTable":
            waiting.pop(tuple(path.rsplit("/", 1)), None)
        elif command in LISTINGS and (body.get("options") or {}).get("explain"):
            if command == "listTables":
                tables = exchange["returned"]
            answers = {"listTables": tables, command: exchange["returned"]}
            for entry in exchange["returned"]["status"][LISTINGS[command]]:
                for kind, name, sent in waiting.pop((path, entry["name"]), ()):
                    yield Sample(kind, name, path, entry["name"], sent, exchange["name"], answers)


def read(sample: Sample) -> dict[str, Any]:
    """The outputs of its resource, read from the recorded answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        (command,) = json.loads(request.content)
        return httpx.Response(200, json=sample.answers[command])

    connection = Connection(target("astra", {}, "AstraCS:x"), httpx.Client(transport=httpx.MockTransport(answer)))
    _, _, keyspace, *rest = sample.path.split("/")
    if sample.kind == "Collection":
        return {"options": collection.listed(connection, ENDPOINT, keyspace)[sample.name]}
    if sample.kind == "Table":
        return {"explained": key_order.kept(table.listed(connection, ENDPOINT, keyspace)[sample.name])}
    return {"explained": index.listed(connection, ENDPOINT, keyspace, rest[0])[sample.name]}


def compared(sample: Sample, live: dict[str, Any]) -> list[Drift]:
    """What drift finds of it, where the state keeps what was sent."""
    inputs = {"apiEndpoint": ENDPOINT, "keyspace": sample.path.split("/")[2], "name": sample.name, "address": "knowledge.x.y"}
    outputs: dict[str, Any] = live
    if sample.kind == "Collection":
        inputs |= sample.sent
    else:
        outputs = {"explained": key_order.kept(sample.sent) if sample.kind == "Table" else sample.sent}
    # The engine sorts the keys of everything.
    inputs, outputs, live = json.loads(json.dumps([inputs, outputs, live], sort_keys=True))
    urn = f"urn:pulumi:s::p::pulumi-python:dynamic/astra:{sample.kind}::knowledge.x.y"
    state = {"urn": urn, "type": urn.split("::")[2], "provider": f"{PROVIDER}::id", "inputs": inputs, "outputs": outputs}
    (applied,) = standing.resources([state], PROVIDER)
    event = {"op": "same", "old": {"inputs": inputs, "outputs": outputs}, "new": {"inputs": inputs, "outputs": live}}
    met = standing.met(applied, Refreshed(met={urn: event}))
    assert (met.outcome, list(unread([met], str))) == ("met", [])
    return list(deviations([met], str))


SAMPLES = list(samples())
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: f"{one.exchange} - {one.listing}")


@EACH
def test_what_the_real_service_tells_of_a_definition_is_no_drift(sample: Sample) -> None:
    if sample.exchange not in REFUSED_HERE:
        assert compared(sample, read(sample)) == []


@EACH
def test_what_it_tells_again_is_no_drift_either(sample: Sample) -> None:
    live = read(sample)
    told = live["options"] if sample.kind == "Collection" else key_order.restored(live["explained"])
    assert compared(sample._replace(sent=told), live) == []


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.exchange in REFUSED_HERE], ids=lambda one: one.exchange)
def test_the_exceptions_are_refused_here(sample: Sample) -> None:
    exchange = next(one for one in EXCHANGES if one["name"] == sample.exchange)
    assert not accepted_here(exchange)


def test_how_many_of_each_kind_the_recordings_hold() -> None:
    assert Counter(one.kind for one in SAMPLES) == {"Collection": 68, "Table": 34, "Index": 14}
