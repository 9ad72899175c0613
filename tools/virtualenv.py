"""The virtual environment: made from a lock file, kept while nothing it depends on changes, repaired when half made."""

import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.child import run
from tools.failure import AGAIN, Failure
from tools.places import Places

HEARTBEAT_SECONDS = 15
# What running needs, and what the checks and tests need, which is all of the first and more: locks, and the room they take.
RUNNING, TESTING = "requirements.lock", "requirements-dev.lock"
FREE_BYTES_NEEDED = {RUNNING: 400_000_000, TESTING: 1_200_000_000}
PROBLEMS = (
    (
        "DO NOT MATCH THE HASHES",
        "a downloaded package does not match its hash in the lock file: fetch that afresh from git",
    ),
    ("No space left on device", "there is no space left on the disk: free some"),
    ("Permission denied", "a file may not be written by this user"),
    ("Name or service not known", "the package index cannot be reached: connect to the internet, or configure pip's index"),
    ("name resolution", "the package index cannot be reached: connect to the internet, or configure pip's index"),
    ("NewConnectionError", "the package index cannot be reached: connect to the internet, or configure pip's index"),
    ("timed out", "the package index does not answer: check the connection"),
    ("No matching distribution found", "a locked package is not to be had for this Python and machine"),
)


def ensure(places: Places, lock: str, say: Callable[[str], None]) -> None:
    """Have a virtual environment with the packages of that lock, RUNNING or TESTING, and the project itself."""
    stamp = places.stamps / "virtualenv.json"
    if stamp.exists() and stamp.read_text() in {fingerprint(places, lock), fingerprint(places, TESTING)}:
        return
    # Present only while packages are being installed: found by a later run, it tells of one that was killed.
    unfinished = places.stamps / "virtualenv.unfinished"
    stamp.unlink(missing_ok=True)
    if unfinished.exists() or not _usable(places):
        _make(places, say)
    unfinished.touch()
    _install(places, lock, say)
    stamp.write_text(fingerprint(places, lock))
    unfinished.unlink()


def fingerprint(places: Places, lock: str) -> str:
    """What the environment depends on; it cannot be moved, so the folder is part of it."""
    interpreter = os.path.realpath(places.python)
    settings = tomllib.loads((places.root / "pyproject.toml").read_text())
    grounds = {
        "root": str(places.root),
        "python": [interpreter, Path(interpreter).exists()],
        "lock": [lock, hashlib.sha256((places.root / lock).read_bytes()).hexdigest()],
        # Settings of linters and tests change often and change nothing about what is installed.
        "project": [settings.get("build-system"), settings.get("project"), settings.get("tool", {}).get("setuptools")],
    }
    return json.dumps(grounds, sort_keys=True)


def explain(output: str) -> str:
    """What went wrong when pip failed, from what it printed."""
    for sign, sentence in PROBLEMS:
        if sign in output:
            return sentence
    return output.strip().rsplit("\n", 1)[-1] or "pip said nothing"


def _usable(places: Places) -> bool:
    """Whether there is an environment of this folder with a Python that is new enough and has pip."""
    question = "import sys, pip; raise SystemExit(sys.version_info < (3, 11))"
    if not places.python.exists() or _silent([places.python, "-c", question]) != 0:
        return False
    scripts = places.venv / "bin" / "activate"
    return scripts.exists() and str(places.venv) in scripts.read_text()


def _silent(command: Sequence[str | Path]) -> int:
    """The exit code of a short command whose output does not matter."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode


def _make(places: Places, say: Callable[[str], None]) -> None:
    """Make an empty environment with pip."""
    # Set-up may itself run in the environment it is about to replace, when that one is activated.
    base = getattr(sys, "_base_executable", None) or sys.executable
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if _silent([base, "-c", "import ensurepip, venv"]) != 0:
        raise Failure(
            f"Python {version} ({base}) cannot make virtual environments because its venv package is missing: "
            f"install it (on Debian `apt install python{version}-venv`), then {AGAIN}."
        )
    say(f"Making the virtual environment with Python {version}.")
    log = places.logs / "virtualenv.log"
    outcome = run([base, "-m", "venv", "--clear", places.venv], log=log)
    if outcome.code != 0:
        raise Failure(f"The virtual environment could not be made: {explain(outcome.tail)} (all of it: {log}); then {AGAIN}.")


def _install(places: Places, lock: str, say: Callable[[str], None]) -> None:
    """Install the locked packages, then the project, editable and without looking at an index."""
    places.made.joinpath("build").mkdir(exist_ok=True)
    # Read by setuptools: keeps its egg-info out of the project's folder.
    settings = places.made / "build" / "setuptools.cfg"
    settings.write_text(f"[egg_info]\negg_base = {places.made / 'build'}\n")
    environ = {**os.environ, "DIST_EXTRA_CONFIG": str(settings), "PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}
    environ.pop("PYTHONHOME", None)
    say("Installing the locked packages (a minute or two when none is cached).")
    pip: list[str | Path] = [places.python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    _pip([*pip, "--require-hashes", "--requirement", places.root / lock], places, environ, say)
    _pip([*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", places.root], places, environ, say)


def _pip(command: Sequence[str | Path], places: Places, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Run pip, saying now and then that it still works."""
    started = said = time.monotonic()
    log = places.logs / "packages.log"

    def heartbeat() -> None:
        nonlocal said
        if time.monotonic() - said >= HEARTBEAT_SECONDS:
            said = time.monotonic()
            say(f"Still installing packages, {said - started:.0f} s so far.")

    outcome = run(command, log=log, cwd=places.root, environ=environ, on_tick=heartbeat)
    if outcome.code != 0:
        raise Failure(f"The locked packages could not be installed: {explain(outcome.tail)} (all of it: {log}); then {AGAIN}.")
