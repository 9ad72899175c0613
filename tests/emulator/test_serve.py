"""`emulator serve`, from the outside."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from emulator.tokens import DEFAULT_TOKEN
from emulator.world import World

LINE = re.compile(
    r"Emulator of the Astra DevOps API and Data API at (http://127\.0\.0\.1:\d+) \(store (.+)\), token (AstraCS:\S+)\n"
)
START = "from emulator.command_line import emulator; emulator()"


@contextmanager
def serving(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, "serve", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> re.Match[str]:
    assert process.stdout is not None
    line = process.stdout.readline()
    match = LINE.fullmatch(line)
    assert match, line or process.communicate()[1]
    return match


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_says_one_line_serves_and_ends_quietly(tmp_path: Path, ending: signal.Signals) -> None:
    store = tmp_path / "new" / "emulator.sqlite"
    with serving("--port", "0", "--store", str(store)) as process:
        address, named, token = first_line(process).groups()
        assert (named, token) == (str(store), DEFAULT_TOKEN)
        answer = httpx.get(f"{address}/v2/databases", headers={"Authorization": f"Bearer {token}"})
        assert answer.json() == []
        assert httpx.get(f"{address}/v2/databases").status_code == 401, "over HTTP, a token is needed"
        process.send_signal(ending)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_it_serves_the_world_that_is_seen_in_process(tmp_path: Path) -> None:
    world = World(tmp_path / "emulator.sqlite")
    with serving("--port", "0", "--store", str(tmp_path / "emulator.sqlite")) as process:
        address = first_line(process)[1]
        body = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        created = httpx.post(f"{address}/v2/databases", headers={"Authorization": f"Bearer {DEFAULT_TOKEN}"}, json=body)
        assert [database["id"] for database in world.databases()] == [created.headers["Location"]]
    world.close()


def failure(*options: str) -> tuple[int, str]:
    with serving(*options) as process:
        _, errors = process.communicate(timeout=30)
        return process.returncode, errors


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, errors = failure("--port", port, "--store", str(tmp_path / "e.sqlite"))
    assert (code, errors) == (1, f"Error: Cannot listen on 127.0.0.1:{port}: Address already in use.\n")


def test_a_file_that_is_not_a_store_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader, this is a letter and not a database.")
    code, errors = failure("--port", "0", "--store", str(file))
    said = "is not a store of the emulator: file is not a database. Name another file, or remove this one if it was a store."
    assert (code, errors) == (1, f"Error: {file} {said}\n")


def test_a_store_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = tmp_path / "file" / "e.sqlite"
    code, errors = failure("--port", "0", "--store", str(store))
    assert (code, errors) == (1, f"Error: The folder {store.parent} of the store cannot be made: File exists.\n")


def test_a_host_that_others_can_reach_is_warned_about(tmp_path: Path) -> None:
    with serving("--host", "0.0.0.0", "--port", "0", "--store", str(tmp_path / "e.sqlite")) as process:  # noqa: S104
        assert process.stderr is not None
        assert process.stderr.readline() == "Warning: 0.0.0.0 can be reached from other machines, and the token is public.\n"
