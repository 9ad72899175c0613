"""`vectorize` itself: its commands, its help, and how little that takes."""

import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from astra.catalog import provider_files, read
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


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        (None, "pulumi is not on PATH"),
        ("echo v3.259.0", "pulumi v3.259.0"),
        ("exit 1", "pulumi does not say its version"),
    ],
    ids=str,
)
def test_the_versions_of_all_that_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str | None, said: str
) -> None:
    if engine is not None:
        (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{engine}\n")
        (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["--version"])
    dates = [source["date"] for file in provider_files() for source in read(file)["x-sources"].values()]
    assert done.output.splitlines() == [
        f"vectorize, version {metadata.version('astra-vectorize')}",
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"engine: {said}",
        f"schemas: as of {max(dates)}",
    ]
