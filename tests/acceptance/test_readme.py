"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.acceptance.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's code blocks in that language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return [text for stated, text in found if stated == language]


def test_the_environment_file(project: Project) -> None:
    (text,) = blocks("yaml")
    project.world.add_credential("openai", "knowledge-dev-openai")
    project.declare(text.replace("kind: astra", "kind: emulator"))
    project.up().ok()
    project.preview("--expect-no-changes").ok()


def test_the_sentences_about_its_mistakes(project: Project) -> None:
    (text,) = blocks("yaml")
    project.declare(text.replace("dimension: 512", "dimension: 2000").replace("provider: nvidia", "provider: nvida"), "dev")
    project.pulumi("config", "set", "vectorize:environment", "dev").ok()
    output = project.preview().output
    (shown,) = (block for block in blocks("") if block.startswith("environments/dev.yaml:"))
    assert [line for line in shown.splitlines() if f"error: {line}" not in output] == [], output


def test_the_program(project: Project) -> None:
    (text,) = blocks("python")
    project.world.add_credential("openai", "knowledge-dev-openai")
    project.program(text.replace('target="astra"', 'target="emulator"'))
    project.up().ok()
    project.preview("--expect-no-changes").ok()
    assert project.database()["keyspaces"] == ["default_keyspace", "docs"]


def test_the_program_has_the_right_types(tmp_path: Path) -> None:
    (text,) = blocks("python")
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(tmp_path / "program.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_two_commands_and_the_activation_line() -> None:
    assert "```\nmake up\n```" in README
    assert "```\nmake test\n```" in README
    assert "```\n. .vectorize/activate\n```" in README
