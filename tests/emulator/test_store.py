"""One file, several processes and threads, and nothing secret in it."""

import itertools
import json
import multiprocessing
import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pytest

from emulator.storage import LAYOUT, StoreError
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import EmulatorTransport, open_store
from emulator.world import World

WRITERS = 4
EACH = 5
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}


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


def write_for_ever(store: Path, answered: Connection) -> None:
    """Insert texts, delete every third, and say which number was answered."""
    with client_of(store) as client:
        for number in itertools.count():
            document = {"_id": number, "$vectorize": f"text {number}"}
            assert client.post("/v1/k/c", json={"insertOne": {"document": document}}).json()["status"] == {
                "insertedIds": [number]
            }
            if number % 3 == 0:
                client.post("/v1/k/c", json={"deleteOne": {"filter": {"_id": number}}})
            answered.send(number)


def test_a_process_that_is_killed_in_the_middle_of_writing_tears_nothing(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    with client_of(store) as client:
        client.post("/v1", json={"createKeyspace": {"name": "k"}})
        client.post("/v1/k", json={"createCollection": {"name": "c", "options": {"vector": {"service": NVIDIA}}}})
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=write_for_ever, args=(store, there))
    process.start()
    last = max(here.recv() for _ in range(30))
    process.kill()
    process.join()
    with client_of(store) as client:
        found = client.post("/v1/k/c", json={"find": {"sort": {"$vectorize": "text"}}}).json()["data"]["documents"]
    kept = {document["_id"] for document in found}
    assert {number for number in range(last + 1) if number % 3} <= kept, "what was answered is there"
    connection = sqlite3.connect(store)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    documents, vectors = (
        connection.execute(query).fetchone()[0] for query in ("SELECT count(*) FROM documents", "SELECT count(*) FROM vectors")
    )
    connection.close()
    assert documents == vectors == len(kept), "no document without its vector, and no vector without its document"


def test_two_worlds_over_one_file_see_the_same(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    with client_of(store) as one, client_of(store) as other:
        one.post("/v1", json={"createKeyspace": {"name": "k"}})
        other.post("/v1/k", json={"createCollection": {"name": "c", "options": {"vector": {"service": NVIDIA}}}})
        for number, (writer, reader) in enumerate([(one, other), (other, one)]):
            writer.post("/v1/k/c", json={"insertOne": {"document": {"_id": number, "$vectorize": "apple pie"}}})
            answer = reader.post("/v1/k/c", json={"find": {"sort": {"$vectorize": "apple pie"}}}).json()
            assert len(answer["data"]["documents"]) == number + 1
    with client_of(store) as later:
        answer = later.post("/v1/k/c", json={"deleteMany": {"filter": {"_id": {"$in": [0, 1]}}}}).json()
        assert answer == {"status": {"deletedCount": 2}}


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


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_good_store_on_a_full_disk_is_not_called_a_bad_one(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    fill(store, 0)
    with full_disk(), pytest.raises(StoreError) as refused:
        World(store)
    assert str(refused.value) == f"The store {store} cannot be used: disk I/O error."
    with full_disk(), pytest.raises(StoreError, match=r"new\.sqlite cannot be used: (disk I/O error|database or disk is full)\."):
        World(tmp_path / "new.sqlite")
    assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {store.name}, "no half-made store is left"
    assert count(store) == EACH


def test_a_disk_that_fills_up_is_said_and_what_was_answered_stays(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    with client_of(store) as client:
        fill(store, 0)
        with full_disk():
            answer = client.post("/v1/k/c", json={"insertOne": {"document": {"_id": "one more"}}})
        assert (answer.status_code, answer.text) == (503, f"The store {store} cannot be used: disk I/O error.\n")
        assert client.post("/v1/k/c", json={"insertOne": {"document": {"_id": "one more"}}}).status_code == 200
    assert count(store) == EACH + 1


def test_a_damaged_store_is_said_where_it_is_found(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    World(store).close()
    content = bytearray(store.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    store.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        World(store).databases()
    assert str(refused.value) == (
        f"{store} is not a store of the emulator: database disk image is malformed. Name another file, or remove this one if it "
        "was a store."
    )


def test_a_store_that_was_deleted_meanwhile_is_not_made_anew_by_halves(tmp_path: Path) -> None:
    store = tmp_path / "a folder with? and #" / "emulator.sqlite"
    with client_of(store) as client:
        assert client.get("/v2/databases").status_code == 200
        for file in store.parent.iterdir():
            file.unlink()
        answer = client.get("/v2/databases")
        said = f"The store {store} is gone. Whoever opens it next makes a new one: start again.\n"
        assert (answer.status_code, answer.text) == (503, said)
        assert list(store.parent.iterdir()) == []


def test_not_even_one_that_is_deleted_at_this_very_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "emulator.sqlite"
    world = World(store)
    world.close()
    store.unlink()
    monkeypatch.setattr(Path, "exists", lambda _: True)
    with pytest.raises(StoreError) as refused:
        world.databases()
    assert str(refused.value) == f"The store {store} cannot be used: unable to open database file."
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_of_the_emulator_itself_is_not_blamed_on_the_store(world: World) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table: missing"), world.reading() as connection:
        connection.execute("SELECT * FROM missing")


def test_a_store_of_another_layout_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "emulator.sqlite"
    World(store).close()
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(StoreError) as refused:
        World(store)
    assert str(refused.value) == (
        f"The store {store} has layout 2, which another version of the emulator made; this one uses {LAYOUT}. Delete the file, "
        "and with it the world it holds, or name another one."
    )


def test_a_store_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"The folder .+/file of the store cannot be made: File exists\."):
        World(tmp_path / "file" / "emulator.sqlite")


def test_a_failed_command_changes_nothing(world: World, send: Callable[..., httpx.Response], database: str) -> None:
    before = json.dumps(world.collections(database, "default_keyspace"))
    send("default_keyspace", "createCollection", name="a", options={"vector": {"dimension": 0}})
    assert json.dumps(world.collections(database, "default_keyspace")) == before
