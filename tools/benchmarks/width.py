"""How wide `pulumi up` works: many databases at once, and many collections at once.

    python -m tools.benchmarks.width [--databases 20] [--active-after 30] [--collections 200] [--request 0.5]

Side by side in one run, on the real engine and the emulator with a delay: so many databases that each take that long to become
active, with five collections each, against a single one; and so many collections at that time a request, against the same with
the provider host's pool left at the four threads that it comes with.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from emulator.world import World

ROOT = Path(__file__).resolve().parents[2]
# More at once than the engine's default, which follows from the number of processors.
PARALLEL = "128"
# The transport of a stack: the emulator's, and a pause before each request to the Data API.
DELAYED = """\
import time
from emulator.transport import EmulatorTransport
from emulator.world import World
from providers import host_pool


class Delayed(EmulatorTransport):
    def handle_request(self, request):
        if "/api/json/" in request.url.path:
            time.sleep({seconds})
        return super().handle_request(request)


def open_store(store):
    if {narrow}:
        for pool in host_pool._pools():
            pool._max_workers = host_pool.HOST_WORKERS
        host_pool._resize = lambda pool, by: None
    return Delayed(World(store))
"""


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", type=int, default=20)
    parser.add_argument("--active-after", type=float, default=30.0, help="seconds from a database's creation until it is active")
    parser.add_argument("--collections", type=int, default=200)
    parser.add_argument("--request", type=float, default=0.5, help="seconds for a request to the Data API")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        one = _up(_project(folder / "one", 1, 5, active_after=chosen.active_after))
        many = _up(_project(folder / "many", chosen.databases, 5, active_after=chosen.active_after))
        narrow = _up(_project(folder / "narrow", 1, chosen.collections, seconds=chosen.request, narrow=True))
        wide = _up(_project(folder / "wide", 1, chosen.collections, seconds=chosen.request))
    said = f"{chosen.databases} databases, each active after {chosen.active_after:g} s: {many:.1f} s"
    print(f"{said}; one: {one:.1f} s; {many / one:.2f} times")
    said = f"{chosen.collections} collections at {chosen.request:g} s a request: {wide:.1f} s"
    print(f"{said}; with the host's pool at four: {narrow:.1f} s; {wide / narrow:.2f} times")


def _project(
    project: Path, databases: int, collections: int, *, active_after: float = 0.0, seconds: float = 0.0, narrow: bool = False
) -> Path:
    (project / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / "delayed.py").write_text(DELAYED.format(seconds=seconds, narrow=narrow), encoding="utf-8")
    names = [f"d{number}" for number in range(databases)]
    content: dict[str, Any] = {"collections": {f"c{number}": {"vector": {"dimension": 8}} for number in range(collections)}}
    environment = {
        "target": {"kind": "emulator"},
        "databases": {name: {"name": name, "cloudProvider": "AWS", "region": "us-east-2"} for name in names},
        "workload": {name: {"default_keyspace": content} for name in names},
    }
    dumper = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
    (project / "environments" / "bench.yaml").write_text(yaml.dump(environment, Dumper=dumper), encoding="utf-8")
    world = World(project / "emulator.sqlite")
    for name, value in {
        "provisioning_seconds": active_after,
        "max_collections": collections,
        "max_indexes": 10 * collections,
    }.items():
        world.set(name, value)
    world.close()
    (project / "state").mkdir()
    _pulumi(project, "stack", "init", "bench")
    config = {"vectorize:transport": "delayed:open_store", "vectorize:store": "emulator.sqlite"}
    (project / "Pulumi.bench.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return project


def _up(project: Path) -> float:
    begun = time.perf_counter()
    _pulumi(project, "up", "--yes", "--skip-preview", "--parallel", PARALLEL)
    return time.perf_counter() - begun


def _pulumi(project: Path, *arguments: str) -> None:
    environment = {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{project / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "benchmark",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        # The file backend rewrites the whole state at every step, which would drown what is measured; equally in all of them.
        "PULUMI_EXPERIMENTAL": "true",
        "PULUMI_SKIP_CHECKPOINTS": "true",
    }
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


if __name__ == "__main__":
    main()
