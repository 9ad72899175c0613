"""`vectorize catalog` against a stack that stands: what its databases offer changes behind its back, and comes into the schemas.

One project is brought up once, with a copy of the packages and the schemas, as a clone has them: its own files are updated. Each
test begins with the world and the files as they were then.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from astra import catalog, validation
from emulator import control
from emulator.world import World
from tests.acceptance.conftest import IN_PROCESS, ROOT, Project, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGES = ("astra", "commands", "emulator", "providers", "schemas")
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
ENVIRONMENT: dict[str, Any] = {
    "target": {"kind": "emulator"},
    "databases": {
        name: {"name": f"{name}-test", "cloudProvider": "AWS", "region": "us-east-2"} for name in ("knowledge", "research")
    },
    "integrations": {"openai": {"authentication": "HEADER"}},
    "workload": {
        "knowledge": {"docs": {"collections": {"a": {"vector": {"service": NVIDIA}}, "b": {"vector": {"service": OPENAI}}}}},
        "research": {"docs": None},
    },
}
ACME: dict[str, Any] = {
    "displayName": "Acme",
    "supportedAuthentication": {
        "HEADER": {"enabled": True, "tokens": [{"accepted": "x-embedding-api-key"}]},
        "SHARED_SECRET": {"enabled": True, "tokens": [{"accepted": "providerKey"}]},
    },
    "parameters": [
        {"name": "account", "type": "STRING", "required": True, "defaultValue": "", "validation": {}, "help": "Whose."}
    ],
    "models": [{"name": "acme-1", "apiModelSupport": {"status": "SUPPORTED"}, "vectorDimension": 384, "parameters": []}],
}
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0\n"


@dataclass
class Standing:
    """The project, and where its world and its files are kept as they were when it had been brought up."""

    project: Project
    kept: Path

    @property
    def folder(self) -> Path:
        return self.project.folder

    def restore(self) -> None:
        for old in self.folder.glob("emulator.sqlite*"):
            old.unlink()
        shutil.copy(self.kept / "emulator.sqlite", self.folder)
        shutil.rmtree(self.folder / "schemas")
        shutil.copytree(ROOT / "schemas", self.folder / "schemas")
        (self.folder / "CHANGELOG.md").write_text(CHANGELOG)

    def change(self, what: Callable[[World], Any]) -> None:
        """Lets the world do something."""
        with closing(World(self.folder / "emulator.sqlite")) as world:
            what(world)

    def offer(self, provider: str, entry: dict[str, Any]) -> None:
        """Lets every database list a provider that the emulator's own catalogue does not have."""
        with closing(sqlite3.connect(self.folder / "emulator.sqlite")) as connection, connection:
            values = ("", provider, json.dumps(entry))
            connection.execute("INSERT INTO providers (database, provider, entry) VALUES (?, ?, ?)", values)

    def vectorize(self, *arguments: str, **variables: str) -> Run:
        """Runs `vectorize catalog` with the project's own packages."""
        done = subprocess.run(
            ["vectorize", "catalog", *arguments],
            cwd=self.folder,
            env={**self.project.environment, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout + done.stderr)

    def files(self) -> dict[str, bytes]:
        """Everything that an update might write."""
        folders = ("schemas", "environments")
        found = [file for name in folders for file in (self.folder / name).rglob("*") if file.is_file()]
        return {str(file.relative_to(self.folder)): file.read_bytes() for file in (*found, self.folder / "CHANGELOG.md")}

    def provider(self, key: str) -> dict[str, Any]:
        file = self.folder / "schemas" / "embedding-providers" / f"{key}.schema.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]) -> Standing:
    folder = tmp_path_factory.mktemp("catalog")
    project = Project(folder / "project", {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"})
    for made in (folder / "state", folder / "kept", project.folder / "environments"):
        made.mkdir(parents=True)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, project.folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, project.folder / name)
    project.pulumi("stack", "init", "test").ok()
    project.pulumi("stack", "init", "empty").ok()
    project.configure(IN_PROCESS)
    for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
        project.world.set(name, 0)
    project.declare(ENVIRONMENT)
    project.up("--stack", "test").ok()
    world, copy = project.folder / "emulator.sqlite", folder / "kept" / "emulator.sqlite"
    with closing(sqlite3.connect(world)) as source, closing(sqlite3.connect(copy)) as kept:
        source.backup(kept)
    return Standing(project, folder / "kept")


@pytest.fixture
def standing(stood: Standing) -> Standing:
    stood.restore()
    return stood


def drifted(world: World) -> None:
    """A model that something uses is deprecated, another is gone, and so is a provider."""
    control.set_model_status(world, "openai", "text-embedding-3-small", "DEPRECATED")
    control.set_model_status(world, "voyageAI", "voyage-2", "REMOVED")
    control.remove_provider(world, "cohere")


def test_what_is_offered_is_checked_updated_and_then_the_same(standing: Standing) -> None:
    clean = standing.vectorize("check", "--stack", "test")
    assert clean == Run(0, "the schemas say what the databases of test (knowledge, research) offer\n")
    nothing = standing.vectorize("update", "--stack", "test")
    assert nothing == Run(0, "Nothing to update: the schemas say what is offered.\n")

    standing.change(drifted)
    standing.offer("acme", ACME)
    before = standing.files()
    checked = standing.vectorize("check", "--stack", "test", "--output", "catalog.json", "--output", "catalog.sarif")
    assert checked.code == 2
    assert re.sub(r"\d+:\d+", "L:C", checked.output).splitlines() == [
        (
            "schemas/embedding-providers/cohere.schema.json:L:C: cohere: the service lists this provider no more; the schema "
            "calls its models SUPPORTED"
        ),
        (
            "schemas/embedding-providers/openai.schema.json:L:C: warning: openai/text-embedding-3-small: the service calls this "
            "model DEPRECATED, the schema SUPPORTED"
        ),
        (
            "schemas/embedding-providers/voyageAI.schema.json:L:C: voyageAI/voyage-2: the service lists this model no more; the "
            "schema calls it SUPPORTED"
        ),
        "schemas/service.schema.json:L:C: warning: acme: the service lists this provider, with acme-1; there is no schema of it",
        "4 differences from what the databases of test (knowledge, research) offer: 2 errors and 2 warnings",
    ]
    told = json.loads((standing.folder / "catalog.json").read_text())
    assert list(validation.validator(catalog.schema("reports:catalog-check-1")).iter_errors(told)) == []
    (status,) = (one for one in told["findings"] if one["rule"] == "catalog/status")
    line = (standing.folder / status["file"]).read_text().splitlines()[status["line"] - 1]
    assert line.strip() == '"x-status": "SUPPORTED",'

    dry = standing.vectorize("update", "--stack", "test", "--dry-run")
    assert (dry.code, '+      "x-status": "DEPRECATED",' in dry.output, standing.files() == before) == (0, True, True)

    updated = standing.vectorize("update", "--stack", "test")
    assert updated.code == 0
    assert updated.output.splitlines() == [
        "Written:",
        "- CHANGELOG.md",
        "- schemas/service.schema.json",
        *(f"- schemas/embedding-providers/{key}.schema.json" for key in ("acme", "cohere", "openai", "voyageAI")),
        "",
        "What changed at the service:",
        "- acme: new, with acme-1",
        "- cohere: listed no more, its models were SUPPORTED",
        "- openai/text-embedding-3-small: was SUPPORTED, is DEPRECATED",
        "- voyageAI/voyage-2: listed no more, was SUPPORTED",
        "",
        "For a person to look at:",
        (
            "- acme: look up what was filled in, and name where it stands: x-authentication.SHARED_SECRET.portal, x-batchSize, "
            "$defs.parameters.properties.account"
        ),
        "- this is what the embedded emulator answered: of Astra DB Serverless nothing is confirmed by it",
        "",
        "Named in environments:",
        "- environments/test.yaml:26:13: workload.knowledge.docs.collections.b.vector.service: openai/text-embedding-3-small",
        "",
        "The reference pages of docs/ are renewed by make docs.",
    ]
    assert {branch["x-status"] for branch in standing.provider("cohere")["oneOf"]} == {"END_OF_LIFE"}
    assert "- Embedding models as the embedded emulator listed them on " in (standing.folder / "CHANGELOG.md").read_text()

    after = standing.files()
    assert standing.vectorize("check", "--stack", "test").code == 0
    assert standing.vectorize("update", "--stack", "test").output == nothing.output
    assert standing.files() == after


def test_beside_the_schemas_stands_what_each_database_offers(standing: Standing) -> None:
    standing.change(
        lambda world: control.set_model_status(world, "openai", "text-embedding-3-small", "DEPRECATED", "research-test")
    )
    told = standing.vectorize("list", "openai", "--stack", "test")
    assert told.code == 0
    assert [line for line in told.output.splitlines() if line.startswith(("knowledge", "research"))] == [
        "knowledge: the same",
        "research: the same",
    ]
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in told.output.splitlines() if "text-embedding" in line}
    assert rows["text-embedding-3-large"] == "256 to 3072 (default 3072) SUPPORTED the same the same"
    assert rows["text-embedding-3-small"] == (
        "2 to 1536 (default 1536) SUPPORTED the same the service calls this model DEPRECATED, the schema SUPPORTED"
    )
    # What one of them offers is offered.
    assert standing.vectorize("check", "--stack", "test").code == 0


def test_a_database_that_cannot_be_asked_is_told_and_nothing_is_written(standing: Standing) -> None:
    standing.change(drifted)
    standing.change(lambda world: control.set_database_status(world, "research-test", "ERROR"))
    before = standing.files()
    checked = standing.vectorize("check", "--stack", "test", "--format", "json")
    made = json.loads(checked.output[: checked.output.rindex("}") + 1])
    assert (checked.code, made["summary"]) == (1, {"errors": 0, "warnings": 0, "unasked": 1})
    updated = standing.vectorize("update", "--stack", "test")
    assert updated.code == 1
    assert updated.output.startswith("Error: nothing was written, since not every database could be asked. research: ")
    assert standing.files() == before


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ("tset", "cannot read the config of tset: no stack named 'tset' found; did you mean \"test\"?"),
        ("empty", "the stack empty has no database that could be asked: bring it up first, with pulumi up --stack empty"),
    ],
)
def test_a_stack_that_is_not_there_or_not_up(standing: Standing, stack: str, sentence: str) -> None:
    assert standing.vectorize("check", "--stack", stack) == Run(1, f"Error: {sentence}\n")


def test_schemas_of_an_installed_package_are_not_rewritten(standing: Standing) -> None:
    told = standing.vectorize("update", "--stack", "test", PYTHONPATH="")
    assert told == Run(
        1,
        f"Error: the schemas in use are those of {ROOT}, and not of this folder: run it in the project's own folder, in its "
        "environment\n",
    )
