"""Whole environments: those of tests/examples/valid have no problem, those of invalid exactly the lines beside them.

A folder is an embedding provider, or `none` for one's own vectors. A new case needs no Python.
"""

from pathlib import Path

import pytest

from astra import catalog, document, environment
from astra.errors import Invalid

EXAMPLES = Path(__file__).parents[1] / "examples"
VALID = sorted(EXAMPLES.glob("valid/*/*.yaml"))
INVALID = sorted(EXAMPLES.glob("invalid/*/*.yaml"))


def problems(path: Path) -> list[str]:
    try:
        return [str(one) for one in environment.findings(document.parse(path.read_bytes(), path.name))]
    except Invalid as error:
        return [str(error)]


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
    assert {path.name for path in (EXAMPLES / kind).iterdir()} == {*catalog.embedding_providers(), "none", "tables"}
