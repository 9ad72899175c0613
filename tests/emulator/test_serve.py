"""`emulator serve`, from the outside."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.tokens import DEFAULT_TOKEN, SELF_HOSTED_TOKEN
from emulator.world import World

LINE = re.compile(
    r"Emulator of the Astra DevOps API and Data API at (http://127\.0\.0\.1:\d+) \(store (.+)\), token (AstraCS:\S+)\n"
)
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
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


def test_many_clients_at_once_corrupt_nothing(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    with serving("--port", "0", "--store", str(store)) as process:
        place = f"{first_line(process)[1]}/v1"
        headers = {"Token": SELF_HOSTED_TOKEN}

        def send(path: str, command: str, **body: object) -> dict[str, Any]:
            answer: dict[str, Any] = httpx.post(f"{place}/{path}", headers=headers, json={command: body}).json()
            return answer

        send("", "createKeyspace", name="k")

        def work(client: int) -> int:
            send("k", "createCollection", name="c", options={"vector": {"service": NVIDIA}})
            for number in range(6):
                text = f"the text {number} of client {client}"
                send("k/c", "insertOne", document={"_id": f"{client}-{number}", "client": client, "$vectorize": text})
                send("k/c", "find", sort={"$vectorize": text}, options={"limit": 3})
            deleted: int = send("k/c", "deleteMany", filter={"_id": {"$in": [f"{client}-0", f"{client}-1"]}})["status"][
                "deletedCount"
            ]
            return deleted

        with ThreadPoolExecutor(8) as clients:
            assert list(clients.map(work, range(8))) == [2] * 8
        assert send("k/c", "countDocuments", filter={}) == {"status": {"count": 32}}
        assert len(send("k/c", "find", sort={"$vectorize": "the text"})["data"]["documents"]) == 32
    world = World(store)
    with world.reading() as connection:
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    world.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_is_content_with_it(tmp_path: Path) -> None:
    """From a database to a document that is found by a text, as a person would try it."""
    with serving("--port", "0", "--store", str(tmp_path / "emulator.sqlite")) as process:
        address, _, token = first_line(process).groups()

        def curl(path: str, body: object, *options: str) -> str:
            command = ["curl", "--silent", "--show-error", "--max-time", "20", f"{address}{path}", "--data", json.dumps(body)]
            headers = [f"Authorization: Bearer {token}", f"Token: {token}", "Content-Type: application/json"]
            for header in headers:
                command += ["--header", header]
            return subprocess.run([*command, *options], capture_output=True, text=True, check=True).stdout

        definition = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        made = curl("/v2/databases", definition, "--dump-header", "-", "--output", "/dev/null")
        location = re.search(r"(?im)^location: (\S+)", made)
        assert location, made
        world = World(tmp_path / "emulator.sqlite")
        world.set_status(location[1], "ACTIVE")
        world.close()
        place = f"/databases/{location[1]}-us-east-2/api/json/v1/default_keyspace"
        options = {"vector": {"service": NVIDIA}}
        assert json.loads(curl(place, {"createCollection": {"name": "c", "options": options}})) == {"status": {"ok": 1}}
        documents = [{"_id": text, "$vectorize": text} for text in ("apple pie", "stock market")]
        curl(f"{place}/c", {"insertMany": {"documents": documents}})
        found = json.loads(curl(f"{place}/c", {"findOne": {"sort": {"$vectorize": "a pie"}}}))
        assert found == {"data": {"document": {"_id": "apple pie"}}}
        assert curl(f"{place}/c", {"updateOne": {}}, "--write-out", "%{http_code}").endswith("501")


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


def test_an_empty_host_is_one_sentence(tmp_path: Path) -> None:
    sentence = "The host is empty: give an address to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them."
    assert failure("--host", "", "--port", "0", "--store", str(tmp_path / "e.sqlite")) == (1, f"Error: {sentence}\n")
    assert list(tmp_path.iterdir()) == []


def test_on_loopback_it_answers_to_no_other_name_and_says_whose_each_answer_is(tmp_path: Path) -> None:
    with serving("--port", "0", "--store", str(tmp_path / "emulator.sqlite")) as process:
        address, _, token = first_line(process).groups()
        headers = {"Authorization": f"Bearer {token}"}
        answers = [httpx.get(f"{address}/emulator/status", headers=headers | host) for host in ({}, {"Host": "evil.example"})]
    assert [answer.status_code for answer in answers] == [200, 421]
    assert [answer.headers["Server"] for answer in answers] == ["astra-vectorize-emulator"] * 2


def test_a_host_that_others_can_reach_is_warned_about(tmp_path: Path) -> None:
    with serving("--host", "0.0.0.0", "--port", "0", "--store", str(tmp_path / "e.sqlite")) as process:  # noqa: S104
        assert process.stderr is not None
        assert process.stderr.readline() == "Warning: 0.0.0.0 can be reached from other machines, and the token is public.\n"
