"""How fast the emulator is in process: reads a second, the first answer of a new process, memory over many requests.

    python -m tools.benchmarks.emulator [--rounds 5] [--requests 100000] [--documents 20]

Everything is measured in CPU time, since that is what one core gives, and other programs may be at work beside. Of several
rounds the best counts. A read is a request through httpx: building it, the emulator, and reading its answer.

The first answer is that of a new process that imports the emulator, makes a new store and asks for the databases, less what
the interpreter takes to start; Python's bytecode is cached, as it is from the second start on. It is measured once for the
emulator itself, called as the WSGI application that it is, and once through httpx, whose import is printed beside it: whoever
sends requests through httpx has imported it anyhow.
"""

import argparse
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from emulator.transport import EmulatorTransport
from emulator.world import World

READS_BAR = 1000
START_BAR = 150
"""Milliseconds."""
GROWTH_BAR = 1.0
"""Mebibytes by which memory may grow from a tenth of the requests to the last; a request that left 64 bytes would take 5.5."""

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
FIRST_ANSWER = """\
import sys
from werkzeug.test import Client
from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN
from emulator.world import World
client = Client(application(World(sys.argv[1])))
assert client.get("/v2/databases", headers={"Authorization": "Bearer " + DEFAULT_TOKEN}).json == []
"""
FIRST_ANSWER_THROUGH_HTTPX = """\
import sys
import httpx
from emulator.transport import open_store
with httpx.Client(transport=open_store(sys.argv[1]), base_url="http://emulator") as client:
    assert client.get("/v2/databases").json() == []
"""


class Bench:
    """A world with a database, a collection and a table in it, and a client of it."""

    def __init__(self, folder: Path, documents: int) -> None:
        self.world = World(folder / "emulator.sqlite")
        self.world.set("provisioning_seconds", 0)
        self.client = httpx.Client(transport=EmulatorTransport(self.world), base_url="http://emulator")
        definition = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        self.database = self.client.post("/v2/databases", json=definition).headers["Location"]
        self.send("", "createCollection", name="c", options={"vector": {"service": NVIDIA}})
        columns = {"id": "text", "v": {"type": "vector", "service": NVIDIA}}
        self.send("", "createTable", name="t", definition={"columns": columns, "primaryKey": "id"})
        for number in range(documents):
            self.send("/c", "insertOne", document={"_id": number, "$vectorize": f"document {number}"})

    def send(self, place: str, command: str, **body: object) -> dict[str, Any]:
        """A command to the keyspace, or to what is in it."""
        path = f"/databases/{self.database}-us-east-2/api/json/v1/default_keyspace{place}"
        answer: dict[str, Any] = self.client.post(path, json={command: body}).json()
        assert "errors" not in answer, answer
        return answer

    def reads(self) -> dict[str, Callable[[], object]]:
        """Reads by what they are called."""
        return {
            "GET a database": lambda: self.client.get(f"/v2/databases/{self.database}").json(),
            "findCollections": lambda: self.send("", "findCollections", options={"explain": True}),
            "listTables": lambda: self.send("", "listTables", options={"explain": True}),
            "listIndexes": lambda: self.send("/t", "listIndexes"),
            "findOne": lambda: self.send("/c", "findOne", filter={"_id": 3}),
            "countDocuments": lambda: self.send("/c", "countDocuments"),
        }

    def search(self) -> object:
        """The three documents nearest to a text."""
        return self.send("/c", "find", sort={"$vectorize": "document 3"}, options={"limit": 3})


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=100_000, help="requests over which memory is watched")
    parser.add_argument("--documents", type=int, default=20, help="documents that a search by a text looks at")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), chosen.documents)
        rates = {name: _rate(read, chosen.rounds) for name, read in bench.reads().items()}
        for name, rate in rates.items():
            print(f"{name}: {rate:,.0f} a second")
        print(f"slowest read: {min(rates.values()):,.0f} a second; the bar is {READS_BAR:,}")
        said = f"find by a text among {chosen.documents} documents of 1,024 dimensions"
        print(f"{said}: {_rate(bench.search, chosen.rounds):,.0f} a second (no bar)")
        _start(Path(folder), chosen.rounds)
        _memory(bench, chosen.requests)


def _rate(read: Callable[[], object], rounds: int, each: int = 200) -> float:
    read()
    best = 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(each):
            read()
        best = max(best, each / (time.process_time() - begun))
    return best


def _start(folder: Path, rounds: int) -> None:
    programs = {"Python": "pass", "httpx": "import httpx", "itself": FIRST_ANSWER, "through httpx": FIRST_ANSWER_THROUGH_HTTPX}
    took = {name: _cpu_of(folder / name, code, rounds) for name, code in programs.items()}
    own, through, imported = (took[name] - took["Python"] for name in ("itself", "through httpx", "httpx"))
    print(f"first answer of a new process: {own:.0f} ms beyond Python's {took['Python']:.0f} ms; the bar is {START_BAR} ms")
    print(f"  through httpx: {through:.0f} ms, {imported:.0f} ms of them for importing httpx")


def _cpu_of(folder: Path, code: str, rounds: int) -> float:
    """The least CPU time, in milliseconds, of a process that runs the code with a new store."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    folder.mkdir()
    times = []
    for number in range(rounds + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code, folder / f"{number}.sqlite"], env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1000 * min(times[1:])


def _memory(bench: Bench, requests: int) -> None:
    """The store's page cache and Python's free lists are full after a tenth of the requests."""
    mix = [*bench.reads().values(), bench.search]

    def ask(number: int) -> None:
        for one in range(number // (len(mix) + 2)):
            for read in mix:
                read()
            bench.send("/c", "insertOne", document={"_id": f"new {one}", "$vectorize": "new"})
            bench.send("/c", "deleteOne", filter={"_id": f"new {one}"})
        gc.collect()

    ask(requests // 10)
    before = _resident()
    ask(requests - requests // 10)
    grown = _resident() - before
    said = f"memory after {requests // 10:,} requests {before:.1f} MiB, after {requests:,} {before + grown:.1f} MiB"
    print(f"{said}: {grown:+.1f} MiB; the bar is {GROWTH_BAR:g}")


def _resident() -> float:
    """Mebibytes of this process in memory; Linux tells them in pages."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
