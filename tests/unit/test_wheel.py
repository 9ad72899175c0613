"""What is installed: a wheel holds every file of data, and validates from anywhere without the repository."""

import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "examples"
PACKAGES = ("astra", "commands", "emulator", "providers", "schemas")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked. Built without a network from a copy, since setuptools leaves its own files beside the sources."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(made), str(source)]
    done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = made.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(made / "unpacked")
    return made / "unpacked"


def data(root: Path) -> set[str]:
    """The files of the packages that are no Python."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in found if path.suffix not in (".py", ".pyc")}


def test_a_wheel_holds_the_data_of_every_package(wheel: Path) -> None:
    assert data(wheel) == data(ROOT)
    typed = {f"{package}/py.typed" for package in ("astra", "commands", "emulator", "providers")}
    assert data(wheel) >= {"schemas/rules.json", "schemas/environment.schema.json", *typed}


def test_a_wheel_holds_the_packages_and_no_more(wheel: Path) -> None:
    (about,) = wheel.glob("*.dist-info")
    assert {path.name for path in wheel.iterdir()} == {*PACKAGES, about.name}


def hook_entry() -> list[str]:
    """The command that pre-commit runs, before the names of the files."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return shlex.split(hook["entry"])


def run(wheel: Path, folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Runs the hook's command on files of a folder with what the wheel installs, and nothing of the repository."""
    script, *words = hook_entry()
    (points,) = wheel.glob("*.dist-info/entry_points.txt")
    (line,) = (line for line in points.read_text(encoding="utf-8").splitlines() if line.startswith(f"{script} = "))
    module, _, function = line.partition(" = ")[2].partition(":")
    # -P: the folder in which it runs is no place of packages.
    program = f"import sys; from {module} import {function}; sys.argv[0] = {script!r}; {function}()"
    command = [sys.executable, "-P", "-c", program, *words, *files]
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    surroundings["PYTHONPATH"] = str(wheel)
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def test_the_hook_s_command_validates_from_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "valid" / "openai" / "credential.yaml", tmp_path / "right.yaml")
    shutil.copy(EXAMPLES / "invalid" / "openai" / "integration.yaml", tmp_path)
    right = run(wheel, tmp_path, "right.yaml")
    assert (right.stdout, right.returncode) == ("", 0), right.stderr
    both = run(wheel, tmp_path, "right.yaml", "integration.yaml")
    expected = (EXAMPLES / "invalid" / "openai" / "integration.errors").read_text(encoding="utf-8")
    assert (both.stdout, both.returncode) == (expected, 1), both.stderr


def test_the_command_reads_the_schemas_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """And not those of the repository, which would hide that one is missing."""
    lacking = tmp_path / "lacking"
    shutil.copytree(wheel, lacking, ignore=shutil.ignore_patterns("schemas"))
    shutil.copy(EXAMPLES / "valid" / "openai" / "credential.yaml", tmp_path)
    assert run(wheel, tmp_path, "credential.yaml").returncode == 0
    assert run(lacking, tmp_path, "credential.yaml").returncode != 0
