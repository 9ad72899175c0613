"""`vectorize drift` of 1,000 collections in 20 keyspaces against `pulumi refresh --preview-only` of as many no-op resources.

    python -m tools.benchmarks.drift [--collections 1000] [--keyspaces 20] [--runs 3]

Both on the same engine and backend, in stacks of their own; the no-op resources have the properties of collections. Also counts
the requests that the command sends, which are to be at most three a keyspace and a constant.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

from emulator.world import World
from tools.benchmarks.preview import NOTHING, ROOT, SAME_SHAPE

COUNTING = """\
from emulator.transport import EmulatorTransport
from emulator.world import World


class Counting(EmulatorTransport):
    def handle_request(self, request):
        asked = request.content.decode().partition('"')[2].partition('"')[0] or request.url.path.split("/")[-1]
        with open("asked.txt", "a") as file:
            file.write(f"{asked}\\n")
        return super().handle_request(request)


def open_store(store):
    return Counting(World(store))
"""
# Bringing up takes minutes otherwise; see tests/acceptance/test_scale.py.
FAST = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=int, default=1000)
    parser.add_argument("--keyspaces", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each, after one that is not counted")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "state").mkdir()
        ours, no_op = _ours(folder / "ours", chosen.collections, chosen.keyspaces), _no_op(folder / "no-op", chosen.collections)
        drift = ["vectorize", "drift", "--stack", "bench"]
        refresh = ["pulumi", "refresh", "--preview-only", "--non-interactive", "--stack", "bench"]
        rounds = [(_timed(ours, drift), _timed(no_op, refresh)) for _ in range(chosen.runs + 1)][1:]
        (ours / "asked.txt").write_text("", encoding="utf-8")
        _timed(ours, drift)
        asked = Counter((ours / "asked.txt").read_text(encoding="utf-8").split())
    medians = [statistics.median(times) for times in zip(*rounds, strict=True)]
    ratios = [one / other for one, other in rounds]
    print(f"vectorize drift of {chosen.collections} collections in {chosen.keyspaces} keyspaces: median {medians[0]:.2f} s")
    print(f"pulumi refresh --preview-only of {chosen.collections} no-op resources: median {medians[1]:.2f} s")
    print(f"the former takes {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f}) times the latter")
    print(f"requests: {asked.total()}, {', '.join(f'{name} {number}' for name, number in asked.most_common(5))}, ...")


def _ours(project: Path, count: int, keyspaces: int) -> Path:
    (project / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / "counting.py").write_text(COUNTING, encoding="utf-8")
    own = {"vector": {"dimension": 8}}
    workload = {
        f"k{place}": {
            "collections": {f"c{number}": dict(own, vector=dict(own["vector"])) for number in range(place, count, keyspaces)}
        }
        for place in range(keyspaces)
    }
    environment = {
        "target": {"kind": "emulator"},
        "databases": {"big": {"name": "big", "cloudProvider": "AWS", "region": "us-east-2"}},
        "workload": {"big": workload},
    }
    (project / "environments" / "bench.yaml").write_text(yaml.safe_dump(environment), encoding="utf-8")
    world = World(project / "emulator.sqlite")
    world.set("max_collections", count)
    world.set("max_indexes", 10 * count)
    for name in ("provisioning_seconds", "maintenance_seconds"):
        world.set(name, 0)
    world.close()
    _run(project, ["pulumi", "stack", "init", "bench"])
    config = {"vectorize:transport": "counting:open_store", "vectorize:store": "emulator.sqlite"}
    (project / "Pulumi.bench.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    _run(project, ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"], **FAST)
    return project


def _no_op(project: Path, count: int) -> Path:
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: no-op\nruntime: python\n", encoding="utf-8")
    (project / "nothing.py").write_text(NOTHING, encoding="utf-8")
    (project / "__main__.py").write_text(SAME_SHAPE.format(count=count), encoding="utf-8")
    _run(project, ["pulumi", "stack", "init", "bench"])
    _run(project, ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"], **FAST)
    return project


def _timed(project: Path, call: list[str]) -> float:
    begun = time.perf_counter()
    _run(project, call)
    return time.perf_counter() - begun


def _run(project: Path, call: list[str], **variables: str) -> None:
    environment = {
        # As users run it: without the first, Python keeps what it compiled; the second is our own environment's.
        **{name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PULUMI_RUN_PROGRAM")},
        "PULUMI_BACKEND_URL": f"file://{project.parent / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "benchmark",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        # As in CI.
        "ASTRA_DB_APPLICATION_TOKEN": "AstraCS:benchmark",
        "PYTHONPATH": str(project),
        **variables,
    }
    done = subprocess.run(call, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(call)} failed in {project.name}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


if __name__ == "__main__":
    main()
