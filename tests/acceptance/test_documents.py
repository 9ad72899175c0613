"""What the pages in docs/ show works as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN, PERMISSIONS
from tests.acceptance.conftest import Run
from tests.acceptance.test_service_errors import astra_at, served
from tests.unit.test_documents import blocks, stated_actions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.acceptance.conftest import Project

# As the activated shell has them; and nobody answers the engine's question.
SHELL = {"PULUMI_RUN_PROGRAM": "true", "PULUMI_CONTINUE_ON_ERROR": "true", "PULUMI_SKIP_CONFIRMATIONS": "true"}
ARTICLES = "knowledge.docs.articles"
TICKETS = "knowledge.docs.tickets"
CHUNKS = "knowledge.docs.chunks"


def typed(project: Project, commands: str) -> Run:
    """What a person types, in the project's folder; the first command that fails ends it."""
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=project.folder,
        env={**project.environment, **SHELL},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr)


PAGE = "dropping-what-is-protected.md"


@pytest.fixture
def prod(project: Project) -> Iterator[Project]:
    """The stack of the page, up as it stands there; both collections hold a document. Another stack is selected."""
    project.pulumi("stack", "init", "prod").ok()
    project.declare(blocks(PAGE)[0].text, "prod")
    # Over HTTP: a protected environment takes no transport.
    with served(application(project.world)) as address:
        project.configure(astra_at(address), "prod")
        project.environment["ASTRA_DB_APPLICATION_TOKEN"] = DEFAULT_TOKEN
        project.up().ok()
        for name in ("articles", "tickets"):
            project.data_api(f"/docs/{name}", {"insertOne": {"document": {"_id": "1", "$vector": [0.1] * 1024}}})
        project.pulumi("stack", "select", "test").ok()
        yield project


def standing(project: Project) -> dict[str, int]:
    """How many documents each collection holds."""
    names = project.world.collections(project.database()["id"], "docs")
    counted = {name: project.data_api(f"/docs/{name}", {"countDocuments": {"filter": {}}}) for name in names}
    return {name: answer["status"]["count"] for name, answer in counted.items()}


def protected(project: Project) -> set[str]:
    """The addresses of what the engine protects."""
    return {one["urn"].rpartition("::")[2] for one in project.resources() if one.get("protect")}


def deletions(output: str) -> list[str]:
    """The addresses of what the engine says it deletes or replaces."""
    return sorted(set(re.findall(r"^ *-[+-]? +pulumi-python:\S+ (\S+)", output, re.MULTILINE)))


def test_the_steps_of_the_page_drop_what_was_named_and_nothing_else(prod: Project) -> None:
    _, *steps = blocks(PAGE)
    assert [step.language for step in steps] == ["sh", "yaml", "sh", "sh", "sh", "yaml", "sh"]
    said = []
    for step in steps:
        if step.language == "yaml":
            prod.declare(step.text, "prod")
        else:
            assert standing(prod)["tickets"] == 1
            said.append(typed(prod, step.text).ok().output)
    _, _, preview, up, _ = said
    for output in (preview, up):
        assert deletions(output) == [ARTICLES]
    assert "- 1 to delete" in preview
    assert standing(prod) == {"tickets": 1}
    assert protected(prod) == {"knowledge", "knowledge.docs", TICKETS}


def test_what_may_differ_on_the_page(prod: Project) -> None:
    """Each of its points, one after the other on the same stack."""
    asked, select, allowed, unprotect, *_ = blocks(PAGE)
    permission = f"allowDataLoss: [{ARTICLES}]\n"
    assert permission in allowed.text
    typed(prod, select.text).ok()
    for differs in (
        _each_of_the_two_guards_refuses_alone,
        _who_changes_their_mind_has_it_protected_again,
        _a_replacement_takes_the_same_steps_and_is_protected_from_the_start,
        _a_column_is_dropped_by_the_permission_alone,
        _a_keyspace_needs_the_same_for_everything_in_it,
    ):
        differs(prod, asked.text, permission, unprotect.text)


def _each_of_the_two_guards_refuses_alone(prod: Project, asked: str, permission: str, unprotect: str) -> None:
    without = asked.replace("        articles: {vector: {dimension: 1024}}\n", "")
    prod.declare(permission + without, "prod")
    run = typed(prod, "pulumi up")
    assert run.code != 0
    assert ARTICLES in run.output
    assert "cannot be deleted\n    because it is protected" in run.output
    prod.declare(without, "prod")
    run = typed(prod, f"{unprotect}\npulumi up")
    assert run.code != 0
    assert f"{ARTICLES} would be deleted" in run.output
    assert f"allowDataLoss: [{ARTICLES}]" in run.output
    assert standing(prod) == {"articles": 1, "tickets": 1}


def _who_changes_their_mind_has_it_protected_again(prod: Project, asked: str, _permission: str, _unprotect: str) -> None:
    assert ARTICLES not in protected(prod)
    prod.declare(asked, "prod")
    typed(prod, "pulumi up").ok()
    assert ARTICLES in protected(prod)
    assert standing(prod) == {"articles": 1, "tickets": 1}


def _a_replacement_takes_the_same_steps_and_is_protected_from_the_start(
    prod: Project, asked: str, permission: str, unprotect: str
) -> None:
    prod.declare(
        permission + asked.replace("articles: {vector: {dimension: 1024}}", "articles: {vector: {dimension: 512}}"), "prod"
    )
    assert "unable to replace resource" in typed(prod, "pulumi preview").output
    run = typed(prod, f"{unprotect}\npulumi preview\npulumi up").ok()
    assert deletions(run.output) == [ARTICLES]
    assert standing(prod) == {"articles": 0, "tickets": 1}
    assert {ARTICLES, TICKETS} <= protected(prod)


def _a_column_is_dropped_by_the_permission_alone(prod: Project, asked: str, _permission: str, _unprotect: str) -> None:
    asked = asked.replace("articles: {vector: {dimension: 1024}}", "articles: {vector: {dimension: 512}}")
    columns = "{id: text, body: text}"
    table = f"      tables: {{chunks: {{definition: {{columns: {columns}, primaryKey: id}}}}}}\n"
    prod.declare(asked + table, "prod")
    typed(prod, "pulumi up").ok()
    prod.data_api("/docs/chunks", {"insertOne": {"document": {"id": "1", "body": "a text"}}})
    without = asked + table.replace(columns, "{id: text}")
    prod.declare(without, "prod")
    refused = typed(prod, "pulumi up")
    assert refused.code != 0
    assert f"allowDataLoss: [{CHUNKS}]" in refused.output
    prod.declare(f"allowDataLoss: [{CHUNKS}]\n{without}", "prod")
    typed(prod, "pulumi up").ok()
    assert CHUNKS in protected(prod)
    assert list(prod.world.tables(prod.database()["id"], "docs")["chunks"]["columns"]) == ["id"]


def _a_keyspace_needs_the_same_for_everything_in_it(prod: Project, asked: str, _permission: str, _unprotect: str) -> None:
    without = asked.partition("workload:")[0] + "workload: {knowledge: {other: }}\n"
    prod.declare(without, "prod")
    # The collection that was replaced is empty.
    assert f"allowDataLoss: [{CHUNKS}, {TICKETS}]" in typed(prod, "pulumi preview").output
    going = [ARTICLES, CHUNKS, TICKETS, "knowledge.docs"]
    prod.declare({**yaml.safe_load(without), "allowDataLoss": [CHUNKS, TICKETS]}, "prod")
    urns = [one["urn"] for one in prod.resources() if one["urn"].rpartition("::")[2] in going]
    unprotect, *others = (f"pulumi state unprotect '{urn}'" for urn in urns)
    run = typed(prod, f"{unprotect}\npulumi preview")
    assert run.code != 0
    assert "because it is protected" in run.output
    run = typed(prod, "\n".join((*others, "pulumi preview", "pulumi up"))).ok()
    assert deletions(run.output) == sorted(going)
    assert "docs" not in prod.database()["keyspaces"]


LACKING = "The token is valid but lacks the permission for this"
OWN = {"collections": {"own": {"vector": {"dimension": 8}}}}
ROWS = {"rows": {"definition": {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"}}}


def environment(*regions: str, databases: tuple[str, ...] = ("knowledge",), **keyspaces: Any) -> dict[str, Any]:
    """Databases, the first with those further regions and keyspaces; whatever is dropped may be lost."""
    place = {"cloudProvider": "AWS", "region": "us-east-2"}
    declared: dict[str, Any] = {name: {"name": f"{name}-test", **place} for name in databases}
    if regions:
        declared["knowledge"]["additionalRegions"] = list(regions)
    return {
        "target": {"kind": "astra"},
        "protect": False,
        "allowDataLoss": ["*"],
        "databases": declared,
        "workload": {"knowledge": keyspaces},
    }


class Pipeline(NamedTuple):
    """A project whose Astra is the emulator over HTTP, driven with tokens of exactly these and those actions."""

    project: Project
    tried: list[str]

    def run(self, actions: Iterable[str], *arguments: str) -> Run:
        return self.project.pulumi(*arguments, ASTRA_DB_APPLICATION_TOKEN=self._token(actions), PULUMI_RUN_PROGRAM="true")

    def judges(self, done: str, declared: dict[str, Any]) -> None:
        """A preview says everything with exactly the page's actions, and less without any one of them."""
        self.project.declare(declared)
        actions = set(self._stated(done))
        assert "not verified" not in self.run(actions, "preview").ok().output
        for missing in actions:
            said = self.run(actions - {missing}, "preview").ok().output
            assert "not verified with the service: " in said, missing
            assert LACKING in said, missing

    def does(self, done: str, declared: dict[str, Any], command: str = "up", *arguments: str) -> None:
        """It fails without any one of the page's actions, and with exactly these it is done."""
        self.project.declare(declared)
        actions = set(self._stated(done))
        call = (command, "--yes", "--skip-preview", *arguments)
        for missing in sorted(actions):
            refused = self.run(actions - {missing}, *call)
            assert refused.code != 0, missing
            assert LACKING in refused.output, missing
            assert "Traceback" not in refused.output
        self.run(actions, *call).ok()

    def looks(self, done: str) -> None:
        """It tells everything with exactly the page's actions, and without any one of them that it could not."""
        actions = set(self._stated(done))
        for missing in actions:
            refused, report = self._look(actions - {missing})
            assert refused == 1, missing
            assert report["findings"] == [], missing
            assert any(LACKING in one["sentence"] for one in report["unknown"]), missing
        assert self._look(actions) == (0, {"findings": [], "unknown": []})

    def _look(self, actions: Iterable[str]) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            ["vectorize", "drift", "--stack", "test", "--format", "json"],
            cwd=self.project.folder,
            env={**self.project.environment, "ASTRA_DB_APPLICATION_TOKEN": self._token(actions)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        report = json.loads(done.stdout)
        return done.returncode, {part: report[part] for part in ("findings", "unknown")}

    def _token(self, actions: Iterable[str]) -> str:
        token = f"AstraCS:exactly:{'x'.join(sorted(actions)) or 'nothing'}"
        self.project.world.add_token(token, actions)
        return token

    def _stated(self, done: str) -> list[str]:
        self.tried.append(done)
        return stated_actions()[done]


@pytest.fixture
def pipeline(project: Project) -> Iterator[Pipeline]:
    with served(application(project.world)) as address:
        project.configure(astra_at(address))
        yield Pipeline(project, [])


def test_every_line_of_the_permissions_is_enough_and_not_too_much(pipeline: Pipeline) -> None:
    three, two = ("knowledge", "twin", "third"), ("knowledge", "twin")
    pipeline.does("`pulumi up` makes a database", environment(databases=three))
    pipeline.does("`pulumi up` makes a keyspace", environment(databases=three, docs={}, more={}))
    full = environment(databases=three, docs={**OWN, "tables": ROWS}, more={})
    pipeline.judges("`pulumi preview` judges what is declared", full)
    pipeline.does("`pulumi up` makes, changes or drops collections, tables and indexes", full)
    pipeline.does(
        "`pulumi up` makes, changes or drops collections, tables and indexes", environment(databases=three, docs=OWN, more={})
    )
    wide = environment("us-west-2", "us-east-1", databases=three, docs=OWN, more={})
    pipeline.judges("`pulumi preview` judges a new database or region", wide)
    pipeline.does("`pulumi up` adds a region", wide)
    pipeline.does("`pulumi refresh`", wide, "refresh")
    pipeline.looks("`vectorize drift`")
    wide = environment("us-west-2", "us-east-1", databases=three, docs=OWN)
    pipeline.does("`pulumi up` drops a keyspace", wide)
    pipeline.does("`pulumi up` takes a region out", environment("us-west-2", databases=three, docs=OWN))
    pipeline.does("`pulumi up` deletes a database", environment("us-west-2", databases=two, docs=OWN))
    twin = next(one["urn"] for one in pipeline.project.resources() if one["urn"].endswith("::twin"))
    last = environment("us-west-2", databases=two, docs=OWN)
    pipeline.does("`pulumi destroy` of a database", last, "destroy", "--target", twin)
    pipeline.does("`pulumi destroy` of a database with a further region", last, "destroy")
    assert pipeline.project.resources() == []
    assert set(pipeline.tried) == set(stated_actions())


def test_an_existing_database_needs_no_more_than_the_page_says(pipeline: Pipeline) -> None:
    project = pipeline.project
    project.declare(environment())
    pipeline.run(PERMISSIONS, "up", "--yes", "--skip-preview").ok()
    identity = project.database()["id"]
    project.pulumi("stack", "init", "other").ok()
    project.configure(yaml.safe_load((project.folder / "Pulumi.test.yaml").read_text(encoding="utf-8"))["config"], "other")
    project.declare({**environment(docs=OWN), "databases": {"knowledge": {"id": identity}}}, "other")
    refused = pipeline.run({"org-db-view"}, "up", "--yes", "--skip-preview")
    assert LACKING in refused.output
    pipeline.run({"org-db-view", "db-keyspace-create"}, "up", "--yes", "--skip-preview").ok()
    pipeline.run({"org-db-view"}, "refresh", "--yes", "--skip-preview").ok()
    pipeline.run({"org-db-view"}, "destroy", "--yes", "--skip-preview").ok()
