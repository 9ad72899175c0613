"""`vectorize catalog` without an engine: what list shows, the formats of check, and what update makes of the project's files."""

import copy
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from junitparser import JUnitXml
from rich.console import Console

from astra import catalog, document, validation
from astra import database as standing
from astra.applied import Applied
from astra.errors import Invalid
from astra.http import Connection
from astra.model_uses import model_uses
from astra.offered import told
from commands import catalog_check, catalog_files, catalog_list, catalog_stack, catalog_update, engine
from commands.catalog_stack import Database
from commands.changelog import noted
from commands.main import main
from commands.output import FORMATS, handed_over
from commands.replacing import replace_all
from emulator.world import World
from tests.unit.recorded_answers import RECORDED
from tests.unit.report_formats import JUNIT, sarif_schema

ROOT = Path(__file__).parents[2]
HERE = ("AWS", "us-east-2")
NEW: dict[str, Any] = {
    "displayName": "Acme",
    "supportedAuthentication": {"NONE": {"enabled": True}},
    "models": [{"name": "acme-1", "vectorDimension": 3}],
}


def database(name: str, answer: dict[str, Any]) -> Database:
    return Database(name, "emulator", HERE, {key: told(key, entry) for key, entry in answer.items()})


def answer() -> dict[str, Any]:
    """Of another service: a provider is gone, one is new, a model is deprecated, another has another dimension."""
    changed: dict[str, Any] = {**copy.deepcopy(RECORDED["emulator"]), "acme": NEW}
    del changed["cohere"]
    changed["voyageAI"]["models"][0]["apiModelSupport"] = {"status": "DEPRECATED"}
    changed["mistral"]["models"][0]["vectorDimension"] = 512
    return changed


SAME = database("knowledge", RECORDED["emulator"])
OTHER = database("research", answer())
SILENT = Database("shared", "emulator", HERE, reason="cannot list the embedding providers: no answer.")
CLEAN, DIFFERENT, UNSURE = (catalog_check.found("dev", databases) for databases in ([SAME], [OTHER], [OTHER, SILENT]))


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["catalog", *arguments])
    return done.exit_code, done.output


def test_every_provider_and_every_model_is_listed() -> None:
    code, said = run("list")
    assert code == 0
    for key, provider in catalog.embedding_providers().items():
        assert f"{key}: {provider.title}" in said
        assert all(f" {model} " in said for model in provider.models)


def test_a_provider_is_listed_with_all_that_is_known_of_it() -> None:
    code, said = run("list", "bedrock")
    assert (code, [re.sub(r"\s+", " ", line).strip() for line in said.splitlines() if line.strip(" ─")]) == (
        0,
        [
            "bedrock: Amazon Bedrock",
            "authentication: HEADER (x-embedding-access-id, x-embedding-secret-id)",
            "texts in one request: 1; regions: no restriction known",
            "parameter region: text, required, of the account",
            "model dimension status",
            "amazon.titan-embed-text-v1 1536 SUPPORTED",
            "amazon.titan-embed-text-v2:0 256, 512, 1024 (default 1024) SUPPORTED",
        ],
    )


def test_a_parameter_of_one_model_and_a_region_are_listed_too() -> None:
    assert "parameter late_chunking of jina-embeddings-v3: boolean, default false, of the model\n" in run("list", "jinaAI")[1]
    assert "texts in one request: 8; regions: AWS us-east-2\n" in run("list", "nvidia")[1]
    assert " 2 to 3072 (no default) " in run("list", "huggingfaceDedicated")[1]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("openia", 'there is no embedding provider openia; did you mean "openai"?'),
        ("x", f"there is no embedding provider x; there are: {', '.join(catalog.embedding_providers())}"),
    ],
)
def test_an_unknown_provider_is_told_with_what_there_is(name: str, sentence: str) -> None:
    assert run("list", name) == (1, f"Error: {sentence}\n")


@pytest.mark.parametrize("command", ["check", "update"])
def test_a_stack_has_to_be_named(command: str) -> None:
    code, said = run(command)
    assert (code, "Error: Missing option '--stack'." in said) == (1, True)


def shown(width: int, *keys: str) -> str:
    console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115 -- prints nowhere
    with console.file:
        catalog_list.show(console, keys, [SAME, OTHER, SILENT])
    return console.export_text()


def test_beside_the_schemas_stands_what_each_database_offers() -> None:
    said = shown(200, "acme", "cohere", "mistral", "voyageAI")
    assert [line for line in said.splitlines() if re.match(r"\w+: ", line) and "texts in" not in line] == [
        "acme: there is no schema of it",
        "knowledge: not listed",
        "research: Acme; authentication: NONE",
        "shared: could not be asked: cannot list the embedding providers: no answer.",
        "cohere: Cohere",
        "authentication: HEADER (x-embedding-api-key)",
        "knowledge: the same",
        "research: not listed",
        "shared: could not be asked: cannot list the embedding providers: no answer.",
        "mistral: Mistral AI",
        "authentication: HEADER (x-embedding-api-key), SHARED_SECRET (providerKey)",
        "knowledge: the same",
        "research: the same",
        "shared: could not be asked: cannot list the embedding providers: no answer.",
        "voyageAI: Voyage AI",
        "authentication: HEADER (x-embedding-api-key), SHARED_SECRET (providerKey)",
        "knowledge: the same",
        "research: the same",
        "shared: could not be asked: cannot list the embedding providers: no answer.",
    ]
    rows = [row for key in ("acme", "mistral") for row in catalog_list.rows(key, [SAME, OTHER, SILENT])]
    assert rows == [
        ("acme-1", "(not here)", "", "not listed", "3, SUPPORTED", ""),
        ("mistral-embed", "1024", "SUPPORTED", "the same", "the dimension is 512 by the service, 1024 by the schema", ""),
    ]


def test_in_a_narrow_terminal_a_table_is_narrow_and_a_status_whole() -> None:
    rows = [line for line in shown(60, "mistral").splitlines() if "SUPPORTED" in line or "─" in line]
    assert len(rows) == 2
    assert all(len(row) <= 60 for row in rows)


def test_the_json_of_list_keeps_the_promise_of_its_schema() -> None:
    made = json.loads(catalog_list.as_json(catalog_list.providers(None, [OTHER]), [SAME, OTHER, SILENT]))
    promise = validation.validator(catalog.schema("reports:catalog-list-1"))
    assert [error.message for error in promise.iter_errors(made)] == []
    assert [one["key"] for one in made["providers"]] == list(catalog.embedding_providers())
    same, other, silent = made["databases"]
    assert (same["differences"], silent["asked"], silent["reason"]) == ([], False, SILENT.reason)
    assert [one["rule"].partition("/")[2] for one in other["differences"]] == ["provider", "provider", "dimension", "status"]
    for field in made:
        part = {name: value for name, value in made.items() if name != field}
        assert [problem.key for problem in validation.problems_by(promise, part)] == [field]
    assert json.loads(run("list", "openai", "--format", "json")[1])["providers"][0]["key"] == "openai"


def test_check_tells_a_line_a_difference_at_the_place_of_its_fact() -> None:
    found = [(one, finding) for one, finding in DIFFERENT.differences if one.path]
    assert len(found) == 3
    for one, finding in found:
        text = catalog.provider_file(one.provider).read_text(encoding="utf-8").splitlines()[finding.line - 1]
        assert text[finding.column - 1 :].startswith(f'"{one.path[-1]}"')
    assert catalog_check.summary(DIFFERENT) == (
        "4 differences from what the database of dev (research) offers: 1 error and 3 warnings"
    )
    assert catalog_check.summary(CLEAN) == "the schemas say what the database of dev (knowledge) offers"
    assert catalog_check.summary(UNSURE) == (
        "2 differences from what the database of dev (research) offers: 2 warnings; 1 database could not be asked"
    )
    assert [one.exit_code for one in (CLEAN, DIFFERENT, UNSURE)] == [0, 2, 1]


@pytest.mark.parametrize("what", [CLEAN, DIFFERENT, UNSURE], ids=["clean", "different", "unsure"])
def test_the_formats_of_check_are_what_their_readers_demand(what: catalog_check.Found) -> None:
    made = {form: catalog_check.report(form, what) for form in FORMATS}
    promise = validation.validator(catalog.schema("reports:catalog-check-1"))
    assert [error.message for error in promise.iter_errors(json.loads(made["json"]))] == []
    assert [error.message for error in sarif_schema().iter_errors(json.loads(made["sarif"]))] == []
    JUNIT.validate(made["junit"])
    read = JUnitXml.fromstring(made["junit"].encode())
    assert (read.failures, read.errors) == (len(what.differences), len(what.unasked))
    (run_,) = json.loads(made["sarif"])["runs"]
    assert {one["ruleId"] for one in run_["results"]} <= {one["id"] for one in run_["tool"]["driver"]["rules"]}
    assert made["github"].count("\n") == made["text"].count("\n") == len(what.differences) + len(what.unasked)
    assert made["markdown"].startswith("<!-- vectorize catalog check -->\n### vectorize catalog check\n\n")
    rules = {one.rule for one, _ in what.differences} | ({"catalog/unknown"} if what.unasked else set())
    assert rules <= set(catalog.schema("catalog-rules")["$defs"])


def test_a_database_that_could_not_be_asked_is_no_difference_and_hides_what_it_might_have() -> None:
    assert catalog_check.report("text", UNSURE).splitlines()[0] == (
        "Pulumi.yaml:1:1: shared: cannot list the embedding providers: no answer."
    )
    # It might list what is gone, and have what became worse as it was.
    changed = answer()
    changed["jinaAI"]["models"][-1]["parameters"].pop()
    changed["openai"]["parameters"][0]["required"] = True
    changed["voyageAI"]["supportedAuthentication"]["SHARED_SECRET"]["enabled"] = False
    other = database("a", changed)
    asked, unsure = (catalog_check.found("dev", databases) for databases in ([other], [other, SILENT]))
    assert [one.provider for one, _ in asked.differences] == [
        "acme",
        "cohere",
        "jinaAI",
        "mistral",
        "openai",
        "voyageAI",
        "voyageAI",
    ]
    assert [one.provider for one, _ in unsure.differences] == ["acme", "mistral"]


def test_a_job_of_github_is_handed_a_summary_and_flags(tmp_path: Path) -> None:
    names = ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")
    assert handed_over(catalog_check.handed_over(UNSURE), {name: str(tmp_path / name) for name in names}) == []
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == "differences=true\nunknown=true\n"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == catalog_check.report("markdown", UNSURE)
    assert handed_over({"GITHUB_OUTPUT": "x"}, {}) == []


ENVIRONMENT = """\
    integrations:
      mistral: {authentication: HEADER}
      voyage: {provider: voyageAI, authentication: HEADER}
    workload:
      knowledge:
        docs:
          collections:
            a: {vector: {service: {integration: voyage, modelName: voyage-2}}}
            b: {vector: {service: {integration: voyage, modelName: voyage-code-2}}}
            c: {vector: {service: {provider: cohere, modelName: embed-english-v3.0}}}
            d: {vector: {service: {provider: huggingfaceDedicated}}}
            e: {vector: {service: {modelName: x}}}
          tables:
            t: {definition: {columns: {v: {type: vector, service: {provider: mistral, modelName: mistral-embed}}}}}
"""


def test_where_an_environment_names_providers_and_models() -> None:
    parsed = document.parse(dedent(ENVIRONMENT).encode(), "dev.yaml")
    found = [(one.provider, one.model, parsed.position(one.path)[0]) for one in model_uses(parsed.data)]
    assert found == [
        ("mistral", "", 2),
        ("voyageAI", "", 3),
        ("voyageAI", "voyage-2", 8),
        ("voyageAI", "voyage-code-2", 9),
        ("cohere", "embed-english-v3.0", 10),
        ("huggingfaceDedicated", "endpoint-defined-model", 11),
        ("mistral", "mistral-embed", 14),
    ]


@pytest.mark.parametrize("data", [None, [], "x", {"workload": [1, {"service": 3}], "integrations": 7}])
def test_in_what_is_no_environment_nothing_is_named(data: Any) -> None:
    assert list(model_uses(data)) == []


def test_an_update_tells_what_it_writes_and_who_is_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(dedent(ENVIRONMENT))
    (tmp_path / "environments" / "odd.yaml").write_text("a: [")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")
    made = catalog_update.update([OTHER], "2027-01-02")
    named = ["acme", "cohere", "mistral", "voyageAI"]
    service, log = catalog.SERVICE_FILE, Path("CHANGELOG.md")
    # What differs comes last: killed in between, an update repeats its entry at worst, and forgets nothing.
    assert list(made.files) == [log, service, *map(catalog.provider_file, named)]
    assert " ".join(made.files[log].split()) == (
        "# Changelog ## Unreleased ### Changed - Embedding models as the embedded emulator listed them on 2027-01-02. acme: new, "
        "with acme-1. cohere: listed no more, its models were SUPPORTED. mistral: mistral-embed: the dimension was 1024, is 512. "
        "voyageAI: voyage-2: was SUPPORTED, is DEPRECATED."
    )
    assert max(map(len, made.files[log].splitlines())) <= 130
    where = "environments/dev.yaml:{}: workload.knowledge.docs.{}"
    assert [line for line in made.touched if "odd" not in line] == [
        where.format("8:22", "collections.a.vector.service: voyageAI/voyage-2"),
        where.format("10:22", "collections.c.vector.service: cohere/embed-english-v3.0"),
        where.format("14:54", "tables.t.definition.columns.v.service: mistral/mistral-embed"),
    ]
    assert len(made.touched) == 4
    assert made.diff().count("\n+++ ") == len(made.files)
    assert catalog_update.update([SAME], "2027-01-02").files == {}


def test_without_a_changelog_nothing_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = catalog_update.update([OTHER], "2027-01-02")
    assert Path("CHANGELOG.md") not in made.files
    assert "there is no CHANGELOG.md here: nothing was noted in it" in made.notes


@pytest.mark.parametrize(
    ("kinds", "whose", "source", "certainty"),
    [
        (["astra"], "Astra DB Serverless", "answer", "recorded"),
        (["data-api"], "a self-hosted Data API", "self-hosted", "unconfirmed"),
        (["emulator", "astra"], "Astra DB Serverless and the embedded emulator", "emulator", "unconfirmed"),
    ],
)
def test_an_update_says_whose_answer_it_was_and_how_sure_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: list[str], whose: str, source: str, certainty: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("")
    databases = [replace(OTHER, target=kind) for kind in kinds]
    made = catalog_update.update(databases, "2027-01-02")
    assert f"- Embedding models as {whose} listed them on 2027-01-02. " in made.files[Path("CHANGELOG.md")]
    sources = json.loads(made.files[catalog.provider_file("mistral")])["x-sources"]
    assert sources[f"{source}-2027-01-02"] == {
        "what": f"An answer of findEmbeddingProviders of {whose}.",
        "date": "2027-01-02",
        "certainty": certainty,
    }
    note = f"this is what {whose} answered: of Astra DB Serverless nothing is confirmed by it"
    assert (note in made.notes) == (certainty == "unconfirmed")


def test_what_is_said_of_many_changes_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("")
    many = copy.deepcopy(RECORDED["emulator"])
    many["mistral"]["models"] += [{"name": f"m{number:03}", "vectorDimension": 3} for number in range(120)]
    made = catalog_update.update([database("knowledge", many)], "2027-01-02")
    assert " ".join(made.files[Path("CHANGELOG.md")].split()).endswith("m039: new, its dimension is 3. And 80 more.")
    said = [*catalog_update.lines(made, dry=True)]
    assert [*catalog_update.lines(made, dry=False)][-1] == "The reference pages of docs/ are renewed by make docs."
    assert said[said.index("- mistral/m099: new, its dimension is 3") + 1] == "- and 20 more"


def test_lines_end_as_they_ended_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log = tmp_path / "CHANGELOG.md"
    log.write_bytes(b"# Changelog\r\n\r\n## Unreleased\r\n")
    made = catalog_update.update([OTHER], "2027-01-02")
    assert "\r" not in made.diff()
    replace(made, files={log: made.files[Path("CHANGELOG.md")]}).write()
    assert log.read_bytes().startswith(b"# Changelog\r\n\r\n## Unreleased\r\n\r\n### Changed\r\n\r\n- Embedding ")
    assert b"\r\n" not in catalog_files.content(tmp_path / "new", "a\n")


def test_a_changelog_that_is_no_text_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CHANGELOG.md").write_bytes(b"# Changelog\n\nna\xefve\n")
    with pytest.raises(Invalid, match=r"^CHANGELOG\.md:3:3: the text is not UTF-8$"):
        catalog_update.update([OTHER], "2027-01-02")


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the schemas that is read anew; the folder of its providers."""
    folder = tmp_path / "schemas"
    shutil.copytree(catalog.SCHEMAS, folder)
    monkeypatch.setattr(catalog, "SCHEMAS", folder)
    monkeypatch.setattr(catalog, "_PROVIDERS", folder / "embedding-providers")
    monkeypatch.setattr(catalog, "documents", cache(catalog.documents.__wrapped__))
    monkeypatch.setattr(catalog, "embedding_providers", cache(catalog.embedding_providers.__wrapped__))
    monkeypatch.chdir(tmp_path)
    return folder / "embedding-providers"


BROKEN = "schemas/embedding-providers/openai.schema.json"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda text: text[:30],
            ":2:14: the file is no JSON: Unterminated string starting at; correct it, or restore it from git",
        ),
        (lambda _: "[]", ":1:1: the file is no JSON object"),
        (
            lambda text: text.replace('"SUPPORTED"', '"NEW"', 1),
            (
                ":62:7: $.oneOf[0]['x-status'] has not the form of schemas/embedding-provider.metaschema.json: correct it, or "
                "restore the file from git"
            ),
        ),
    ],
    ids=["half", "another", "form"],
)
def test_a_broken_schema_is_told_with_its_place(schemas: Path, spoil: Callable[[str], str], sentence: str) -> None:
    file = schemas / "openai.schema.json"
    file.write_text(spoil(file.read_text()))
    assert run("list") == (1, f"Error: {BROKEN}{sentence}\n")


def test_a_schema_that_is_no_text_is_told_with_its_place(schemas: Path) -> None:
    (schemas / "openai.schema.json").write_bytes(b'{\n"a": "\xef"}')
    assert run("list") == (1, f"Error: {BROKEN}:2:7: the text is not UTF-8\n")


def test_what_else_lies_beside_the_providers_is_none(schemas: Path) -> None:
    (schemas / ".acme.schema.json").write_bytes(b"\0\xff")
    (schemas.parent / "._rules.json").write_bytes(b"\0\xff")
    (schemas / "notes.json").write_text("{}")
    assert run("list", "openai")[0] == 0
    assert {file.name for file in catalog.provider_files()} == {f"{key}.schema.json" for key in catalog.embedding_providers()}


def test_what_a_killed_command_leaves_is_ignored_by_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    monkeypatch.setattr(Path, "replace", lambda temporary, _target: left.append(temporary.name))
    replace_all({tmp_path / "openai.schema.json": b"x"})
    (rule,) = (line for line in (ROOT / ".gitignore").read_text().splitlines() if "replacing" in line)
    assert [fnmatch(name, rule) for name in left] == [True]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, emulator: Connection) -> Connection:
    """A stack of one database that stands."""
    identity = standing.create(emulator, "knowledge", "AWS", "us-east-2")
    standing.wait_until_active(emulator, identity)
    outputs = {"apiEndpoint": emulator.target.api_endpoint(identity, "us-east-2"), "region": "us-east-2", "cloudProvider": "AWS"}
    applied = Applied("urn", "database", "knowledge", identity, outputs=outputs)
    monkeypatch.setattr(engine, "config", lambda _: SimpleNamespace(token=""))
    monkeypatch.setattr(engine, "export", lambda _: None)
    monkeypatch.setattr(catalog_stack, "connected", lambda *_: [(emulator, [applied])])
    return emulator


def test_a_database_that_lists_nothing_that_can_be_used_says_nothing(stack: Connection, world: World) -> None:
    (found,) = catalog_stack.asked("dev")
    assert (found.reason, {*found.offers}) == ("", {*RECORDED["emulator"]})
    with stack.reads.changing():
        for provider in RECORDED["emulator"]:
            world.set_provider(provider, None)
    nothing = "it lists no embedding provider that can be used: vectorize may be off there, which says nothing of any model."
    assert [one.reason for one in catalog_stack.asked("dev")] == [nothing]
    assert run("check", "--stack", "dev") == (
        1,
        f"Pulumi.yaml:1:1: knowledge: {nothing}\n1 database could not be asked\n",
    )
    code, said = run("update", "--stack", "dev")
    assert (code, said.splitlines()[-1]) == (
        1,
        f"Error: nothing was written, since not every database could be asked. knowledge: {nothing}",
    )


@pytest.mark.parametrize("command", [["catalog", "list"], ["catalog", "check"], ["catalog", "update"], ["drift"]])
@pytest.mark.parametrize("name", ["", " "])
def test_a_stack_without_a_name_is_refused(command: list[str], name: str) -> None:
    done = CliRunner().invoke(main, [*command, "--stack", name])
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "Error: --stack names no stack: it is empty")


def test_only_the_schemas_of_the_current_folder_are_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(catalog.SCHEMAS.parent)
    catalog_update.refuse_elsewhere()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Invalid, match=r"^the schemas in use are those of .*, and not of this folder: run it in "):
        catalog_update.refuse_elsewhere()


LOG = """\
# Changelog

## Unreleased

### Added

- A thing.

### Changed

- Another.

### Fixed

- A third.

## 0.1.0

- Old.
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LOG, LOG.replace("- Another.\n", "- Another.\n- New.\n")),
        (
            LOG.replace("### Changed\n\n- Another.\n\n", ""),
            LOG.replace("### Changed\n\n- Another.\n\n", "").replace("- A third.\n", "- A third.\n\n### Changed\n\n- New.\n"),
        ),
        ("# Changelog\n\n## 0.1.0\n\n- Old.\n", "# Changelog\n\n## Unreleased\n\n### Changed\n\n- New.\n\n## 0.1.0\n\n- Old.\n"),
        ("# Changelog\n\n## Unreleased\n", "# Changelog\n\n## Unreleased\n\n### Changed\n\n- New.\n"),
        ("# Changelog\n", "# Changelog\n\n## Unreleased\n\n### Changed\n\n- New.\n"),
        ("", "## Unreleased\n\n### Changed\n\n- New.\n"),
    ],
)
def test_an_entry_stands_once_below_what_is_not_released(before: str, after: str) -> None:
    assert noted(before, "Changed", "New.") == after
    assert noted(after, "Changed", "New.") == after


def test_the_project_s_own_changelog_gets_one_line_more() -> None:
    text = (catalog.SCHEMAS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    made = noted(text, "Changed", "New.")
    assert [line for line in made.splitlines() if line == "- New."] == ["- New."]
    assert made.replace("- New.\n", "") == text


def test_files_are_replaced_together_or_not_at_all(tmp_path: Path) -> None:
    one, two, folder = tmp_path / "one", tmp_path / "two", tmp_path / "folder"
    one.write_text("old")
    one.chmod(0o640)
    replace_all({one: b"new", two: b"made"})
    assert (one.read_text(), two.read_text(), one.stat().st_mode & 0o777) == ("new", "made", 0o640)

    # The last of them cannot be replaced: a folder has come to stand there.
    (tmp_path / "blocked").mkdir()
    with pytest.raises(OSError, match="blocked") as raised:
        replace_all({one: b"newer", tmp_path / "three": b"x", tmp_path / "blocked": b"x"})
    assert raised.value.filename == str(tmp_path / "blocked")
    # Nor the first: there is no place beside it.
    with pytest.raises(FileNotFoundError):
        replace_all({folder / "x": b"x", one: b"newer"})
    assert one.read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocked", "one", "two"]
