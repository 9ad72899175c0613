"""The guides, as far as no engine is needed: their environment files are valid, and what they have people type exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from astra import document, environment
from commands.main import main
from tests.unit.test_documents import DOCS, blocks

# The README, and what it leads a newcomer through. Pages of reference have tests of their own.
GUIDES = [
    "../README.md",
    "backends.md",
    "ci.md",
    "credentials.md",
    "declaring.md",
    "drift.md",
    "dropping-what-is-protected.md",
    "getting-started.md",
    "migration-from-terraform.md",
    "outputs.md",
    "promotion.md",
    "python.md",
    "self-hosted.md",
    "state-and-security.md",
]
# Excerpts of files, of which nobody could make an environment.
EXCERPTS = {"promotion.md"}
DECLARED = [
    pytest.param(block.text, id=f"{page}-{number}")
    for page in GUIDES
    if page not in EXCERPTS
    for number, block in enumerate(blocks(page))
    if block.language == "yaml"
]


def typed(program: str) -> Iterator[tuple[str, list[str]]]:
    """Each call of a program that a guide shows, in a block or in a sentence, as its page and its words."""
    for page in GUIDES:
        text = (DOCS / page).read_text(encoding="utf-8")
        lines = [line for block in blocks(page) if block.language in ("", "sh") for line in block.text.splitlines()]
        for line in [*lines, *(" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text))]:
            command = line.partition(" #")[0].strip()
            if command.startswith(f"{program} ") and "..." not in command and "<" not in command:
                yield page, shlex.split(command.removeprefix(f"{program} "))


@pytest.mark.parametrize("text", DECLARED)
def test_an_environment_file_of_a_guide_is_valid(text: str) -> None:
    found = environment.findings(document.parse(text.encode(), "environments/example.yaml"))
    # A permission to lose what is no longer declared is a warning, and the point of one page.
    assert [str(one) for one in found if one.severity == "error" or "allowDataLoss" not in one.path] == []


@pytest.mark.parametrize(("page", "words"), [*typed("vectorize")])
def test_a_call_of_vectorize_has_the_commands_and_options_that_there_are(page: str, words: list[str]) -> None:
    command: click.Command = main
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0]) if words else None
        if found is None:
            break
        command, words = found, words[1:]
    # It raises what it does not know. A group alone is named in a sentence, as "vectorize catalog" is.
    command.make_parser(click.Context(command)).parse_args(list(words))
    assert not (words and isinstance(command, click.Group)), page


@pytest.mark.parametrize(("page", "words"), [*typed("make")])
def test_what_a_guide_has_made_can_be_made(page: str, words: list[str]) -> None:
    targets = re.findall(r"^([a-z]+):", (DOCS.parent / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(words) <= set(targets), page
