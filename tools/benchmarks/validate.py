"""`vectorize validate` of 1,000 collections, of ten times as many, and check-jsonschema on the same file.

    python -m tools.benchmarks.validate [--collections 1000] [--runs 5]

All programs run in turn, and each figure is CPU seconds beyond those that Python takes to start. check-jsonschema knows
the form of an environment alone (schemas/environment.schema.json with what it refers to); validate finds all that the
providers' schemas and the rules between the parts say, too.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import yaml

# As many as Astra allows in a database, so that there is nothing to find.
COLLECTIONS_PER_DATABASE = 10
PROGRAMS = Path(sys.executable).parent
SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "environment.schema.json"


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each, after one that is not counted")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        small, large = (_environment(folder, chosen.collections * factor) for factor in (1, 10))
        calls = {
            "start": [sys.executable, "-c", "pass"],
            "validate": [str(PROGRAMS / "vectorize"), "validate", str(small)],
            "of ten times as many": [str(PROGRAMS / "vectorize"), "validate", str(large)],
            "check-jsonschema": [str(PROGRAMS / "check-jsonschema"), "--schemafile", str(SCHEMA), str(small)],
        }
        rounds = [{name: _seconds(call) for name, call in calls.items()} for _ in range(chosen.runs + 1)][1:]
    beyond = [{name: times[name] - times["start"] for name in calls} for times in rounds]
    for name in ("validate", "of ten times as many", "check-jsonschema"):
        print(f"{name}: {_spread([times[name] for times in beyond])} s beyond Python's start")
    print(f"ten times as many cost {_ratio(beyond, 'of ten times as many', 'validate')} times as much")
    print(f"validate takes {_ratio(beyond, 'validate', 'check-jsonschema')} times what check-jsonschema takes")


def _ratio(rounds: list[dict[str, float]], one: str, other: str) -> str:
    return _spread([times[one] / times[other] for times in rounds])


def _spread(figures: list[float]) -> str:
    return f"{statistics.median(figures):.2f} (from {min(figures):.2f} to {max(figures):.2f})"


def _environment(folder: Path, count: int) -> Path:
    """A valid environment of that many collections."""
    names = [f"d{number}" for number in range(-(-count // COLLECTIONS_PER_DATABASE))]
    service = {"provider": "openai", "modelName": "text-embedding-3-small"}
    workload: dict[str, dict[str, dict[str, dict[str, object]]]] = {name: {"docs": {"collections": {}}} for name in names}
    for number in range(count):
        collections = workload[names[number // COLLECTIONS_PER_DATABASE]]["docs"]["collections"]
        collections[f"c{number}"] = {"vector": {"dimension": 512, "service": dict(service)}}
    environment = {
        "target": {"kind": "astra"},
        "databases": {name: {"name": name, "cloudProvider": "AWS", "region": "us-east-2"} for name in names},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "key", "databases": names}},
        "workload": workload,
    }
    path = folder / f"{count}.yaml"
    path.write_text(yaml.dump(environment, Dumper=yaml.CSafeDumper), encoding="utf-8")
    return path


def _seconds(call: list[str]) -> float:
    """CPU seconds, the system's own included, of a program that must find nothing wrong."""
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    process = os.posix_spawn(call[0], call, os.environ, file_actions=silent)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(call)}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
