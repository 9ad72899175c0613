"""State that is shared: a bucket that speaks S3, PostgreSQL, their locks; and two stacks that declare the same.

What docs/backends.md says is done as it says it, on loopback.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from moto.server import ThreadedMotoServer

from providers.dynamic import TAKEN_OVER
from tests.acceptance import postgresql
from tests.acceptance.conftest import IN_PROCESS, ROOT, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.acceptance.conftest import Project

PAGE = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
NUMBERS = count(1)
# For an engine that is held, in seconds: as long as any other call may take.
LONGEST = 600
# Holds an update, with its lock, until somebody lets it go; nothing measures time.
HELD = """\
from pathlib import Path
from time import sleep

Path("started").touch()
while not Path("go").exists():
    sleep(0.02)

"""


def block(heading: str, start: str = "sh") -> str:
    """The first block of that kind under a heading of the page."""
    return PAGE.partition(f"## {heading}\n")[2].partition(f"```{start}\n")[2].partition("```")[0]


def variables(heading: str) -> dict[str, str]:
    """What that block sets."""
    return dict(re.findall(r"^export (\w+)='?([^'\n]+)'?$", block(heading), re.MULTILINE))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes a bucket of that name in a store on loopback, and gives the variables of the page for it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())

    def made(name: str) -> dict[str, str]:
        httpx.put(f"{address}/{name}").raise_for_status()
        stated = variables("A bucket")
        url = stated.pop("PULUMI_BACKEND_URL").replace("https://s3.example.com", address).replace("BUCKET", name)
        return {"PULUMI_BACKEND_URL": url, **{variable: value.replace("...", "any") for variable, value in stated.items()}}

    try:
        yield made
    finally:
        server.stop()


@pytest.fixture(scope="module")
def database() -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes a database of that name in a server on loopback, and gives the variables of the page for it."""
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql), so state in it is not tested here")
    with postgresql.serving(programs) as server:

        def made(name: str) -> dict[str, str]:
            server.create(name)
            stated = variables("PostgreSQL")
            url = stated["PULUMI_BACKEND_URL"].replace("USER", postgresql.USER).replace("DATABASE", name)
            url = url.replace("HOST:5432", f"127.0.0.1:{server.port}").replace("sslmode=verify-full", "sslmode=disable")
            return {"PULUMI_BACKEND_URL": url, "PGPASSWORD": stated["PGPASSWORD"].replace("...", postgresql.PASSWORD)}

        yield made


@pytest.fixture(params=["bucket", "database"])
def shared(project: Project, declared: dict[str, Any], request: pytest.FixtureRequest) -> Project:
    """A project whose state is in an empty one of the two, and whose program waits until it is let go."""
    project.environment |= request.getfixturevalue(request.param)(f"state-{next(NUMBERS)}")
    (project.folder / "Pulumi.test.yaml").unlink()
    project.pulumi("stack", "init", "test").ok()
    project.configure(IN_PROCESS)
    project.declare(declared)
    project.program(HELD + (ROOT / "__main__.py").read_text(encoding="utf-8"))
    return project


@contextmanager
def held(project: Project, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """An engine in the middle of a command; at the end it is let go, and has ended."""
    command = ["pulumi", "--non-interactive", *arguments]
    whole: dict[str, Any] = {"cwd": project.folder, "env": project.environment, "start_new_session": True}
    log = project.folder / "engine.log"
    with log.open("wb") as written, subprocess.Popen(command, stdout=written, stderr=written, **whole) as engine:
        # Whatever hangs, the tests end.
        limit = Timer(LONGEST, kill_with_all_it_started, (engine.pid,))
        limit.start()
        try:
            while not (project.folder / "started").exists():
                assert engine.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.02)
            yield engine
        finally:
            (project.folder / "go").touch()
            engine.wait()
            limit.cancel()


def kill_with_all_it_started(session: int) -> None:
    """As a machine does that is switched off: the engine starts its hosts in groups of their own, but in its session."""
    listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True).stdout
    for process in map(int, listed.split()):
        with suppress(ProcessLookupError):
            if os.getsid(process) == session:
                os.kill(process, signal.SIGKILL)


def test_of_two_updates_at_once_the_second_says_who_holds_the_lock(shared: Project, tmp_path: Path) -> None:
    stated, *_ = block("Two updates at once", "").splitlines()
    with held(shared, "up", "--yes", "--skip-preview") as first:
        for command in ("up", "destroy", "refresh"):
            second = shared.pulumi(command, "--yes", "--skip-preview")
            assert second.code == 1, second.output
            assert stated in second.output
            holder = (
                rf": created by {pwd.getpwuid(os.geteuid()).pw_name}@{re.escape(socket.gethostname())} \(pid {first.pid}\) at "
            )
            assert re.search(holder + r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", second.output), second.output
    assert first.returncode == 0, (shared.folder / "engine.log").read_text(encoding="utf-8")
    # On another machine, which has the folder and the variables, and nothing else of this one.
    there = shutil.copytree(shared.folder, tmp_path / "there")
    other = replace(shared, folder=there, environment={**shared.environment, "PULUMI_HOME": str(tmp_path / "home")})
    other.preview("--stack", "test", "--expect-no-changes").ok()
    shared.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    shared.destroy().ok()
    shared.pulumi("stack", "rm", "--yes", "test").ok()
    assert "test" not in other.pulumi("stack", "ls").ok().output


def test_a_lock_that_a_killed_engine_left_goes_by_the_commands_of_the_page(shared: Project) -> None:
    with held(shared, "up", "--yes", "--skip-preview") as first:
        kill_with_all_it_started(first.pid)
    stated, *_ = block("Two updates at once", "").splitlines()
    assert stated in shared.up().output
    done = subprocess.run(
        ["sh", "-ec", block("Two updates at once")],
        cwd=shared.folder,
        env=shared.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    Run(done.returncode, done.stdout + done.stderr).ok()
    assert set(shared.world.collections(shared.database()["id"], "research")) == {"own", "plain"}
    assert "pending_operations" not in shared.state()["deployment"]


def test_a_password_in_the_address_is_not_shown_where_the_database_cannot_be_opened(project: Project) -> None:
    address = "postgres://USER:se%2Fcret@127.0.0.1:1/state?password=secret"
    done = subprocess.run(
        ["vectorize", "show"],
        cwd=project.folder,
        env={**project.environment, "PULUMI_BACKEND_URL": address},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        'Error: cannot read the outputs of the selected stack: unable to open state database "postgres://(hidden)@127.0.0.1:1/state?'
        'password=(hidden)": failed to ping PostgreSQL: dial tcp 127.0.0.1:1: connect: connection refused\n'
    )


def test_a_stack_moves_from_the_folder_to_a_shared_store_as_the_page_says(
    project: Project, declared: dict[str, Any], bucket: Callable[[str], dict[str, str]]
) -> None:
    project.declare(declared)
    project.up().ok()
    section = PAGE.partition("## From the folder")[2].partition("## Two updates")[0].replace("dev", "test")
    leaving, arriving, forgetting = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    folder, shared = project.environment, {**project.environment, **bucket(f"state-{next(NUMBERS)}")}
    # A person types the stack's name there.
    for typed, there in ((leaving, folder), (arriving, shared), (forgetting.replace(" test ", " test --yes "), folder)):
        done = subprocess.run(["sh", "-ec", typed], cwd=project.folder, env=there, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    project.environment = shared
    project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--stack", "test").ok()


@pytest.fixture
def two(project: Project, declared: dict[str, Any]) -> Project:
    """Two stacks over one world: `test` is up, and `other`, which is selected, is to declare the same in the same database."""
    declared["workload"]["knowledge"]["research"]["tables"] = {
        "rows": {
            "definition": {"columns": {"id": "text", "page": "int"}, "primaryKey": "id"},
            "indexes": {"rows_page": {"column": "page"}},
        }
    }
    project.declare(declared)
    project.up().ok()
    project.pulumi("stack", "init", "other").ok()
    project.configure(IN_PROCESS, "other")
    return project


def existing(project: Project, declared: dict[str, Any]) -> dict[str, Any]:
    """The same environment in a database that exists already."""
    return {**declared, "databases": {"knowledge": {"id": project.database()["id"]}}}


def test_a_second_stack_gets_neither_the_database_of_the_first_nor_what_it_declares_otherwise(
    two: Project, declared: dict[str, Any]
) -> None:
    database = two.database()["id"]
    two.declare(declared, "other")
    run = two.up()
    assert run.code == 1
    assert (
        f"cannot create database knowledge-test: there is one of that name in AWS us-east-2 already ({database}), and it is not "
        "empty: default_keyspace.articles, default_keyspace.tickets, research.own, research.plain, research.rows. Give the new "
        "one another name, or terminate the old one yourself."
    ) in run.output
    other = existing(two, declared)
    other["workload"]["knowledge"]["research"]["collections"]["own"] = {"vector": {"dimension": 16, "metric": "dot_product"}}
    two.declare(other, "other")
    run = two.up()
    assert run.code == 1
    assert (
        "cannot create collection research.own: a collection of that name is there with another definition (vector.dimension: "
        "declared 16, there 8). Declare what is there to take it over, choose another name, or delete it yourself."
    ) in run.output
    two.pulumi("refresh", "--stack", "test", "--preview-only", "--expect-no-changes").ok()


def test_a_second_stack_says_what_it_takes_over_and_can_have_it_for_itself(two: Project, declared: dict[str, Any]) -> None:
    two.data_api("/research/own", {"insertOne": {"document": {"_id": "1"}}})
    theirs = existing(two, declared)
    two.declare(theirs, "other")
    said = two.up().ok().output.partition("Diagnostics:")[2]
    for name in ("research.own", "research.rows", "research.rows.rows_page", "research.plain", "default_keyspace.articles"):
        assert said.count(f"knowledge.{name}: {TAKEN_OVER}\n") == 1, said
    # Neither drops what holds documents.
    dropped = json.loads(json.dumps(declared))
    for name in ("own", "plain"):
        del dropped["workload"]["knowledge"]["research"]["collections"][name]
    two.declare(dropped)
    run = two.up("--stack", "test")
    assert run.code == 1
    assert (
        "knowledge.research.own would be deleted: it is no longer declared, and it holds documents (research.own)" in run.output
    )
    # As the page says.
    for name in ("own", "plain"):
        command = block("Two stacks that declare the same").replace("docs.articles", f"research.{name}")
        *arguments, urn = command.removeprefix("pulumi ").split()
        two.pulumi(*arguments, urn.strip("'").replace("urn:pulumi:prod::", "urn:pulumi:test::"), "--stack", "test").ok()
    two.declare({**dropped, "allowDataLoss": ["knowledge.research.own"]})
    # Nothing is made in this one, and so nothing is said.
    assert TAKEN_OVER not in two.up("--refresh", "--stack", "test").ok().output
    assert two.data_api("/research/own", {"countDocuments": {"filter": {}}})["status"]["count"] == 1
    two.pulumi("refresh", "--preview-only", "--expect-no-changes").ok()


def test_the_page_says_what_is_said() -> None:
    assert f"knowledge.docs.articles: {TAKEN_OVER}\n" in PAGE
