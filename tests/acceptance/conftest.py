"""A project of its own for each test, driven by the real Pulumi engine against the real emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from emulator.transport import open_store
from emulator.world import World

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / ".vectorize" / "engine" / "bin"
IN_PROCESS = {"vectorize:transport": "emulator.transport:open_store", "vectorize:store": "emulator.sqlite"}


@dataclass(frozen=True)
class Run:
    """One finished call of the engine: exit code, and everything it printed."""

    code: int
    output: str

    def ok(self) -> Run:
        assert self.code == 0, self.output
        return self


@dataclass
class Project:
    """A folder with the project's program, one stack `test` of its own, and a world of its own."""

    folder: Path
    environment: dict[str, str]
    runs: list[Run] = field(default_factory=list)

    def declare(self, environment: dict[str, Any] | str, stack: str = "test") -> None:
        """Writes the stack's environment file."""
        text = environment if isinstance(environment, str) else yaml.safe_dump(environment, sort_keys=False)
        (self.folder / "environments" / f"{stack}.yaml").write_text(text, encoding="utf-8")

    def configure(self, config: dict[str, Any], stack: str = "test") -> None:
        """Writes the stack's config; the salt that the engine keeps in it stays."""
        path = self.folder / f"Pulumi.{stack}.yaml"
        kept = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(yaml.safe_dump({**(kept or {}), "config": config}), encoding="utf-8")

    def program(self, text: str) -> None:
        """Replaces the program."""
        (self.folder / "__main__.py").write_text(text, encoding="utf-8")

    def pulumi(self, *arguments: str, **variables: str) -> Run:
        """Runs the engine without a terminal, as CI does, with those environment variables too."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        self.runs.append(Run(done.returncode, done.stdout + done.stderr))
        return self.runs[-1]

    def up(self, *arguments: str, **variables: str) -> Run:
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, **variables)

    def preview(self, *arguments: str, **variables: str) -> Run:
        return self.pulumi("preview", *arguments, **variables)

    def destroy(self, *arguments: str) -> Run:
        return self.pulumi("destroy", "--yes", "--skip-preview", *arguments)

    def state(self) -> dict[str, Any]:
        """The exported state."""
        found: dict[str, Any] = json.loads(self.pulumi("stack", "export").ok().output)
        return found

    def resources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.state()["deployment"].get("resources", [])
        return found

    def outputs(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json").ok().output)
        return found

    def database(self) -> dict[str, Any]:
        """The one database of the world that is not terminated."""
        (found,) = (one for one in self.world.databases() if one["status"] != "TERMINATED")
        return found

    def data_api(self, path: str, command: dict[str, Any]) -> dict[str, Any]:
        """What somebody else does through the Data API of the one database, behind the engine's back."""
        database = self.database()
        address = f"http://emulator/databases/{database['id']}-{database['region']}/api/json/v1{path}"
        with httpx.Client(transport=open_store(str(self.folder / "emulator.sqlite"))) as client:
            answer: dict[str, Any] = client.post(address, json=command).raise_for_status().json()
        assert "errors" not in answer, answer
        return answer

    def devops(self, method: str, path: str) -> None:
        """What somebody else does through the DevOps API."""
        with httpx.Client(transport=open_store(str(self.folder / "emulator.sqlite"))) as client:
            client.request(method, f"http://emulator/v2{path}").raise_for_status()

    @property
    def world(self) -> World:
        """The emulator's world, behind the engine's back."""
        return World(self.folder / "emulator.sqlite")


@pytest.fixture(scope="session")
def engine_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of every engine call: none of the developer's Pulumi or Astra settings."""
    if shutil.which("pulumi") is None and not (ENGINE / "pulumi").exists():
        pytest.fail("there is no Pulumi engine: run make setup", pytrace=False)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "ASTRA_", "VECTORIZE_"))}
    path = os.pathsep.join((str(ROOT / ".vectorize" / "venv" / "bin"), str(ENGINE), clean["PATH"]))
    return {
        **clean,
        "PATH": path,
        "PULUMI_HOME": str(tmp_path_factory.mktemp("pulumi-home")),
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "NO_COLOR": "1",
    }


@pytest.fixture
def project(tmp_path: Path, engine_environment: dict[str, str]) -> Project:
    """A project whose stack `test` runs on an emulator of its own, in process."""
    folder, state = tmp_path / "project", tmp_path / "state"
    state.mkdir()
    (folder / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder / name)
    # The name that tests and pages know, also where `pulumi new` gave the repository another one.
    settings = (folder / "Pulumi.yaml").read_text(encoding="utf-8")
    (folder / "Pulumi.yaml").write_text(re.sub(r"(?m)^name: .*$", "name: astra-vectorize", settings), encoding="utf-8")
    made = Project(folder, {**engine_environment, "PULUMI_BACKEND_URL": f"file://{state}"})
    made.pulumi("stack", "init", "test").ok()
    made.configure(IN_PROCESS)
    # Provisioning in no time: what these tests wait for is tested with a clock in tests/emulator.
    for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
        made.world.set(name, 0.05)
    made.world.add_credential("openai", "test-openai")
    return made


@pytest.fixture
def declared() -> dict[str, Any]:
    """An environment with one collection of each kind."""
    nvidia = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
    openai = {"integration": "openai", "modelName": "text-embedding-3-small"}
    return {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"}},
        "workload": {
            "knowledge": {
                "default_keyspace": {
                    "collections": {
                        "tickets": {"vector": {"service": nvidia}},
                        "articles": {"vector": {"dimension": 512, "metric": "cosine", "service": openai}},
                    }
                },
                "research": {"collections": {"own": {"vector": {"dimension": 8, "metric": "dot_product"}}, "plain": None}},
            }
        },
    }
