"""What a service answers instead of an answer, through the real engine over HTTP: done, or one clear sentence with nothing lost.

A sample: every kind of request meets every fault in tests/unit/test_faults.py.
"""

from __future__ import annotations

import io
import json
import socket
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Request, Response

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN
from tests.acceptance.test_service_errors import astra_at, page, served
from tests.unit.operations import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.acceptance.conftest import Project

TOKEN = {"ASTRA_DB_APPLICATION_TOKEN": DEFAULT_TOKEN}
OF_PATHS = ("databases", "keyspaces", "currentOrg")
ERRORS = {"errors": [{"family": "SERVER", "errorCode": "UNEXPECTED_SERVER_ERROR", "ID": 1, "message": "Something failed."}]}


def reset(connection: socket.socket) -> Response:
    """Closes the connection without a word."""
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def half(connection: socket.socket) -> Response:
    """Promises more than it sends, and closes the connection."""

    def parts() -> Iterator[bytes]:
        yield b'{"status": {"collec'
        connection.shutdown(socket.SHUT_RDWR)

    return Response(parts(), headers={"Content-Length": "500"}, mimetype="application/json")


FAULTS: dict[str, Callable[[socket.socket], Response]] = {
    "429": lambda _: Response(status=429, headers={"Retry-After": "1"}),
    "503": lambda _: Response(status=503),
    "reset": reset,
    "half a body": half,
    "page": lambda _: page(200),
    "null": lambda _: Response("null", mimetype="application/json"),
    "errors": lambda _: Response(json.dumps(ERRORS), mimetype="application/json"),
}


class Faulty:
    """The emulator over HTTP, and by kind of request the faults that are still to come in the place of its answers.

    The request that meets one has its effect, as it may have at the service. A fault of `lasting` never ends.
    """

    def __init__(self, emulated: Any) -> None:
        self.emulated = emulated
        self.coming: dict[str, list[str]] = {}
        self.lasting: dict[str, str] = {}
        self.met: list[tuple[str, str]] = []
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        sent = request.get_data()
        replayed = {**environ, "wsgi.input": io.BytesIO(sent)}
        fault = "" if b"vectorize_dry_run" in sent else self._fault(kind_of(request, sent))
        if not fault:
            return self.emulated(replayed, start)
        list(self.emulated(replayed, lambda *_: None))
        return FAULTS[fault](environ["werkzeug.socket"])(environ, start)

    def _fault(self, kind: str) -> str:
        with self._lock:
            fault = self.coming[kind].pop(0) if self.coming.get(kind) else self.lasting.get(kind, "")
            if fault:
                self.met.append((kind, fault))
            return fault


def kind_of(request: Request, sent: bytes) -> str:
    """A command by its name, or a method and the words of a path."""
    if "/api/json/" in request.path:
        return str(next(iter(json.loads(sent))))
    return " ".join([request.method, *(step for step in request.path.split("/") if step in OF_PATHS)])


@pytest.fixture
def astra(project: Project) -> Iterator[tuple[Project, Faulty]]:
    """A project whose Astra answers faultily, as far as it is told to."""
    nvidia = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
    columns = {"id": "text", "embedding": {"type": "vector", "service": nvidia}}
    table = {"definition": {"columns": columns, "primaryKey": "id"}, "indexes": {"rows_embedding": {"column": "embedding"}}}
    research = {"collections": {"own": {"vector": {"service": nvidia}}}, "tables": {"rows": table}}
    environment = {
        "target": {"kind": "astra"},
        "protect": False,
        "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
        "workload": {"knowledge": {"research": research}},
    }
    project.declare(json.dumps(environment))
    faulty = Faulty(application(project.world))
    with served(faulty) as address:
        project.configure(astra_at(address))
        yield project, faulty


def check_finished(project: Project) -> None:
    """Everything stands, once; and nothing is left to do."""
    found = [line.partition(" {")[0] for line in standing(project.world)]
    place = "knowledge-test in us-east-2"
    assert [line for line in found if not line.startswith(("column", "keyspace"))] == [
        f"collection {place} research own with 10 indexes",
        f"database {place} ACTIVE",
        f"datacenter of {place} in us-east-2 ACTIVE",
        f"index {place} research rows_embedding",
        f"table {place} research rows",
    ]
    project.preview("--expect-no-changes", **TOKEN).ok()


def test_what_may_be_sent_again_is_and_the_user_sees_nothing_of_it(astra: tuple[Project, Faulty]) -> None:
    project, faulty = astra
    faulty.coming = {
        "GET currentOrg": ["429"],
        "GET databases": ["503", "reset"],
        "findCollections": ["half a body", "errors"],
        "createCollection": ["429", "reset"],
        "listTables": ["503"],
        "createTable": ["errors"],
        "listIndexes": ["reset"],
        "createVectorIndex": ["half a body"],
    }
    expected = [(kind, fault) for kind, faults in faulty.coming.items() for fault in faults]
    output = project.up(**TOKEN).ok().output
    assert sorted(faulty.met) == sorted(expected)
    assert "AstraError" not in output
    check_finished(project)


def test_what_may_not_be_or_cannot_be_read_is_one_sentence_and_the_next_update_goes_on(astra: tuple[Project, Faulty]) -> None:
    """Each of these requests had its effect: what it made is found by the next run, and not made twice."""
    project, faulty = astra
    unread = "127.0.0.1 answered HTTP 200 with a body that is not JSON"
    faults = (
        {("POST databases", "reset"): "cannot create database knowledge-test: 127.0.0.1 cannot be reached"},
        {("POST databases keyspaces", "503"): "cannot create keyspace research of database"},
        {
            ("createCollection", "page"): f"cannot create collection research.own: {unread}",
            ("createTable", "null"): "cannot create table research.rows: the Data API's answer is not an object",
        },
    )
    for sentences in faults:
        faulty.coming, faulty.met = {kind: [fault] for kind, fault in sentences}, []
        run = project.up("--continue-on-error", **TOKEN)
        assert run.code == 1, run.output
        assert sorted(faulty.met) == sorted(sentences)
        assert [sentence for sentence in sentences.values() if f"AstraError: {sentence}" not in run.output] == []
        assert "Traceback" not in run.output
    project.up(**TOKEN).ok()
    check_finished(project)


def test_a_refresh_that_cannot_read_takes_nothing_for_gone(astra: tuple[Project, Faulty]) -> None:
    project, faulty = astra
    project.up(**TOKEN).ok()
    before = [one["urn"] for one in project.resources()]
    for lasting in (
        {"GET databases": "page", "findCollections": "429", "listTables": "null"},
        {"GET databases": "errors", "findCollections": "half a body", "listTables": "reset"},
    ):
        faulty.lasting = lasting
        run = project.pulumi("refresh", "--yes", "--skip-preview", **TOKEN)
        faulty.lasting = {}
        assert run.code == 1, run.output
        assert "AstraError: cannot " in run.output
        assert "Traceback" not in run.output
        assert [one["urn"] for one in project.resources()] == before
        check_finished(project)
