"""The jobs of the workflows in docs/ci, run by a shell; only their set-up is left out."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.acceptance.conftest import ROOT

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

CI = ROOT / "docs" / "ci"
STATED = re.compile(r"steps\.\w+\.outputs\.(\w+) (==|!=) '(\w*)'")


@dataclass
class Job:
    """A job of a forge: what its shell is given beside the engine's settings, and what its steps said so far."""

    project: Project
    given: dict[str, str]
    shell: list[str]
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        folder = self.project.folder
        (folder / ".vectorize").mkdir(exist_ok=True)
        # Set-up was left out: everything is on PATH already.
        (folder / ".vectorize" / "activate").touch()
        return subprocess.run(
            [*self.shell, script],
            cwd=folder,
            env={**self.project.environment, **self.given, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def github(self, file: str, name: str, **variables: str) -> list[tuple[str, int]]:
        """Runs a job of GitHub's as far as it comes; the names of its steps with their exit codes."""
        job = yaml.safe_load((CI / "github" / f"{file}.yml").read_text(encoding="utf-8"))["jobs"][name]
        files = {name: self.project.folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        self.outputs = {}
        done = []
        for step in job["steps"]:
            if "run" not in step or step["name"] == "Set up" or not self._holds(step.get("if", "")):
                continue
            for path in files.values():
                path.write_text("")
            ended = self.run(step["run"], **self._env(step), **{name: str(path) for name, path in files.items()}, **variables)
            self.outputs |= dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
            assert "Traceback" not in ended.stderr, ended.stderr
            done.append((step["name"], ended.returncode))
            if ended.returncode and "cancelled()" not in str(job["steps"][-1].get("if", "")):
                break
        return done

    def _holds(self, condition: str) -> bool:
        stated = STATED.fullmatch(condition)
        return not stated or (self.outputs.get(stated[1], "") == stated[3]) == (stated[2] == "==")

    def _env(self, step: dict[str, Any]) -> dict[str, str]:
        """Of a step's variables those that an earlier step said; secrets are in the engine's settings."""
        stated = {
            name: re.fullmatch(r"\$\{\{ steps\.drift\.outputs\.(\w+) \}\}", value) for name, value in step.get("env", {}).items()
        }
        return {name: self.outputs.get(found[1], "") for name, found in stated.items() if found}


def of_gitlab(name: str) -> str:
    said = yaml.safe_load((CI / "gitlab-ci.yml").read_text(encoding="utf-8"))[name]
    return "\n".join(said["script"])
