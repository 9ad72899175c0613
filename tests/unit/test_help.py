"""The laws of --help: every command says what it does, shows calls that work, and says how it ends."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from commands.main import COMMANDS, main

SHELL = {"|", "<", ">"}


def tree(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, by its path, groups among them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from tree(command, *path, name)


EVERY = list(tree(main))
LEAVES = [(path, command) for path, command in EVERY if not isinstance(command, click.Group)]


def by_path(commands: list[tuple[tuple[str, ...], click.Command]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("path", "command"), commands, ids=[" ".join(path) for path, _ in commands])


def block(command: click.Command, heading: str) -> str:
    """What stands below a heading of the epilog."""
    found = re.search(rf"^{heading}:(.*?)(?:\n\n|\Z)", command.epilog or "", re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def calls(command: click.Command) -> list[list[str]]:
    """The arguments of each call of vectorize in the examples, without what a shell makes of the rest."""
    found = []
    for line in block(command, "Examples").splitlines():
        # Beside a call stands what it is for.
        example = re.split(r"\s{2,}", line.strip())[0]
        for part in re.findall(r"(?<![\w.])vectorize ([^)]*)", example):
            words = list(shlex.shlex(part, posix=True, punctuation_chars="|<>"))
            split = shlex.split(part.partition(" | ")[0].partition(" > ")[0])
            assert split or not words
            found.append(split)
    return found


@by_path(EVERY)
def test_every_command_says_what_it_does_in_a_sentence(path: tuple[str, ...], command: click.Command) -> None:
    assert command.name == path[-1]
    assert re.match(r"[A-Z].*?\w\)?[.:]", (command.help or "").replace("\n", " "))


@by_path(LEAVES)
def test_every_command_shows_calls_that_it_understands(path: tuple[str, ...], command: click.Command) -> None:
    shown = calls(command)
    assert shown
    for words in shown:
        assert tuple(words[: len(path)]) == path
        # Raises a UsageError for whatever the command does not know.
        command.make_context(path[-1], words[len(path) :], parent=click.Context(main))


@by_path(LEAVES)
def test_every_command_says_how_it_ends(path: tuple[str, ...], command: click.Command) -> None:
    said = block(command, "Exit codes")
    assert path
    assert re.match(r" 0 [a-z]", said)
    assert re.search(r"; 1 [a-z]", said)


@by_path(LEAVES)
def test_the_examples_are_shown_line_by_line(path: tuple[str, ...], command: click.Command) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"]).output
    for line in block(command, "Examples").strip("\n").splitlines():
        assert f"  {line}\n" in shown


@by_path(LEAVES)
def test_every_option_is_explained(path: tuple[str, ...], command: click.Command) -> None:
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [(path, one.name) for one in options if not one.help] == []


def test_the_root_shows_calls_of_commands_that_there_are() -> None:
    assert {words[0] for words in calls(main)} <= {*COMMANDS, "COMMAND"}
    assert block(main, "Exit codes").startswith(" 0 done; 1 could not be done; 2 done, and there are findings; 130 interrupted.")
