"""What the README shows works as it stands there, and so does docs/getting-started.md, which goes on from it.

Astra is the emulator over HTTP, and the person in its Portal is the test.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN
from tests.acceptance.conftest import ROOT
from tests.acceptance.test_documents import typed
from tests.acceptance.test_service_errors import astra_at, served
from tests.unit.test_documents import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

README = "../README.md"
GOES_ON = "getting-started.md"


@pytest.fixture
def mine(project: Project) -> Iterator[Project]:
    """The folder in which a person begins: no stack of that name yet, and Astra somewhere."""
    with served(application(project.world)) as address:
        project.configure(astra_at(address), "mine")
        project.environment["ASTRA_DB_APPLICATION_TOKEN"] = DEFAULT_TOKEN
        yield project


def steps(page: str, language: str) -> list[str]:
    """The page's blocks of a language: `sh` is what a person types, `yaml` what they write into environments/mine.yaml."""
    return [block.text for block in blocks(page) if block.language == language]


def test_the_first_collection_and_what_follows_it(mine: Project) -> None:
    _a_text_is_found_by_its_meaning(mine)
    look, credential, end = steps(GOES_ON, "sh")
    assert "places" in typed(mine, look).ok().output
    _a_model_with_a_credential(mine, credential)
    _everything_goes_again(mine, end)


def _a_text_is_found_by_its_meaning(mine: Project) -> None:
    (written,) = steps(README, "yaml")
    mine.declare(written, "mine")
    token, *typing = steps(README, "sh")
    assert token == "export ASTRA_DB_APPLICATION_TOKEN=AstraCS:...\n"
    said = typed(mine, token.replace("AstraCS:...", DEFAULT_TOKEN) + "".join(typing)).ok().output
    assert '"insertedIds": ["beach", "mountain"]' in said
    answer, _ = json.JSONDecoder().raw_decode(said, said.index('{"data"'))
    assert answer["data"]["document"] == {"_id": "beach"}
    assert DEFAULT_TOKEN not in typed(mine, "pulumi stack export").ok().output


def _a_model_with_a_credential(mine: Project, typing: str) -> None:
    written, _ = steps(GOES_ON, "yaml")
    mine.declare(written, "mine")
    lacking = typed(mine, typing)
    assert lacking.code != 0
    assert "knowledge-openai" in lacking.output
    assert "Astra Portal" in lacking.output
    mine.world.add_credential("openai", "knowledge-openai")
    said = typed(mine, typing).ok().output
    assert "openai: verified, the database accepted the credential knowledge-openai" in said
    mine.declare(written.replace("dimension: 512", "dimension: 2000"), "mine")
    (shown,) = (block.text for block in blocks(GOES_ON) if block.text.startswith("environments/mine.yaml:"))
    mistaken = typed(mine, "vectorize validate mine")
    assert mistaken.code == 1
    assert shown in mistaken.output


def _everything_goes_again(mine: Project, typing: str) -> None:
    _, written = steps(GOES_ON, "yaml")
    mine.declare(written, "mine")
    # A person types the stack's name there.
    typed(mine, typing.replace("stack rm mine", "stack rm mine --yes")).ok()
    assert {one["status"] for one in mine.world.databases()} == {"TERMINATED"}


def test_the_two_commands_and_the_activation_line() -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "```\nmake up\n```" in shown
    assert "```\nmake test\n```" in shown
    assert "```\n. .vectorize/activate\n```" in shown
