"""The engine and its host are killed in the middle of a request, or interrupted: the next `up` finishes and doubles nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from emulator.world import World
from tests.unit.operations import SECONDS, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

# The emulator in process, and an end of the whole run at one kind of request, before its effect or after it.
MORTAL = '''\
"""The emulator, until a request of the kind that the file names: then the engine of this run and all it started are killed."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from emulator.transport import EmulatorTransport
from emulator.world import World

LAST = Path("last_request.json")


def kind_of(request):
    steps = request.url.path.split("/")
    if "api" in steps:
        return next(iter(json.loads(request.content)))
    named = ("databases", "keyspaces", "datacenters", "terminate")
    return " ".join([request.method, *(step for step in steps if step in named)])


def kill():
    # The engine first writes what it is about to do: killed in the middle of that, it leaves a state that it cannot read.
    time.sleep(0.5)
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    processes = {int(pid): (int(parent), name) for pid, parent, name in (line.split(None, 2) for line in listed.splitlines())}
    engine = os.getpid()
    while processes[engine][1] != "pulumi":
        engine = processes[engine][0]
    ours = [engine]
    for process in ours:
        ours += [pid for pid, (parent, _) in processes.items() if parent == process and pid != os.getpid()]
    for process in (*ours, os.getpid()):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Mortal(EmulatorTransport):
    def handle_request(self, request):
        last = json.loads(LAST.read_text()) if LAST.exists() else {}
        if kind_of(request) != last.get("kind") or b"vectorize_dry_run" in request.content:
            return super().handle_request(request)
        if last["after"]:
            super().handle_request(request)
        LAST.unlink()
        kill()


def open_store(store):
    return Mortal(World(store))
'''
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
COLUMNS = {"id": "text", "body": "text", "embedding": {"type": "vector", "service": NVIDIA}}
COLLECTIONS = {"own": {"vector": {"service": NVIDIA}}}
EMBEDDING = {"rows_embedding": {"column": "embedding"}}
INDEXES = {**EMBEDDING, "rows_body": {"column": "body"}}


def declared(
    *further: str,
    keyspace: bool = True,
    collections: Any = None,
    columns: dict[str, Any] | None = None,
    indexes: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An environment with one database, and as much of the rest as is named."""
    database: dict[str, Any] = {
        "name": "knowledge-test",
        "cloudProvider": "AWS",
        "region": "us-east-2",
        "additionalRegions": list(further),
    }
    table = {"definition": {"columns": columns, "primaryKey": "id"}, "indexes": indexes or {}}
    research = {"collections": collections or {}, "tables": {"rows": table} if columns else {}}
    return {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": database},
        "workload": {"knowledge": {"research": research} if keyspace else {}},
    }


WHOLE = declared("us-west-2", collections=COLLECTIONS, columns=COLUMNS, indexes=INDEXES)
# In another order of magnitude than what a database takes.
SOON = 15.0
OTHER = {"vector": {"dimension": 8}}
WIDER = {**COLUMNS, "language": "text"}


@pytest.fixture
def mortal(project: Project) -> Project:
    """A project whose runs can be killed at a request."""
    (project.folder / "mortal.py").write_text(MORTAL, encoding="utf-8")
    project.configure({"vectorize:transport": "mortal:open_store", "vectorize:store": "emulator.sqlite"})
    return project


def killed(project: Project, kind: str, *, after: bool, command: str = "up") -> None:
    """Runs until the first request of that kind, and unlocks the stack as the engine advises."""
    last = project.folder / "last_request.json"
    last.write_text(json.dumps({"kind": kind, "after": after}), encoding="utf-8")
    run = project.pulumi(command, "--yes", "--skip-preview")
    assert run.code == -signal.SIGKILL, f"{kind}: {run.code} {run.output}"
    assert not last.exists(), kind
    project.pulumi("cancel", "--yes").ok()


def undisturbed(project: Project, environment: dict[str, Any]) -> list[str]:
    """What stands in a world of its own after one `up` that nobody interrupts."""
    project.pulumi("stack", "init", "undisturbed", "--no-select").ok()
    project.declare(json.dumps(environment), "undisturbed")
    store = project.folder / "undisturbed.sqlite"
    transport = {"vectorize:transport": "emulator.transport:open_store", "vectorize:store": store.name}
    project.configure(transport, "undisturbed")
    world = World(store)
    for name in SECONDS:
        world.set(name, 0.05)
    project.up("--stack", "undisturbed").ok()
    return settled(world)


def settled(world: World) -> list[str]:
    """What stands once all transitions are over."""
    time.sleep(0.3)
    return standing(world)


def test_killed_at_each_kind_of_request_that_makes_something(mortal: Project) -> None:
    """Each run has one thing more to make, and is killed over it; the one after it finishes that, too."""
    begun = (
        (declared(keyspace=False), "POST databases", True),
        (declared(), "POST databases keyspaces", True),
        (declared("us-west-2"), "POST databases datacenters", True),
        (declared("us-west-2", collections=COLLECTIONS), "createCollection", False),
        (declared("us-west-2", collections=COLLECTIONS, columns=COLUMNS), "createTable", True),
        (declared("us-west-2", collections=COLLECTIONS, columns=COLUMNS, indexes=EMBEDDING), "createVectorIndex", True),
        (WHOLE, "createIndex", False),
    )
    for environment, kind, after in begun:
        mortal.declare(json.dumps(environment))
        killed(mortal, kind, after=after)
    mortal.up().ok()
    assert settled(mortal.world) == undisturbed(mortal, WHOLE)
    mortal.preview("--expect-no-changes").ok()


def test_killed_at_each_kind_of_request_that_changes_or_deletes_something(mortal: Project) -> None:
    mortal.declare(json.dumps(WHOLE))
    mortal.up().ok()
    whole: dict[str, Any] = {"columns": WIDER, "indexes": EMBEDDING}
    begun = (
        (declared("us-west-2", collections=COLLECTIONS, columns=WIDER, indexes=INDEXES), "alterTable", True),
        (declared("us-west-2", collections=COLLECTIONS, **whole), "dropIndex", True),
        (declared("us-west-2", collections={"own": OTHER}, **whole), "deleteCollection", True),
        (declared("us-west-2", collections={"own": OTHER}), "dropTable", False),
        (declared("us-west-2", keyspace=False), "DELETE databases keyspaces", True),
        (declared(keyspace=False), "POST databases datacenters terminate", True),
    )
    for environment, kind, after in begun:
        mortal.declare(json.dumps(environment))
        killed(mortal, kind, after=after)
    mortal.up().ok()
    assert settled(mortal.world) == undisturbed(mortal, declared(keyspace=False))
    killed(mortal, "POST databases terminate", after=True, command="destroy")
    mortal.destroy().ok()
    assert [one["status"] for one in mortal.world.databases()] == ["TERMINATED"]
    assert mortal.resources() == []


@contextmanager
def begun(project: Project) -> Iterator[subprocess.Popen[str]]:
    """An `up` that has a database to wait for, once that was asked for."""
    arguments = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview"]
    with subprocess.Popen(
        arguments,
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a shell starts it: what is sent to this one is sent to no other.
        start_new_session=True,
    ) as engine:
        deadline = time.monotonic() + 60
        while not project.world.databases():
            assert engine.poll() is None, engine.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        # Until its keyspace waits for it.
        time.sleep(1)
        yield engine


def test_an_interrupted_update_ends_soon_with_a_state_that_the_next_finishes(project: Project) -> None:
    """The first Ctrl-C, while the database takes longer than anybody would sit and wait."""
    project.world.set("provisioning_seconds", 30)
    project.declare(declared())
    with begun(project) as engine:
        interrupted = time.monotonic()
        engine.send_signal(signal.SIGINT)
        output, _ = engine.communicate(timeout=120)
        took = time.monotonic() - interrupted
    assert engine.returncode != 0, output
    assert "Traceback" not in output
    assert took < SOON, output
    (database,) = project.world.databases()
    project.world.set("provisioning_seconds", 0.05)
    project.world.set_status(database["id"], "ACTIVE")
    project.up().ok()
    assert [one["id"] for one in project.world.databases()] == [database["id"]]
    assert settled(project.world) == undisturbed(project, declared())
    project.preview("--expect-no-changes").ok()
