"""One file, several processes and threads, and nothing secret in it."""

import json
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from emulator.storage import StoreError
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import EmulatorTransport, open_store
from emulator.world import World

WRITERS = 4
EACH = 5


def client_of(store: Path) -> httpx.Client:
    return httpx.Client(transport=open_store(store), base_url="http://emulator")


def fill(store: Path, writer: int) -> None:
    """Insert into one collection, which whoever is first creates."""
    with client_of(store) as client:
        client.post("/v1", json={"createKeyspace": {"name": "k"}})
        client.post("/v1/k", json={"createCollection": {"name": "c"}})
        for number in range(EACH):
            answer = client.post("/v1/k/c", json={"insertOne": {"document": {"_id": f"{writer}-{number}"}}})
            assert answer.json() == {"status": {"insertedIds": [f"{writer}-{number}"]}}


def count(store: Path) -> int:
    with client_of(store) as client:
        answer = client.post("/v1/k/c", json={"countDocuments": {"filter": {}}})
        counted: int = answer.json()["status"]["count"]
        return counted


def test_processes_share_a_new_store_and_lose_nothing(tmp_path: Path) -> None:
    store = tmp_path / "new" / "emulator.sqlite"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=fill, args=(store, writer)) for writer in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert ([process.exitcode for process in processes], count(store)) == ([0] * WRITERS, WRITERS * EACH)


def test_threads_share_a_world_and_lose_nothing(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda writer: fill(store, writer), range(WRITERS)))
    assert count(store) == WRITERS * EACH


def test_at_the_limit_threads_cannot_squeeze_in_one_more(tmp_path: Path) -> None:
    world = World(tmp_path / "emulator.sqlite")
    world.set("max_collections", 3)
    with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator") as client:
        client.post("/v1", json={"createKeyspace": {"name": "k"}})
        names = [f"c{number}" for number in range(8)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: client.post("/v1/k", json={"createCollection": {"name": name}}), names))
        assert len(client.post("/v1/k", json={"findCollections": {}}).json()["status"]["collections"]) == 3


def killed(store: Path) -> None:
    fill(store, 0)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_leaves_what_it_was_answered(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    process = multiprocessing.get_context("spawn").Process(target=killed, args=(store,))
    process.start()
    process.join()
    assert (process.exitcode, count(store)) == (-signal.SIGKILL, EACH)


def test_a_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    fill(store, 0)
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == {store.name: "0o600"}


def test_no_secret_is_ever_in_the_store(world: World, database: str, send: Callable[..., httpx.Response]) -> None:
    secret = "canary-5f1d"
    world.add_token(f"AstraCS:{secret}:{secret}")
    service = {"provider": "openai", "modelName": "text-embedding-3-small"}
    send("default_keyspace", "createCollection", name="h", options={"vector": {"service": service}})
    headers = {"x-embedding-api-key": secret, "Token": f"AstraCS:{secret}:{secret}"}
    answer = send("default_keyspace/h", "insertOne", headers=headers, document={"$vectorize": "hi"})
    assert answer.status_code == 200, database
    files = list(world._store.path.parent.iterdir())
    assert files
    for file in files:
        content = file.read_bytes()
        assert secret.encode() not in content, file
        assert DEFAULT_TOKEN.encode() not in content, file


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\x00" * 100])
def test_a_file_that_is_not_a_store_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"letter\.txt is not a store of the emulator"):
        World(file)
    assert file.read_bytes() == content


def test_a_store_of_another_layout_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    World(store).close()
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="has layout 99"):
        World(store)


def test_a_store_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"The folder .+/file of the store cannot be made: File exists\."):
        World(tmp_path / "file" / "emulator.sqlite")


def test_a_failed_command_changes_nothing(world: World, send: Callable[..., httpx.Response], database: str) -> None:
    before = json.dumps(world.collections(database, "default_keyspace"))
    send("default_keyspace", "createCollection", name="a", options={"vector": {"dimension": 0}})
    assert json.dumps(world.collections(database, "default_keyspace")) == before
