"""What the guides in docs/ show works as it stands there: each block `sh` is typed, each block `yaml` is brought up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from emulator.application import application
from tests.acceptance.conftest import IN_PROCESS, ROOT
from tests.acceptance.test_documents import typed
from tests.acceptance.test_service_errors import served
from tests.unit.test_documents import DOCS, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project

# Each page with something to type, and the tests that type it.
TYPED = {
    "backends.md": "test_backends.py",
    "ci.md": "test_guides.py",
    "drift.md": "test_guides.py",
    "dropping-what-is-protected.md": "test_documents.py",
    "getting-started.md": "test_readme.py",
    "import.md": "test_import.py",
    "self-hosted.md": "test_guides.py",
    "state-and-security.md": "test_guides.py",
}
DRIFT = 2


def texts(page: str, language: str) -> list[str]:
    return [block.text for block in blocks(page) if block.language == language]


def test_no_page_has_anything_to_type_that_no_test_types() -> None:
    pages = {path.name for path in DOCS.glob("*.md") if texts(path.name, "sh")}
    assert pages <= TYPED.keys() | {"shell.md"}
    assert [page for page, test in TYPED.items() if page not in (ROOT / "tests" / "acceptance" / test).read_text("utf-8")] == []


def test_the_environment_file_of_declaring(project: Project) -> None:
    (text,) = texts("declaring.md", "yaml")
    project.world.add_credential("openai", "knowledge-dev-openai")
    project.declare(text.replace("kind: astra", "kind: emulator"))
    project.up().ok()
    project.preview("--expect-no-changes").ok()


def test_the_sentences_about_its_mistakes(project: Project) -> None:
    (text,) = texts("declaring.md", "yaml")
    project.declare(text.replace("dimension: 512", "dimension: 2000").replace("provider: nvidia", "provider: nvida"), "dev")
    project.pulumi("config", "set", "vectorize:environment", "dev").ok()
    output = project.preview().output
    (shown,) = (text for text in texts("declaring.md", "") if text.startswith("environments/dev.yaml:"))
    assert [line for line in shown.splitlines() if f"error: {line}" not in output] == [], output


def test_the_outputs_have_the_keys_that_the_page_promises(project: Project) -> None:
    (text,) = texts("declaring.md", "yaml")
    project.world.add_credential("openai", "knowledge-dev-openai")
    project.declare(text.replace("kind: astra", "kind: emulator"))
    project.up().ok()
    (promised,) = map(json.loads, texts("outputs.md", "json"))

    def lacking(wanted: Any, given: Any, path: str = "") -> list[str]:
        if not isinstance(wanted, dict):
            return [] if isinstance(given, type(wanted)) else [path]
        return [gap for key, one in wanted.items() for gap in lacking(one, (given or {}).get(key), f"{path}.{key}")]

    assert lacking(promised, project.outputs()) == []


def test_the_program_of_python(project: Project) -> None:
    (text,) = texts("python.md", "python")
    project.world.add_credential("openai", "knowledge-dev-openai")
    project.program(text.replace('target="astra"', 'target="emulator"'))
    project.up().ok()
    project.preview("--expect-no-changes").ok()
    assert project.database()["keyspaces"] == ["default_keyspace", "docs"]


def test_the_program_has_the_right_types(tmp_path: Path) -> None:
    (text,) = texts("python.md", "python")
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(tmp_path / "program.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_self_hosted_data_api_step_by_step(project: Project) -> None:
    (declared,) = texts("self-hosted.md", "yaml")
    with served(application(project.world)) as address:
        project.declare(declared.replace("http://localhost:8181", address), "own")
        typing = "".join(texts("self-hosted.md", "sh")).replace("http://localhost:8181", address)
        said = typed(project, typing).ok().output
    answer, _ = json.JSONDecoder().raw_decode(said, said.index('{"data"'))
    assert answer["data"]["document"] == {"_id": "first"}


def test_the_calls_of_the_catalogue_that_only_look(project: Project, declared: dict[str, Any]) -> None:
    project.pulumi("stack", "init", "prod").ok()
    project.configure(IN_PROCESS, "prod")
    project.declare(declared, "prod")
    project.up("--stack", "prod").ok()
    listed, beside, check, update = texts("catalog.md", "")[0].splitlines()
    assert "text-embedding-3-small" in typed(project, listed).ok().output
    assert "the same" in typed(project, beside).ok().output
    assert "the schemas say what the database of prod (knowledge) offers" in typed(project, check).ok().output
    # That rewrites the schemas of this very checkout where they differ; test_catalog.py has a copy of its own.
    assert update.startswith("vectorize catalog update --stack prod ")
    if shutil.which("jq"):
        assert '"key": "openai"' in typed(project, texts("catalog.md", "")[1]).ok().output


def test_drift_from_a_finding_to_none(project: Project, declared: dict[str, Any]) -> None:
    project.pulumi("stack", "init", "dev").ok()
    project.configure(IN_PROCESS, "dev")
    project.declare(declared, "dev")
    project.up().ok()
    project.data_api("/research", {"deleteCollection": {"name": "own"}})
    (typing,) = texts("drift.md", "sh")
    runs = [typed(project, line) for line in typing.splitlines()]
    assert [run.code for run in runs] == [DRIFT, 0, 0], [run.output for run in runs]


def test_drift_and_promotion_in_ci_as_far_as_a_machine_goes(project: Project, declared: dict[str, Any]) -> None:
    """The commands of GitHub are no part of it."""
    for stack in ("dev", "staging"):
        project.pulumi("stack", "init", stack).ok()
        project.configure(IN_PROCESS, stack)
    project.declare({**declared, "promotesTo": "staging"}, "dev")
    databases = {"knowledge": {**declared["databases"]["knowledge"], "name": "knowledge-staging"}}
    project.declare({**declared, "databases": databases, "workload": {}}, "staging")
    project.up("--stack", "dev").ok()
    project.pulumi("stack", "rm", "test", "--yes").ok()
    shutil.copytree(ROOT / "docs" / "ci", project.folder / "docs" / "ci")
    git = "git init --quiet . && git config user.name tests && git config user.email tests@example.org"
    typed(project, git).ok()
    before = (project.folder / "environments" / "staging.yaml").read_bytes()
    for typing in texts("ci.md", "sh"):
        typed(project, typing).ok()
    assert (project.folder / "environments" / "staging.yaml").read_bytes() == before
    copied = {path.name for path in (project.folder / ".github" / "workflows").iterdir()}
    assert copied == {"drift.yml", "pull-request.yml", "promote.yml", "apply.yml"}


def test_the_state_can_be_looked_at_as_the_page_says(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.up().ok()
    (typing,) = texts("state-and-security.md", "sh")
    assert "knowledge.default_keyspace.articles" in typed(project, typing).ok().output
