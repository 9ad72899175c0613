"""`pulumi preview` of 400 collections against as many no-op dynamic resources.

    python -m tools.benchmarks.preview [--collections 400] [--runs 5]

The programs run in turn, on the same engine and backend, in stacks of their own. Against resources of the same
shape the ratio says what our own work costs: reading and validating the environment, and checking each resource.
Against resources with a single property it says what the engine and the SDK take for properties, too.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BARE = '''\
"""As many dynamic resources that do nothing and hold next to nothing."""
import pulumi
from nothing import Nothing

for number in range({count}):
    Nothing(f"c{{number}}", {{"number": number}})
'''
SAME_SHAPE = '''\
"""As many dynamic resources that do nothing, with the properties, provider, dependency and outputs of collections."""
import pulumi
from nothing import Nothing

provider = pulumi.ProviderResource("pulumi-python", "astra", {{"settings": "none"}})
options = pulumi.ResourceOptions(provider=provider, delete_before_replace=True)
keyspace = Nothing("keyspace", {{"apiEndpoint": "http://127.0.0.1:8181"}}, options)
service = {{
    "provider": "openai",
    "modelName": "text-embedding-3-small",
    "authentication": {{"providerKey": "bench-openai"}},
}}
outputs = {{}}
for number in range({count}):
    properties = {{
        "options": None,
        "address": f"big.default_keyspace.c{{number}}",
        "apiEndpoint": keyspace.apiEndpoint,
        "keyspace": "default_keyspace",
        "name": f"c{{number}}",
        "vector": {{"dimension": 512, "service": service}},
    }}
    made = Nothing(f"big.default_keyspace.c{{number}}", properties, options)
    outputs[f"c{{number}}"] = made.options.apply(lambda stated: stated)
pulumi.export("outputs", outputs)
'''
NOTHING = """\
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class NothingProvider(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        return CreateResult("nothing", props)


class Nothing(Resource, module="nothing", name="Nothing"):
    def __init__(self, name, properties, options=None):
        super().__init__(NothingProvider(), name, properties, options)
"""


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collections", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each, after one that is not counted")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        programs = {
            "collections": _ours(folder, chosen.collections),
            "no-op resources of the same shape": _no_op(folder / "same-shape", SAME_SHAPE, chosen.collections),
            "no-op resources with one property": _no_op(folder / "bare", BARE, chosen.collections),
        }
        rounds = [{name: _preview(project) for name, project in programs.items()} for _ in range(chosen.runs + 1)][1:]
    for name in programs:
        median = statistics.median(times[name] for times in rounds)
        ratios = [times["collections"] / times[name] for times in rounds]
        spread = f"{statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
        print(f"preview of {chosen.collections} {name}: median {median:.2f} s; collections take {spread} times that")


def _ours(folder: Path, count: int) -> Path:
    project = folder / "ours"
    (project / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    service = {"integration": "openai", "modelName": "text-embedding-3-small"}
    collections = {f"c{number}": {"vector": {"dimension": 512, "service": dict(service)}} for number in range(count)}
    environment = {
        "target": {"kind": "emulator"},
        "databases": {"big": {"name": "big", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "bench-openai"}},
        "workload": {"big": {"default_keyspace": {"collections": collections}}},
    }
    (project / "environments" / "bench.yaml").write_text(yaml.safe_dump(environment), encoding="utf-8")
    _init(project)
    config = {"vectorize:transport": "emulator.transport:open_store", "vectorize:store": "emulator.sqlite"}
    (project / "Pulumi.bench.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    return project


def _no_op(project: Path, program: str, count: int) -> Path:
    project.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {project.name}\nruntime: python\n", encoding="utf-8")
    (project / "nothing.py").write_text(NOTHING, encoding="utf-8")
    (project / "__main__.py").write_text(program.format(count=count), encoding="utf-8")
    _init(project)
    return project


def _init(project: Path) -> None:
    (project.parent / "state").mkdir(exist_ok=True)
    _pulumi(project, "stack", "init", "bench")


def _preview(project: Path) -> float:
    begun = time.perf_counter()
    _pulumi(project, "preview")
    return time.perf_counter() - begun


def _pulumi(project: Path, *arguments: str) -> None:
    environment = {
        # As users run it: without the variable, Python keeps what it compiled.
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PULUMI_BACKEND_URL": f"file://{project.parent / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "benchmark",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
    done = subprocess.run(
        ["pulumi", "--non-interactive", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"pulumi {' '.join(arguments)} failed in {project.name}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
