"""Policies: what each rule finds, and that a file of them which means nothing is told so.

Whole projects, with all that `vectorize validate` finds in them, stand in tests/examples/policies.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from astra import catalog, document, policies
from astra.errors import Problem, dotted
from astra.expression import matches, unusable
from commands.validate import validate
from tests.unit.test_documents import blocks

PROJECTS = sorted((Path(__file__).parents[1] / "examples" / "policies").iterdir())
REASON = "They said so."
ENVIRONMENT: dict[str, Any] = {
    "target": {"kind": "astra"},
    "databases": {"knowledge": {"name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}},
    "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "dev-openai"}},
    "workload": {
        "knowledge": {
            "docs": {
                "collections": {
                    "articles": {"vector": {"service": {"integration": "openai", "modelName": "text-embedding-3-small"}}},
                    "tickets": {"vector": {"service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}},
                    "own": {"vector": {"dimension": 8}},
                    "plain": None,
                },
                "tables": {
                    "chunks": {
                        "definition": {
                            "columns": {
                                "id": "text",
                                "embedding": {
                                    "type": "vector",
                                    "dimension": 256,
                                    "service": {"provider": "openai", "modelName": "text-embedding-3-large"},
                                },
                            },
                            "primaryKey": "id",
                        },
                        "indexes": {"chunks_embedding": {"column": "embedding"}},
                    }
                },
            }
        }
    },
}
DOCS = "workload.knowledge.docs"
LARGE = f"{DOCS}.tables.chunks.definition.columns.embedding"


def policy(**rules: Any) -> dict[str, Any]:
    return {"name": "p", "reason": REASON, **rules}


def found(rules: Mapping[str, Any], data: Any = ENVIRONMENT, environment: str = "dev") -> list[Problem]:
    return list(policies.problems([policy(**rules)], environment, data))


def places(rules: Mapping[str, Any], data: Any = ENVIRONMENT) -> list[str]:
    return [dotted(problem.path) for problem in found(rules, data)]


def changed(path: str, value: Any) -> Any:
    """The environment with one value changed, or added."""
    data = json.loads(json.dumps(ENVIRONMENT))
    place = data
    *steps, last = path.split(".")
    for step in steps:
        place = place[step]
    place[last] = value
    return data


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_of_a_project_exactly_these_findings_are_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    done = CliRunner().invoke(validate)
    expected = (project / "findings.txt").read_text(encoding="utf-8")
    assert done.stdout == expected
    assert done.exit_code == any(": warning: " not in line for line in expected.splitlines())


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"providers": {"allow": ["openai"]}}, [f"{DOCS}.collections.tickets.vector.service.provider"]),
        ({"providers": {"deny": ["openai"]}}, ["integrations.openai", f"{LARGE}.service.provider"]),
        ({"providers": {"deny": ["cohere", "?vidia"]}}, [f"{DOCS}.collections.tickets.vector.service.provider"]),
        ({"models": {"allow": ["openai/*"]}}, [f"{DOCS}.collections.tickets.vector.service.modelName"]),
        ({"models": {"deny": ["*-3-large"]}}, [f"{LARGE}.service.modelName"]),
        ({"regions": {"deny": ["us-east-2"]}}, ["databases.knowledge.region"]),
        ({"regions": {"deny": ["AWS/*"]}}, ["databases.knowledge.region"]),
        ({"regions": {"deny": ["GCP/us-east-2", "us-east-20"]}}, []),
        ({"regions": {"allow": ["GCP/us-east-2"]}}, ["databases.knowledge.region"]),
        ({"regions": {"allow": ["us-*"]}}, []),
        ({"authentication": {"deny": ["NONE"]}}, [f"{DOCS}.collections.tickets.vector.service"]),
        ({"authentication": {"deny": ["SHARED_SECRET"]}}, ["integrations.openai.authentication"]),
        ({"authentication": {"deny": ["HEADER"]}}, []),
        ({"protect": True}, []),
        ({"dimension": {"maximum": 1536}}, []),
        ({"dimension": {"maximum": 255}}, [
            f"{DOCS}.collections.articles.vector.service.modelName",
            f"{DOCS}.collections.tickets.vector.service.modelName",
            f"{LARGE}.dimension",
        ]),
        ({"dimension": {"maximum": 7}}, [
            f"{DOCS}.collections.articles.vector.service.modelName",
            f"{DOCS}.collections.tickets.vector.service.modelName",
            f"{DOCS}.collections.own.vector.dimension",
            f"{LARGE}.dimension",
        ]),
        ({"names": {"databases": "knowledge"}}, ["databases.knowledge.name"]),
        ({"names": {"keyspaces": "[a-c]*"}}, [DOCS]),
        ({"names": {"collections": "articles|tick|own"}}, [f"{DOCS}.collections.tickets", f"{DOCS}.collections.plain"]),
        ({"names": {"tables": "chunk"}}, [f"{DOCS}.tables.chunks"]),
        ({"names": {"columns": "id"}}, [LARGE]),
        ({"names": {"indexes": "chunks_"}}, [f"{DOCS}.tables.chunks.indexes.chunks_embedding"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_tells_of_what_breaks_it_and_of_nothing_else(rules: dict[str, Any], told: list[str]) -> None:
    assert places(rules) == told


@pytest.mark.parametrize(
    ("rules", "path", "value", "told"),
    [
        ({"protect": True}, "protect", False, ["protect"]),
        ({"protect": True}, "protect", True, []),
        ({"protect": True}, "target.kind", "emulator", ["target.kind"]),
        # An integration is told of where its provider stands, whether it is used or not.
        ({"providers": {"deny": ["cohere"]}}, "integrations.words", {"provider": "cohere"}, ["integrations.words.provider"]),
        ({"providers": {"deny": ["cohere"]}}, "integrations.cohere", {"authentication": "HEADER"}, ["integrations.cohere"]),
        # Without an integration and without a credential the application sends its key.
        ({"authentication": {"deny": ["HEADER"]}}, "integrations", {}, [f"{LARGE}.service"]),
        (
            {"authentication": {"deny": ["SHARED_SECRET"]}},
            "integrations",
            {"openai": {"authentication": "HEADER"}},
            [],
        ),
        (
            {"authentication": {"deny": ["SHARED_SECRET"]}},
            "workload.knowledge.docs.collections.own.vector.service",
            {"provider": "nvidia", "modelName": "NV-Embed-QA", "authentication": {"providerKey": "another"}},
            ["integrations.openai.authentication", f"{DOCS}.collections.own.vector.service.authentication"],
        ),
        # It states none, which is an authentication of its own beside the integration's.
        (
            {"authentication": {"deny": ["HEADER"]}},
            "workload.knowledge.docs.collections.articles.vector.service.authentication",
            {},
            [f"{DOCS}.collections.articles.vector.service.authentication"],
        ),
        # The model that the provider takes by itself.
        (
            {"models": {"deny": ["huggingfaceDedicated/endpoint-defined-model"]}},
            "workload.knowledge.docs.collections.own.vector.service",
            {"provider": "huggingfaceDedicated"},
            [f"{DOCS}.collections.own.vector.service"],
        ),
        # What exists is in a region that nothing says; what is self-hosted in none.
        ({"regions": {"deny": ["us-*"]}}, "databases.knowledge", {"id": "x"}, ["databases.knowledge"]),
        ({"regions": {"deny": ["us-*"]}}, "databases.knowledge", {"apiEndpoint": "x"}, ["databases.knowledge"]),
        ({"names": {"databases": "x"}}, "databases.knowledge", {"id": "x"}, []),
        # Wrong by itself, which others say.
        ({"providers": {"allow": ["nvidia"]}}, "integrations", {"opneai": {}}, [f"{LARGE}.service.provider"]),
        ({"authentication": {"allow": ["NONE", "SHARED_SECRET"]}}, "integrations.openai.authentication", "TOKEN", []),
        ({"dimension": {"maximum": 1536}}, f"{DOCS}.tables.chunks.definition.columns.id", {"type": "int", "dimension": 2000}, []),
        ({"models": {"allow": ["*/*"]}}, "workload.knowledge.docs.collections.own.vector.service", {"provider": "opneai"}, []),
    ],
    ids=str,
)  # fmt: skip
def test_with_one_change_a_rule_tells_of(rules: dict[str, Any], path: str, value: Any, told: list[str]) -> None:
    assert places(rules, changed(path, value)) == told


def test_a_self_hosted_data_api_is_in_no_region() -> None:
    data = {"target": {"kind": "data-api"}, "databases": {"knowledge": {"apiEndpoint": "http://localhost:8181"}}}
    assert found({"regions": {"allow": ["eu-*"]}}, data) == []


@pytest.mark.parametrize(
    ("rules", "severity", "sentence"),
    [
        ({"providers": {"deny": ["nvid*", "x"]}}, "error", 'the embedding provider "nvidia" is not allowed; denied: nvid*, x'),
        ({"models": {"allow": ["openai/*"]}}, "error", 'the model "nvidia/NV-Embed-QA" is not allowed; allowed: openai/*'),
        ({"regions": {"deny": ["us-*"]}}, "error", 'the region "AWS/us-east-2" is not allowed; denied: us-*'),
        ({"authentication": {"deny": ["NONE"]}}, "error", 'the authentication "NONE" is not allowed; denied: NONE'),
        ({"names": {"tables": "x+"}}, "error", 'the name "chunks" is not allowed; allowed: what matches x+'),
    ],
    ids=str,
)
def test_a_message_names_the_policy_what_is_allowed_and_the_reason(rules: dict[str, Any], severity: str, sentence: str) -> None:
    (problem,) = found(rules)
    assert problem.sentence == f"policy p: {sentence} (They said so)"
    assert (problem.rule, problem.severity) == ("policy", severity)


def test_a_reason_of_several_lines_becomes_one_of_bearable_length() -> None:
    stated = policy(protect=True) | {"reason": "One line,\n  " + "and another. " * 100}
    (problem,) = policies.problems([stated], "dev", {"protect": False})
    assert "\n" not in problem.sentence
    assert problem.sentence.startswith("policy p: must be protected; write true, or take this out (One line, and another. and")
    assert len(problem.sentence) < 400


@pytest.mark.parametrize(
    ("environments", "name", "holds"),
    [
        (None, "dev", True),
        (None, "", True),
        (["*"], "", True),
        (["prod"], "prod", True),
        (["prod"], "prod-eu", False),
        (["prod"], "preprod", False),
        (["prod"], "Prod", False),
        (["prod"], "", False),
        (["dev", "prod-*"], "prod-eu", True),
        (["pr-?"], "pr-12", False),
        (["pr-??"], "pr-12", True),
        (["a.b"], "a.b", True),
    ],
)
def test_a_policy_holds_in_the_environments_that_it_names(environments: list[str] | None, name: str, holds: bool) -> None:
    rules = {"protect": True} | ({"environments": environments} if environments else {})
    assert bool(found(rules, {"protect": False}, name)) == holds


PATTERNS = {
    "providers": ["*", "openai", "nvidia", "?????a", "cohere"],
    "models": ["*/*", "openai/*", "*-large", "nvidia/NV-Embed-QA", "cohere/x"],
    "regions": ["*", "us-east-2", "AWS/*", "GCP/*", "eu-*"],
    "authentication": ["NONE", "HEADER", "SHARED_SECRET"],
}


@given(data=st.data(), rule=st.sampled_from(sorted(PATTERNS)))
def test_what_is_allowed_and_what_is_denied_by_the_same_patterns_are_everything(data: st.DataObject, rule: str) -> None:
    patterns = data.draw(st.lists(st.sampled_from(PATTERNS[rule]), min_size=1))
    left_out, caught = (places({rule: {kind: patterns}}) for kind in ("allow", "deny"))
    everything = places({rule: {"deny": [*PATTERNS[rule], "*"]}})
    assert sorted(left_out + caught) == sorted(everything)
    assert everything != []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["openai", "vector", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["openai", "service", "provider", "vector", "collections", "type", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
EVERY_RULE: dict[str, Any] = {
    "providers": {"deny": ["*"]},
    "models": {"deny": ["*"]},
    "regions": {"deny": ["*"]},
    "authentication": {"deny": ["NONE", "HEADER", "SHARED_SECRET"]},
    "protect": True,
    "dimension": {"maximum": 1},
    "names": dict.fromkeys(("databases", "keyspaces", "collections", "tables", "columns", "indexes"), "none"),
}


def positions(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in it."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield (*path, step)
        yield from positions(value, (*path, step))


@given(value=ANYTHING, place=st.sampled_from(sorted(positions(ENVIRONMENT), key=str)))
def test_whatever_stands_somewhere_is_judged_without_a_crash_and_told_of_where_something_stands(
    value: Any, place: tuple[Any, ...]
) -> None:
    data = json.loads(json.dumps(ENVIRONMENT))
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert {problem.path for problem in found(EVERY_RULE, data)} <= {*positions(data)}


@pytest.mark.parametrize("data", [None, [], "text", 7, {}])
def test_what_is_no_environment_breaks_nothing(data: Any) -> None:
    assert found({**EVERY_RULE, "environments": ["*"]}, data) == []


def test_every_rule_of_the_schema_is_tried_with_all_that_it_can_name() -> None:
    rules = {one["required"][0] for one in catalog.schema("policies")["items"]["anyOf"]}
    stated = catalog.schema("policies")["items"]["properties"]
    assert {*EVERY_RULE} == rules == {*stated} - {"name", "reason", "environments"}
    assert {*EVERY_RULE["names"]} == {*stated["names"]["properties"]}


def read(text: str | bytes, *environments: str) -> policies.Policies:
    return policies.read(lambda: text.encode() if isinstance(text, str) else text, "policies.yaml", environments)


def told(text: str | bytes, *environments: str) -> list[str]:
    return [str(finding) for finding in read(text, *environments).findings]


def raising(error: Exception) -> policies.Policies:
    def text() -> bytes:
        raise error

    return policies.read(text, "policies.yaml")


def test_a_project_without_a_file_has_no_policies() -> None:
    assert raising(FileNotFoundError()) == policies.Policies(there=False, stated=(), findings=())


def test_a_file_that_cannot_be_read_is_an_error_and_not_a_file_that_is_missing() -> None:
    unread = raising(PermissionError(13, "Permission denied"))
    assert unread.there
    assert [str(finding) for finding in unread.findings] == ["policies.yaml:1:1: cannot be read: Permission denied"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1: the file is empty; it needs a list of policies, and [] is a list of none"),
        ("# nothing yet\n", "1:1: the file is empty; it needs a list of policies, and [] is a list of none"),
        ("policies: []", "1:1: must be a list, not a mapping"),
        ("- {name: a", "1:3: this { is never closed"),
        (b"\xff", "1:1: the text is not UTF-8"),
        ("- &a {}", "1:3: anchors are not supported; write the value out"),
        ("- {name: a, name: b, reason: c, protect: true}", "1:13: [0].name: this key stands twice; the first is in line 1"),
    ],
)
def test_a_text_that_is_no_file_of_policies_is_one_error_and_states_none(text: str | bytes, line: str) -> None:
    assert told(text) == [f"policies.yaml:{line}"]
    assert read(text).stated == ()


def test_an_empty_list_is_a_list_of_none() -> None:
    assert read("[]") == policies.Policies(there=True, stated=(), findings=())


def test_with_one_mistake_in_the_file_no_policy_is_known() -> None:
    assert read("- {name: a, reason: b, protect: true}\n- {name: c, reason: d, protect: false}\n").stated == ()


def test_a_doubt_leaves_the_policies_in_force() -> None:
    doubtful = read("- {name: a, reason: b, environments: [pord], protect: true}", "prod")
    assert [finding.severity for finding in doubtful.findings] == ["warning"]
    assert [stated["name"] for stated in doubtful.stated] == ["a"]


def test_an_environment_that_nobody_has_is_told_of_only_where_it_is_known_which_there_are() -> None:
    text = "- {name: a, reason: b, environments: [pord, pr-*], protect: true}"
    assert told(text) == []
    (line,) = told(text, "prod", "dev")
    assert line == 'policies.yaml:1:39: warning: [0].environments[0]: no environment is called "pord"; did you mean "prod"?'


def test_a_pasted_key_is_refused_and_not_repeated() -> None:
    key = "sk-proj-CANARYcanaryCANARYcanary0123456789"
    places = ("reason: %s, protect: true", "reason: b, providers: {deny: [%s]}", "reason: b, names: {tables: '%s('}")
    for place in places:
        text = f"- {{name: a, {place % key}}}"
        lines = told(text)
        assert any("looks like a key or token itself: take it out" in line for line in lines)
        assert not any("CANARY" in line for line in lines)


# Each keeps Python's own regular expressions busy for longer than anybody waits.
ENDLESS = ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*a){12}b", "a?" * 30 + "a" * 30 + "b"]


@pytest.mark.parametrize("expression", ENDLESS)
def test_an_expression_that_another_engine_would_never_finish_is_answered(expression: str) -> None:
    assert unusable(expression) == ""
    assert not matches(expression, "a" * 100)
    assert matches(expression, "a" * 60 + "b") or "?" not in expression


@pytest.mark.parametrize(
    ("expression", "name", "matched"),
    [
        ("[a-z]+", "articles", True),
        ("[a-z]+", "articles2", False),
        ("[a-z]+", "articles\n", False),
        ("^[a-z]+$", "articles", True),
        ("a|ab", "ab", True),
        ("(?i)articles", "ARTICLES", True),
        (r"\p{Greek}+", "αβγ", True),
        ("", "a", False),
    ],
)
def test_an_expression_matches_a_whole_name(expression: str, name: str, matched: bool) -> None:
    assert matches(expression, name) == matched


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("[a-z", "missing ]: [a-z"),
        ("(", "missing ): ("),
        ("*", "no argument for repetition operator: *"),
        ("(?=a)", "invalid perl operator: (?="),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("sk-proj-CANARYcanaryCANARYcanary0123456789(", "missing ): (hidden)"),
    ],
)
def test_an_expression_that_cannot_be_used_says_why(capfd: pytest.CaptureFixture[str], expression: str, said: str) -> None:
    assert unusable(expression) == (
        f"cannot be used as a regular expression: {said}; the syntax is RE2's, which has no look-ahead, no reference to a group "
        f"and no repetition of more than 1000, so that none takes for ever"
    )
    assert capfd.readouterr().err == ""


def test_the_page_shows_policies_that_are_some_and_the_line_that_one_gives() -> None:
    stated, line = blocks("policies.md")
    shown = read(stated.text, "prod")
    assert shown.findings == ()
    environment = b"target: {kind: astra}\n\n\n\nintegrations:\n  openai: {authentication: HEADER}\n"
    (finding,) = shown.broken(document.parse(environment, "environments/prod.yaml"), "prod")
    assert line.text == f"{finding}\n"


def test_what_is_broken_is_told_in_the_order_of_the_text() -> None:
    stated = "- {name: a, reason: b, regions: {deny: [us-*]}}\n- {name: c, reason: d, protect: true}\n"
    environment = b"protect: false\ndatabases:\n  knowledge: {region: us-east-2}\n"
    broken = read(stated).broken(document.parse(environment, "dev.yaml"), "dev")
    assert [(finding.line, finding.path) for finding in broken] == [(1, "protect"), (3, "databases.knowledge.region")]


def test_a_name_in_a_file_elsewhere_is_that_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "prod.yml").write_text(json.dumps({**ENVIRONMENT, "protect": False}), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "project")
    stated = [policy(protect=True, environments=["prod"])]
    Path("policies.yaml").write_text(json.dumps(stated), encoding="utf-8")
    done = CliRunner().invoke(validate, ["../prod.yml"])
    assert done.stdout.splitlines()[0].startswith("../prod.yml:1:")
    assert ": protect: policy p: must be protected" in done.stdout
    piped = CliRunner().invoke(validate, ["-"], input=(tmp_path / "prod.yml").read_bytes())
    assert "policy p" not in piped.stdout


def test_the_policies_are_checked_with_whatever_is_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("environments").mkdir()
    Path("environments/dev.yaml").write_text(json.dumps(ENVIRONMENT), encoding="utf-8")
    Path("policies.yaml").write_text("- {}\n", encoding="utf-8")
    for sources in ([], ["dev"], ["policies.yaml"], ["dev", "./policies.yaml", "environments/dev.yaml"], ["-"]):
        done = CliRunner().invoke(validate, sources, input=json.dumps(ENVIRONMENT))
        assert done.exit_code == 1
        assert [line.partition(":")[0] for line in done.stdout.splitlines() if "warning" not in line] == ["policies.yaml"] * 3


def test_a_report_never_replaces_the_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policies.yaml").write_text("[]", encoding="utf-8")
    done = CliRunner().invoke(validate, ["--format", "json", "--output", "policies.yaml"])
    assert done.exit_code == 1
    assert "policies.yaml: is checked itself, and would be replaced by the report; name another file" in done.stderr
    assert Path("policies.yaml").read_text(encoding="utf-8") == "[]"


def test_a_project_without_environments_is_told_so_beside_its_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policies.yaml").write_text("[]", encoding="utf-8")
    done = CliRunner().invoke(validate)
    assert done.stdout == "environments:1:1: there is no environment here; write environments/NAME.yaml, or name a file\n"
