"""docs/emulator.md: its commands are run as they stand there, in their order, and its figures are those of the tests."""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commands.main import main
from emulator import control_api, fault_command, faults, settings
from emulator.devops.operations import OPERATIONS
from tests.emulator.replay import exchanges, load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
PORT = "8181"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what it is said to print; `...` stands for anything."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = re.sub(r" \\\n +", " ", part).partition("\n")
        yield command, output.strip()


def fits(said: str, stated: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in stated.split("...")), said.strip(), re.DOTALL) is not None


class Terminal:
    """Runs what the page shows; ends what it started."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None
        self._variables: dict[str, str] = {}
        self.port = PORT

    def run(self, command: str) -> str:
        if command == "vectorize emulator serve":
            return self._serve()
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self._variables[name] = value
            return ""
        if command.startswith("vectorize "):
            done = CliRunner().invoke(main, shlex.split(command)[1:])
            assert done.exit_code == 0, done.output
            return done.output
        script = command.replace(PORT, self.port)
        environment = {**os.environ, **self._variables, "no_proxy": "127.0.0.1"}
        called = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60)
        return called.stdout

    def _serve(self) -> str:
        """On a free port, so that tests can run side by side."""
        start = "from commands.main import main; main()"
        command = [sys.executable, "-c", start, "emulator", "serve", "--port", "0"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert found, line
        self.port = found[1]
        return line.replace(self.port, PORT)

    def close(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.communicate()


def test_the_page_is_true_from_its_first_line_to_its_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    terminal = Terminal()
    count = 0
    try:
        for language, block in BLOCKS:
            if language == "python":
                exec(block.replace(PORT, terminal.port), {})  # noqa: S102 -- the page's own
                continue
            for command, stated in steps(block):
                said = terminal.run(command)
                assert fits(said, stated), f"{command}\n{said}"
                count += 1
    finally:
        terminal.close()
    assert count == PAGE.count("\n$ ") > 30


def rows(header: str) -> dict[str, list[str]]:
    """The rows of the table with that first column, by what stands there."""
    (table,) = re.findall(rf"^\| {header} \|.*?\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()[1:]]
    return {first.strip("`"): rest for first, *rest in cells}


def test_every_setting_is_listed_with_its_default_and_meaning() -> None:
    expected = {name: [f"`{json.dumps(one.default)}`", one.meaning] for name, one in settings.SETTINGS.items()}
    assert rows("setting") == expected


def test_every_request_is_listed_with_its_fields_and_what_it_does() -> None:
    def fields(route: str, function: Any) -> str:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        if any(one.kind is one.VAR_KEYWORD for one in parameters):
            return "those of a fault"
        return ", ".join(f"`{one.name}`" for one in parameters if f"{one.name}>" not in route)

    assert rows("request") == {
        re.sub("int:|path:", "", route): [fields(route, function), (inspect.getdoc(function) or "").splitlines()[0]]
        for route, function in control_api.ROUTES.items()
    }


def test_every_option_of_a_fault_is_listed_with_its_field() -> None:
    options = {f"--{name.replace('_', '-')}": f"`{name}`" for name in faults.TYPES}
    assert {option: cells[0] for option, cells in rows("option").items()} == options
    assert set(options) == {one.opts[0] for one in fault_command.add.params} - {"--store"}


def test_the_figures_are_those_of_the_tests() -> None:
    recorded = len(list(exchanges()))
    assert f"the same values in {recorded - len(load('differences.json'))} of {recorded} of them" in " ".join(PAGE.split())
    assert f"for each of the {len(OPERATIONS)} operations it implements" in " ".join(PAGE.split())


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_what_the_page_points_to_is_there(link: str) -> None:
    assert (ROOT / "docs" / link).exists()
