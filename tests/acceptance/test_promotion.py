"""`vectorize promote` through the real engine: three environments in other regions, with other credentials and deployments.

They are brought up once, dev by hand and the others by promotion; every test begins with their state, world and files.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from astra import canonical, catalog, validation
from emulator.control import add_fault, clear_faults, set_model_status
from emulator.transport import open_store
from tests.acceptance import forges
from tests.acceptance.conftest import IN_PROCESS, ROOT, Project
from tests.acceptance.forge_jobs import Job
from tests.acceptance.test_crashes import MORTAL

if TYPE_CHECKING:
    from pathlib import Path

REGIONS = {"dev": "us-east-2", "staging": "eu-west-1", "prod": "us-west-2"}
OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
CONTENT: dict[str, Any] = {
    "collections": {
        "articles": {"vector": {"dimension": 512, "service": OPENAI}},
        "contracts": {"vector": {"service": {"integration": "azure", "modelName": "text-embedding-3-large"}}},
        "own": {"vector": {"dimension": 8}},
    },
    "tables": {
        "chunks": {
            "definition": {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"},
            "indexes": {"chunks_body": {"column": "body"}},
        }
    },
}
SMALLER = {"vector": {"dimension": 256, "service": OPENAI}}


def environment(name: str, content: Any = None, **further: Any) -> dict[str, Any]:
    """An environment of that name: all of it is its own but the workload."""
    return {
        "target": {"kind": "emulator"},
        **further,
        "databases": {"knowledge": {"name": f"knowledge-{name}", "cloudProvider": "AWS", "region": REGIONS[name]}},
        "integrations": {
            "openai": {"authentication": "SHARED_SECRET", "providerKey": f"{name}-openai"},
            "azure": {
                "provider": "azureOpenAI",
                "authentication": "SHARED_SECRET",
                "providerKey": f"{name}-azure",
                "parameters": {"resourceName": f"{name}-resource", "deploymentId": f"{name}-deployment"},
            },
        },
        "workload": {"knowledge": {"docs": content}} if content else {},
    }


def dev(**collections: Any) -> dict[str, Any]:
    """The environment dev with other collections, beside those that it has or in their place; None takes one out."""
    merged = {name: one for name, one in {**CONTENT["collections"], **collections}.items() if one is not None}
    return environment("dev", {**CONTENT, "collections": merged}, promotesTo="staging")


@dataclass(frozen=True)
class Promotion:
    """One call: its exit code, its report as JSON, and what it said on standard error."""

    code: int
    report: dict[str, Any]
    errors: str

    def gates(self, verdict: str) -> list[tuple[str, str]]:
        return [(one["rule"], one["address"]) for one in self.report["gates"] if one["verdict"] == verdict]

    @property
    def reasons(self) -> list[str]:
        """What stands in the way."""
        return [one["sentence"] for one in self.report.get("gates", ()) if one["verdict"] in ("refused", "unknown")]

    def sentence(self, rule: str) -> str:
        (found,) = {one["sentence"] for one in self.report["gates"] if one["rule"] == rule}
        return str(found)

    def changes(self) -> list[tuple[str, str, str]]:
        return [(one["kind"], one["address"], one["category"]) for one in self.report["changes"]]


def promote(project: Project, *arguments: str) -> Promotion:
    done = subprocess.run(
        ["vectorize", "promote", *arguments, "--format", "json"],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    report = json.loads(done.stdout or "{}")
    if "outcome" in report:
        promise = validation.validator(catalog.schema("reports:promotion-1"))
        assert [error.message for error in promise.iter_errors(report)] == []
        assert report["exitCode"] == done.returncode
    return Promotion(done.returncode, report, done.stderr)


def new_project(folder: Path, variables: dict[str, str]) -> Project:
    selected = {"PULUMI_BACKEND_URL": f"file://{folder / 'state'}", "PULUMI_STACK": "dev"}
    return Project(folder / "project", {**variables, **selected})


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]) -> tuple[Path, list[Promotion]]:
    """The folder of a project and its state, with dev brought up and promoted to staging and to prod; and those promotions."""
    kept = tmp_path_factory.mktemp("kept")
    (kept / "state").mkdir()
    (kept / "project" / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, kept / "project" / name)
    project = new_project(kept, engine_environment)
    with closing(project.world) as world:
        for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
            world.set(name, 0)
        for name in REGIONS:
            project.pulumi("stack", "init", name, "--no-select").ok()
            project.configure(IN_PROCESS, name)
            world.add_credential("openai", f"{name}-openai")
            world.add_credential("azureOpenAI", f"{name}-azure")
    project.declare(dev(), "dev")
    for name, following in (("staging", {"promotesTo": "prod"}), ("prod", {})):
        text = yaml.safe_dump(environment(name, **following), sort_keys=False)
        project.declare(f"# {name}'s own\n{text}", name)
    project.up("--stack", "dev").ok()
    return kept, [promote(project, "dev", "--apply"), promote(project, "staging", "prod", "--apply")]


@pytest.fixture(scope="module")
def ahead(
    stood: tuple[Path, list[Promotion]], tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]
) -> Path:
    """The same, and dev has one collection more by now, which waits to be promoted."""
    kept = tmp_path_factory.mktemp("ahead")
    project = copied(stood[0], kept, engine_environment)
    project.declare(dev(more={}), "dev")
    project.up("--stack", "dev").ok()
    return kept


def copied(kept: Path, folder: Path, variables: dict[str, str]) -> Project:
    for name in ("state", "project"):
        shutil.copytree(kept / name, folder / name)
    return new_project(folder, variables)


@pytest.fixture
def project(stood: tuple[Path, list[Promotion]], tmp_path: Path, engine_environment: dict[str, str]) -> Project:
    return copied(stood[0], tmp_path, engine_environment)


@pytest.fixture
def waiting(ahead: Path, tmp_path: Path, engine_environment: dict[str, str]) -> Project:
    """Dev is a collection ahead."""
    return copied(ahead, tmp_path, engine_environment)


def file(project: Project, name: str) -> Path:
    return project.folder / "environments" / f"{name}.yaml"


def declared(project: Project, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file(project, name).read_text(encoding="utf-8"))
    return found


def database(project: Project, name: str) -> dict[str, Any]:
    with closing(project.world) as world:
        (found,) = (one for one in world.databases() if one["name"] == f"knowledge-{name}")
    return found


def stands(project: Project, name: str) -> dict[str, Any]:
    """The collections of an environment."""
    with closing(project.world) as world:
        found: dict[str, Any] = world.collections(database(project, name)["id"], "docs")
    return found


def by_hand(project: Project, name: str, path: str, command: dict[str, Any]) -> None:
    """What somebody does through the Data API of an environment."""
    one = database(project, name)
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        address = f"http://emulator/databases/{one['id']}-{one['region']}/api/json/v1{path}"
        assert "errors" not in client.post(address, json=command).raise_for_status().json()


def deployed(project: Project, name: str) -> list[str]:
    """The digests of what was deployed, newest first."""
    return [one["digest"] for one in promote(project, "--history", name).report["deployments"]]


def test_what_dev_proved_is_what_staging_and_prod_get(stood: tuple[Path, list[Promotion]], project: Project) -> None:
    digest = canonical.digest(dev())
    for name, source, promotion in zip(("staging", "prod"), ("dev", "staging"), stood[1], strict=True):
        assert (promotion.code, promotion.report["outcome"]) == (0, "applied"), promotion.reasons
        assert {kind for kind, _, _ in promotion.changes()} == {"AddKeyspace", "AddCollection", "AddTable"}
        found = declared(project, name)
        assert found["workload"] == dev()["workload"]
        assert (found["promoted"]["from"], found["promoted"]["digest"]) == (source, digest)
        own = environment(name)
        assert {key: found[key] for key in own if key != "workload"} == {key: own[key] for key in own if key != "workload"}
        assert file(project, name).read_text(encoding="utf-8").startswith(f"# {name}'s own\n")
        assert deployed(project, name) == [digest]
    # All the same but for the account, and the region.
    for name, region in REGIONS.items():
        assert database(project, name)["region"] == region
        contracts = stands(project, name)["contracts"]["vector"]
        assert contracts["service"]["parameters"] == {"resourceName": f"{name}-resource", "deploymentId": f"{name}-deployment"}
        assert contracts["service"]["authentication"] == {"providerKey": f"{name}-azure.providerKey"}
        assert stands(project, name)["articles"]["vector"]["dimension"] == 512

    before = file(project, "prod").read_bytes()
    again = promote(project, "staging", "prod", "--apply")
    assert (again.code, again.report["outcome"], file(project, "prod").read_bytes()) == (0, "nothing", before)


def test_what_costs_something_has_to_be_allowed_by_name_and_goes_back_the_same_way(project: Project) -> None:
    old = deployed(project, "dev")[0]
    by_hand(project, "staging", "/docs/articles", {"insertOne": {"document": {"$vectorize": "a text of some length"}}})
    by_hand(project, "staging", "/docs/own", {"insertOne": {"document": {"_id": "1"}}})
    # As on a target other than the emulator.
    urns = [one["urn"] for one in resources(project, "staging") if one["urn"].endswith(("docs.own", "docs.articles"))]
    project.pulumi("state", "protect", *urns, "--yes", "--stack", "staging").ok()
    project.declare(dev(articles=SMALLER, own=None, more={}), "dev")
    before = file(project, "staging").read_bytes()
    edited = promote(project, "dev", "--dry-run")
    assert (edited.code, edited.gates("refused")) == (2, [("promotion/edited", "")])

    project.up("--stack", "dev", VECTORIZE_ALLOW_DATA_LOSS="knowledge.docs.articles,knowledge.docs.own").ok()
    refused = promote(project, "dev", "--apply")
    lost = [("promotion/re-embed", "knowledge.docs.articles"), ("promotion/destroy", "knowledge.docs.own")]
    assert (refused.code, refused.gates("refused"), refused.report["done"]) == (2, lost, [])
    assert file(project, "staging").read_bytes() == before
    assert refused.changes() == [
        ("ReplaceCollection", "knowledge.docs.articles", "re-embed"),
        ("AddCollection", "knowledge.docs.more", "additive"),
        ("DropCollection", "knowledge.docs.own", "destroy"),
    ]
    (embedded,) = (one["effort"] for one in refused.report["changes"] if one["effort"])
    assert (embedded["documents"], embedded["exact"], embedded["requests"]) == (1, True, 1)

    mistyped = promote(project, "dev", "--allow", "knowledge.docs.article")
    assert (mistyped.code, mistyped.report) == (1, {})
    assert 'nothing in this promotion needs it; did you mean "knowledge.docs.articles"?' in mistyped.errors

    allowed = promote(project, "dev", "--apply", "--allow", "knowledge.docs.articles", "--allow", "knowledge.docs.own")
    assert (allowed.code, allowed.report["outcome"]) == (0, "applied"), allowed.reasons
    assert (sorted(stands(project, "staging")), stands(project, "staging")["articles"]["vector"]["dimension"]) == (
        ["articles", "contracts", "more"],
        256,
    )
    new = canonical.digest(declared(project, "dev"))
    assert deployed(project, "staging") == [new, old]
    assert promote(project, "--check", "staging").code == 0

    back = promote(project, "dev", "staging", "--to-digest", old[7:20], "--apply")
    assert (back.code, back.report["outcome"]) == (0, "applied"), back.reasons
    assert deployed(project, "staging") == [old, new, old]
    assert promote(project, "--check", "staging").code == 0


def test_what_an_update_could_not_delete_is_deleted_by_the_same_call_again(project: Project) -> None:
    project.declare(dev(own=None), "dev")
    project.up("--stack", "dev").ok()
    with closing(project.world) as world:
        add_fault(world, status=400, command="deleteCollection")
    first = promote(project, "dev", "--apply", "--no-probe")
    assert (first.code, "own" in stands(project, "staging")) == (1, True)
    # The engine records the deployment before it deletes.
    assert deployed(project, "staging")[0] == canonical.digest(dev(own=None))
    with closing(project.world) as world:
        clear_faults(world)
    again = promote(project, "dev", "--apply", "--no-probe")
    assert (again.code, again.report["outcome"], "own" in stands(project, "staging")) == (0, "applied", False), again.reasons
    assert promote(project, "dev", "--apply", "--no-probe").report["outcome"] == "nothing"


def test_nothing_to_do_is_said_only_of_what_stands_and_embeds(project: Project) -> None:
    settled = promote(project, "dev", "--apply")
    assert (settled.code, settled.report["outcome"]) == (0, "nothing")
    assert settled.report["done"][0].startswith("verified: staging does not drift")
    by_hand(project, "staging", "/docs", {"deleteCollection": {"name": "own"}})
    drifting = promote(project, "dev", "--apply")
    assert (drifting.code, drifting.gates("refused")) == (2, [("promotion/drift", "knowledge.docs.own")])


def test_no_database_is_exchanged_on_the_way(project: Project) -> None:
    by_hand(project, "staging", "/docs/own", {"insertOne": {"document": {"_id": "1"}}})
    project.declare(dev(own=None), "dev")
    project.up("--stack", "dev").ok()
    staging = declared(project, "staging")
    staging["databases"]["knowledge"]["name"] = "renamed"
    project.declare(staging, "staging")
    found = promote(project, "dev", "--apply", "--allow", "knowledge.docs.own")
    assert (found.code, found.gates("refused")) == (2, [("promotion/target", "databases.knowledge")])
    assert found.sentence("promotion/target") == 'name is "renamed", applied was "knowledge-staging"'
    assert "own" in stands(project, "staging")


def resources(project: Project, name: str) -> list[dict[str, Any]]:
    found = json.loads(project.pulumi("stack", "export", "--stack", name).ok().output)["deployment"]["resources"]
    return list(found)


def test_every_reason_is_told_at_once(project: Project) -> None:
    # An update of dev fails, somebody changes dev and staging by hand, and the files do not fit.
    by_hand(project, "dev", "/docs", {"deleteCollection": {"name": "own"}})
    by_hand(project, "staging", "/docs", {"deleteCollection": {"name": "contracts"}})
    with closing(project.world) as world:
        add_fault(world, status=400, command="createCollection")
    project.declare(dev(more={}), "dev")
    assert project.up("--stack", "dev").code != 0
    staging = declared(project, "staging")
    del staging["integrations"]["azure"]
    staging["promotion"] = {"soak": "7d"}
    project.declare(staging, "staging")
    policy = {"name": "no-openai", "reason": "It is not approved.", "providers": {"deny": ["openai"]}}
    (project.folder / "policies.yaml").write_text(json.dumps([policy]), encoding="utf-8")
    before = file(project, "staging").read_bytes()
    found = promote(project, "dev", "--apply")
    assert found.code == 2, found.reasons
    assert set(found.gates("refused")) == {
        ("promotion/edited", ""),
        ("promotion/failed-update", ""),
        ("policy", "integrations.openai"),
        ("promotion/integration", "integrations.azure"),
        ("promotion/drift", "knowledge.docs.own"),
        ("promotion/drift", "knowledge.docs.contracts"),
    }
    assert found.sentence("promotion/integration") == "the workload uses this integration, and it is missing"
    assert file(project, "staging").read_bytes() == before


def test_what_cannot_work_there_is_refused_before_it_starts(project: Project) -> None:
    # A credential that staging has not, a model that can be made no more, a name that is taken, and too little time.
    mistral = {"vector": {"service": {"integration": "mistral", "modelName": "mistral-embed"}}}
    ada = {"vector": {"service": {**OPENAI, "modelName": "text-embedding-ada-002"}}}
    stated = dev(pages=mistral, old=ada, taken={"vector": {"dimension": 4}}, same={})
    stated["integrations"]["mistral"] = {"authentication": "SHARED_SECRET", "providerKey": "dev-mistral"}
    project.declare(stated, "dev")
    with closing(project.world) as world:
        world.add_credential("mistral", "dev-mistral")
    project.up("--stack", "dev").ok()
    by_hand(project, "staging", "/docs", {"createCollection": {"name": "taken"}})
    by_hand(project, "staging", "/docs", {"createCollection": {"name": "same"}})
    staging = {**declared(project, "staging"), "promotion": {"soak": "7d"}}
    staging["integrations"]["mistral"] = {"authentication": "SHARED_SECRET", "providerKey": "staging-mistral"}
    project.declare(staging, "staging")
    with closing(project.world) as world:
        set_model_status(world, "openai", "text-embedding-ada-002", "DEPRECATED")
    found = promote(project, "dev", "--apply")
    assert (found.code, sorted(found.gates("refused"))) == (
        2,
        [
            ("promotion/credential", "knowledge"),
            ("promotion/service", "knowledge.docs.old"),
            ("promotion/soak", ""),
            ("promotion/taken", "knowledge.docs.taken"),
        ],
    )
    assert ("promotion/taken", "knowledge.docs.same") in found.gates("note")
    # What dev has of it goes on to work there.
    assert ("promotion/drift", "knowledge.openai/text-embedding-ada-002") in found.gates("warning")

    # The same passes once it is put right; beside it nobody has to have proven it for long.
    by_hand(project, "staging", "/docs", {"deleteCollection": {"name": "taken"}})
    project.declare({**staging, "promotion": {"soak": "0s"}}, "staging")
    with closing(project.world) as world:
        world.add_credential("mistral", "staging-mistral")
        set_model_status(world, "openai", "text-embedding-ada-002", "SUPPORTED")
    done = promote(project, "dev", "--apply")
    assert (done.code, done.report["outcome"]) == (0, "applied"), done.reasons


@pytest.fixture
def mortal(waiting: Project) -> Project:
    """The same, and staging runs so that it can be killed at a request."""
    (waiting.folder / "mortal.py").write_text(MORTAL, encoding="utf-8")
    waiting.configure({"vectorize:transport": "mortal:open_store", "vectorize:store": "emulator.sqlite"}, "staging")
    return waiting


def test_an_engine_that_was_killed_leaves_what_the_next_promotion_finishes(mortal: Project) -> None:
    last = mortal.folder / "last_request.json"
    last.write_text(json.dumps({"kind": "createCollection", "after": True}), encoding="utf-8")
    killed = promote(mortal, "dev", "--apply")
    assert (killed.code, killed.report["outcome"], killed.report["done"]) == (
        1,
        "failed",
        ["environments/staging.yaml was written"],
    )
    assert "the engine ended by signal 9" in killed.sentence("promotion/unknown")
    locked = promote(mortal, "dev", "--apply")
    assert locked.code == 1
    assert locked.sentence("promotion/unknown") == (
        "cannot update staging: another update has the lock of the stack. Wait for its end and run this again; if it was killed, "
        "run pulumi cancel --stack staging first."
    )
    mortal.pulumi("cancel", "--yes", "--stack", "staging").ok()
    done = promote(mortal, "dev", "--apply")
    assert (done.code, done.report["outcome"]) == (0, "applied"), done.reasons
    assert "more" in stands(mortal, "staging")
    assert deployed(mortal, "staging")[0] == canonical.digest(dev(more={}))


# Ends the promotion and not the engine.
ASSASSIN = """\
import os
import signal
import subprocess
from pathlib import Path

from emulator.transport import EmulatorTransport
from emulator.world import World

VICTIM = Path("victim")


class Transport(EmulatorTransport):
    def handle_request(self, request):
        if b"createCollection" in request.content and b"vectorize_dry_run" not in request.content and VICTIM.exists():
            victim = int(VICTIM.read_text())
            VICTIM.unlink()
            os.kill(victim, signal.SIGKILL)
        return super().handle_request(request)


def open_store(store):
    return Transport(World(store))
"""


def test_a_promotion_that_was_killed_leaves_the_engine_to_its_work(mortal: Project) -> None:
    (mortal.folder / "mortal.py").write_text(ASSASSIN, encoding="utf-8")
    call = ["sh", "-c", "echo $$ > victim; exec vectorize promote dev --apply"]
    environment = {**mortal.environment, "PYTHONPATH": str(mortal.folder)}
    killed = subprocess.run(call, cwd=mortal.folder, env=environment, capture_output=True, timeout=300, check=False)
    assert killed.returncode == -signal.SIGKILL, killed
    # Until the engine has ended, the next one is told of its lock and changes nothing.
    while (again := promote(mortal, "dev", "--apply")).code:
        assert again.report["outcome"] == "failed", again
        assert {rule for rule, _ in again.gates("unknown")} == {"promotion/unknown"}
    assert again.report["outcome"] in ("nothing", "applied")
    assert "more" in stands(mortal, "staging")


def test_of_two_promotions_at_once_one_is_made_and_the_other_waits_or_is_told(waiting: Project) -> None:
    call = ["vectorize", "promote", "dev", "--apply", "--format", "json"]
    environment = {**waiting.environment, "PYTHONPATH": str(waiting.folder)}
    running = [
        subprocess.Popen(call, cwd=waiting.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [(json.loads(one.communicate(timeout=300)[0]), one.returncode) for one in running]
    codes = sorted(code for _, code in said)
    assert codes in ([0, 0], [0, 1]), said
    done = promote(waiting, "dev", "--apply")
    assert (done.code, done.report["outcome"]) == (0, "nothing"), done.reasons
    assert len(deployed(waiting, "staging")) == 2


def test_the_gate_for_ci_knows_what_was_proven(project: Project) -> None:
    assert [promote(project, "--check", name).code for name in ("staging", "prod", "dev")] == [0, 0, 2]
    prod = declared(project, "prod")
    prod["workload"]["knowledge"]["docs"]["collections"]["sneaked_in"] = {}
    project.declare(prod, "prod")
    sneaked = promote(project, "--check", "prod")
    assert (sneaked.code, sneaked.gates("refused")) == (2, [("promotion/proven", "")])
    project.declare({**environment("prod", CONTENT), "promotion": {"soak": "7d"}}, "prod")
    early = promote(project, "--check", "prod")
    assert (early.code, early.gates("refused")) == (2, [("promotion/soak", "")])
    project.declare("target: [", "prod")
    assert promote(project, "--check", "prod").code == 1
    # Whoever cannot be read may be the one that promotes to it, and nobody proves itself.
    project.declare({**environment("prod", CONTENT), "promoted": declared(project, "staging")["promoted"]}, "prod")
    staging = file(project, "staging").read_bytes()
    project.declare("target: [", "staging")
    assert promote(project, "--check", "prod").code == 1
    file(project, "staging").unlink()
    assert promote(project, "--check", "prod").gates("refused") == [("promotion/proven", "")]
    file(project, "staging").write_bytes(staging)
    assert promote(project, "--check", "prod").code == 0
    # What the file of that name says proves nothing of a stack that declares another one.
    project.pulumi("config", "set", "vectorize:environment", "dev", "--stack", "prod").ok()
    another = promote(project, "--check", "prod")
    assert (another.code, "declares environments/dev.yaml, by its config vectorize:environment" in another.errors) == (1, True)


def test_what_the_engine_s_preview_refuses_leaves_the_file_as_it_was(waiting: Project) -> None:
    before = file(waiting, "staging").read_bytes()
    # A program that fails is something that no gate of ours can know of.
    program = waiting.folder / "__main__.py"
    program.write_text(program.read_text(encoding="utf-8") + "\nraise SystemExit('this program fails')\n", encoding="utf-8")
    refused = promote(waiting, "dev", "--apply")
    assert (refused.code, refused.report["outcome"]) == (1, "failed"), refused.reasons
    (gate,) = (one for one in refused.report["gates"] if one["verdict"] == "unknown")
    assert gate["advice"] == "Nothing was updated, and environments/staging.yaml is as it was."
    assert file(waiting, "staging").read_bytes() == before


@pytest.fixture
def github(waiting: Project, tmp_path: Path) -> Job:
    """A job of GitHub Actions in a clone of the project; what the forge keeps stands in tmp_path."""
    for program in ("jq", "git"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program}")
    forge = forges.forge(tmp_path)
    given = {
        "PATH": f"{forges.command_line(tmp_path / 'programs')}:{waiting.environment['PATH']}",
        "PYTHONPATH": str(waiting.folder),
        "FORGE": str(forge.file),
        "GH_TOKEN": "a token of the tests",
        "GITHUB_REPOSITORY": "our/project",
        "BASE": "main",
        "FROM": "dev",
        "TO": "staging",
        "DIGEST": "",
        "ALLOW": "",
    }
    job = Job(waiting, given, ["bash", "-e", "-c"])
    origin = tmp_path / "origin.git"
    commit = "git add . && git -c user.name=a -c user.email=a@b commit --quiet --message a"
    made = (".vectorize", "emulator.sqlite*", "__pycache__", "github_*", "promotion.md", "Pulumi.*.yaml")
    (waiting.folder / ".gitignore").write_text("\n".join(made))
    ended = job.run(
        f"git init --quiet --initial-branch main && {commit} && git init --quiet --bare {origin} && "
        f"git remote add origin {origin} && git push --quiet origin main"
    )
    assert ended.returncode == 0, ended.stderr
    return job


def test_on_github_a_promotion_is_a_pull_request_with_its_report_as_a_comment_and_is_applied_after_it(
    waiting: Project, github: Job, tmp_path: Path
) -> None:
    forge = forges.Forge(tmp_path / "forge.json")
    written, opened = ("Promote into the file", 0), ("Open or update the pull request", 0)
    assert github.github("promote", "propose") == [written, opened]
    (pull,) = forge.pulls
    assert (pull["head"], pull["base"], pull["title"]) == ("promote-staging", "main", "Promote dev to staging")
    _, comment = forge.comments
    assert comment["body"].startswith("<!-- vectorize promote staging -->\n")
    assert r"knowledge.docs.more" in comment["body"]
    shown = github.run("git diff --stat main origin/promote-staging").stdout
    assert "environments/staging.yaml" in shown
    assert "1 file changed" in shown

    # The same again brings the same pull request and comment up to date.
    forget = "git switch --quiet main && git branch --quiet --delete --force promote-staging"
    assert github.run(forget).returncode == 0
    assert github.github("promote", "propose") == [written, opened]
    assert ([one["number"] for one in forge.pulls], len(forge.comments)) == ([1], 2)

    # What a person committed to it is not overwritten.
    by_hand = "git -c user.name=a -c user.email=a@b commit --quiet --allow-empty --message a && git push --quiet origin HEAD"
    assert github.run(f"{by_hand} && {forget}").returncode == 0
    assert github.github("promote", "propose") == [written, (opened[0], 1)]

    assert github.run("git checkout --quiet . && git merge --quiet origin/promote-staging").returncode == 0
    assert github.github("promote", "proven") == [("Is it proven?", 0)]
    assert github.github("promote", "apply") == [("Apply and verify", 0)]
    assert "more" in stands(waiting, "staging")


def test_what_cannot_be_promoted_is_said_in_a_sentence(project: Project) -> None:
    project.pulumi("stack", "init", "own", "--no-select").ok()
    own = promote(project, "own", "staging")
    assert (own.code, own.gates("refused")) == (2, [("promotion/source", "")])
    assert own.sentence("promotion/source") == (
        "the stack own is declared by a program of its own: there is no environments/own.yaml whose workload could go on"
    )
    assert 'no environment is called stagging; did you mean "staging"?' in promote(project, "dev", "stagging").errors
    assert "environments/prod.yaml does not say where its workload goes to" in promote(project, "prod").errors
    unmade = promote(project, "dev", "own")
    assert (unmade.code, unmade.gates("refused")) == (2, [("promotion/target", "")]), unmade.reasons
