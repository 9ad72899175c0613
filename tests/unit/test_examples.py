"""Whole environments: those of tests/examples/valid have no problem, those of invalid exactly the lines beside them.

A folder is an embedding provider; `none` for one's own vectors, `tables` for tables, `environments` for what crosses the
whole file and for text that is no environment. A new case needs no Python.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from astra import catalog, document, environment, integration
from astra.finding import Finding

EXAMPLES = Path(__file__).parents[1] / "examples"
VALID = sorted(EXAMPLES.glob("valid/*/*.yaml"))
INVALID = sorted(EXAMPLES.glob("invalid/*/*.yaml"))
# A file that vectorize catalog update filled in waits for a person, who writes its examples with the rest.
COMPLETE = {key for key, provider in catalog.embedding_providers().items() if not provider.guessed}
FOLDERS = {*COMPLETE, "environments", "none", "tables"}
# Every model that the live service listed is SUPPORTED, so no file alone can break the one; what breaks policies stands in
# the folder policies.
NEEDS_MORE_THAN_A_FILE = {"lifecycle", "policy"}


def findings(path: Path) -> list[Finding]:
    try:
        return environment.findings(document.parse(path.read_bytes(), path.name))
    except document.NotReadable as error:
        return [error.finding]


def problems(path: Path) -> list[str]:
    return [str(one) for one in findings(path)]


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_valid(path: Path) -> None:
    assert problems(path) == []
    assert environment.environment(document.parse(path.read_bytes(), path.name).data).databases


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_invalid(path: Path) -> None:
    assert problems(path) == path.with_suffix(".errors").read_text(encoding="utf-8").splitlines()


def test_every_invalid_example_says_its_problems_and_nothing_else_does() -> None:
    assert sorted(EXAMPLES.rglob("*.errors")) == [path.with_suffix(".errors") for path in INVALID]


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_every_embedding_provider_has_examples(kind: str) -> None:
    assert {path.name for path in (EXAMPLES / kind).iterdir()} == FOLDERS


def reached(schema: Any, resolver: Any, place: str) -> Iterator[str]:
    """The places that a schema leads to: what may be written."""
    yield place
    if "$ref" in schema:
        found = resolver.lookup(schema["$ref"])
        yield from reached(found.contents, found.resolver, place)
    for key, rule in schema.get("properties", {}).items():
        yield from reached(rule, resolver, f"{place}.{key}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield from reached(schema[keyword], resolver, f"{place}:{keyword}")


def written(schema: Any, resolver: Any, data: Any, place: str) -> Iterator[str]:
    """Those of them where data stands."""
    yield place
    if "$ref" in schema:
        found = resolver.lookup(schema["$ref"])
        yield from written(found.contents, found.resolver, data, place)
    for key, value in data.items() if isinstance(data, dict) else ():
        if key in schema.get("properties", {}):
            yield from written(schema["properties"][key], resolver, value, f"{place}.{key}")
        elif isinstance(schema.get("additionalProperties"), Mapping):
            yield from written(schema["additionalProperties"], resolver, value, f"{place}:additionalProperties")
    for value in data if isinstance(data, list) and "items" in schema else ():
        yield from written(schema["items"], resolver, value, f"{place}:items")


@pytest.mark.parametrize(("name", "paths"), [("environment", VALID), ("policies", [EXAMPLES / "policies/kept/policies.yaml"])])
def test_everything_that_may_be_written_stands_in_a_valid_example(name: str, paths: list[Path]) -> None:
    schema = catalog.schema(name)
    resolver = catalog.registry().resolver(schema["$id"])
    read = [document.parse(path.read_bytes(), path.name).data for path in paths]
    assert {place for data in read for place in written(schema, resolver, data, "")} == set(reached(schema, resolver, ""))


def test_every_rule_is_broken_by_an_example() -> None:
    """Each is kept by the valid ones, which break none."""
    rules = set(catalog.schema("rules")["$defs"])
    assert {one.rule for path in INVALID for one in findings(path)} == rules - NEEDS_MORE_THAN_A_FILE
    assert rules >= NEEDS_MORE_THAN_A_FILE


def test_every_model_is_supported_so_that_no_file_breaks_the_rule_of_the_life_cycle() -> None:
    models = [model for provider in catalog.embedding_providers().values() for model in provider.models.values()]
    assert {model.status for model in models} == {"SUPPORTED"}


ROOT = EXAMPLES.parents[1]
OF_A_MODEL = """\
target: {{kind: astra}}
databases:
  knowledge: {{name: knowledge-dev, cloudProvider: AWS, region: us-east-2}}
workload:
  knowledge:
    default_keyspace:
      collections:
        articles:
          vector:
            service: {{provider: nvidia, modelName: {name}}}
"""


SENTENCE = 'workload.knowledge.default_keyspace.collections.articles.vector.service.modelName: model "NV-Embed-QA" is '
DEPRECATED = "DEPRECATED: it still serves what uses it, but nothing new can be made with it; others: nvidia/nv-embedqa-e5-v5"
END_OF_LIFE = "END_OF_LIFE: it serves nothing any more; others: nvidia/nv-embedqa-e5-v5"


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("SUPPORTED", 0, ""),
        ("DEPRECATED", 0, f"ending.yaml:10:41: warning: {SENTENCE}{DEPRECATED}\n"),
        ("END_OF_LIFE", 1, f"ending.yaml:10:41: {SENTENCE}{END_OF_LIFE}\n"),
    ],
)
def test_with_another_catalogue_a_model_that_ends_is_told_of(tmp_path: Path, status: str, code: int, said: str) -> None:
    for package in ("astra", "commands", "schemas"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "schemas" / "embedding-providers" / "nvidia.schema.json"
    provider = json.loads(file.read_text(encoding="utf-8"))
    (ending,) = (branch for branch in provider["oneOf"] if branch["title"] == "NV-Embed-QA")
    ending["x-status"] = status
    file.write_text(json.dumps(provider), encoding="utf-8")
    (tmp_path / "ending.yaml").write_text(OF_A_MODEL.format(name="NV-Embed-QA"), encoding="utf-8")
    (tmp_path / "lasting.yaml").write_text(OF_A_MODEL.format(name="nvidia/nv-embedqa-e5-v5"), encoding="utf-8")
    program = "from commands.main import main; main(['validate', 'ending.yaml', 'lasting.yaml'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == (said, code)


SAMPLES = [ROOT / "environments" / f"{stack}.yaml" for stack in ("local", "dev", "staging", "prod", "self-hosted")]
# The two others are listed by the service for HEADER alone, and by Astra's documentation not at all.
INTEGRATIONS = COMPLETE - {"bedrock", "cohere"}


def sample(stack: str) -> Any:
    return document.parse((ROOT / "environments" / f"{stack}.yaml").read_bytes(), stack).data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_gives_no_cause_for_doubt(path: Path) -> None:
    assert problems(path) == []


def services(stack: str) -> Iterator[tuple[str, str | None]]:
    """Each vector of a sample: whether it is a collection's or a table's, and its provider."""
    integrations = sample(stack).get("integrations", {})
    for keyspaces in sample(stack)["workload"].values():
        for content in keyspaces.values():
            vectors = [("collections", one["vector"]) for one in content.get("collections", {}).values()]
            for table in content.get("tables", {}).values():
                columns = table["definition"]["columns"].values()
                vectors += [("tables", one) for one in columns if isinstance(one, dict) and one["type"] == "vector"]
            for kind, vector in vectors:
                yield kind, integration.merged(vector, integrations).get("service", {}).get("provider")


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_a_sample_shows_every_integration_in_collections_and_in_tables(stack: str) -> None:
    expected: list[str | None] = [*INTEGRATIONS, None]
    assert set(services(stack)) == {(kind, provider) for kind in ("collections", "tables") for provider in expected}


def test_the_samples_declare_one_workload_of_which_prod_lacks_a_collection() -> None:
    dev, staging, prod = (sample(stack)["workload"] for stack in ("dev", "staging", "prod"))
    assert dev == staging
    dev["knowledge"]["default_keyspace"]["collections"].pop("glossary")
    assert dev == prod
