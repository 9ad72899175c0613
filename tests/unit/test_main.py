"""`vectorize` itself: its commands, its help, and how little that takes."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from commands.main import COMMANDS, main

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command_with_its_line() -> None:
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in done.output
        assert line in done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_can_be_called_and_explains_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.help
    done = CliRunner().invoke(main, [name, "--help"])
    assert (done.exit_code, done.output.startswith(f"Usage: main {name}")) == (0, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_explained(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    options = [one for one in getattr(command, "params", []) if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def test_an_unknown_command_is_an_error_of_use() -> None:
    done = CliRunner().invoke(main, ["shwo"])
    assert done.exit_code == 1
    assert "No such command 'shwo'" in done.output


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_help_needs_neither_engine_nor_tables_nor_emulator(option: str) -> None:
    program = (
        "import sys\n"
        "from commands.main import main\n"
        f"main([{option!r}], standalone_mode=False)\n"
        "heavy = {'pulumi', 'rich', 'emulator', 'httpx', 'jsonschema', 'yaml', 'werkzeug', 'providers'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "vectorize" in done.stdout
