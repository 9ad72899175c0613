"""Engines that are there already: on PATH, or in the project's own folder from an earlier run."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.engine.pins import ENGINE_PROGRAM, ENGINE_VERSION, OLDEST_ENGINE, PROGRAMS
from tools.engine.record import Engine, companions, of_other_projects, on_path
from tools.engine.versions import parse, text
from tools.places import Places

ORIGIN = "origin"


@dataclass(frozen=True)
class Refusal:
    """Why a `pulumi` on PATH is not used."""

    sentence: str


def from_path(places: Places, environ: Mapping[str, str]) -> Engine | Refusal | None:
    """The engine on PATH; why it is not used; or None where there is none."""
    program = on_path(environ, places)
    if program is None:
        return None
    missing = [name for name, place in companions(program, environ).items() if place is None]
    return judge(program, printed_version(program), missing)


def judge(program: Path, printed: str, missing: list[str]) -> Engine | Refusal:
    """Whether a `pulumi` that prints this version and lacks these companions will do."""
    version = parse(printed)
    if version is None:
        return Refusal(f"{program} does not tell its version: not used.")
    if version < OLDEST_ENGINE:
        return Refusal(f"{program} is {text(version)}, older than {text(OLDEST_ENGINE)}: not used.")
    if missing:
        return Refusal(f"{program} has no {', '.join(missing)} beside it: not used.")
    return Engine(text(version), f"found on PATH ({program})", None)


def from_own_folder(places: Places) -> Engine | None:
    """The engine an earlier run left, if it is whole and of the pinned version."""
    folder = places.engine / "bin"
    if not all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
        return None
    if parse(printed_version(folder / ENGINE_PROGRAM)) != parse(ENGINE_VERSION):
        return None
    note = places.engine / ORIGIN
    origin = note.read_text().strip() if note.exists() else "kept"
    return Engine(ENGINE_VERSION, f"{origin} in {places.engine.relative_to(places.root)}", str(folder))


def from_another_project(places: Places, environ: Mapping[str, str]) -> Engine | None:
    """A copy of the engine of a project that is activated, such as the one that this one was made of: that one may go."""
    for folder in of_other_projects(environ, places):
        whole = all(os.access(folder / name, os.X_OK) for name in PROGRAMS)
        if whole and parse(printed_version(folder / ENGINE_PROGRAM)) == parse(ENGINE_VERSION):
            partial = places.engine / "partial"
            partial.mkdir(parents=True, exist_ok=True)
            for name in PROGRAMS:
                shutil.copy2(folder / name, partial / name)
            put_in_place(partial, f"copied from {folder}", places)
            return from_own_folder(places)
    return None


def put_in_place(partial: Path, origin: str, places: Places) -> None:
    """Move the programs of a finished installation or build into the project's folder."""
    folder = places.engine / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    # The engine itself goes last: an interrupted move leaves a folder that is not taken for a whole one.
    for program in sorted(partial.iterdir(), key=lambda path: path.name == ENGINE_PROGRAM):
        program.chmod(0o755)
        program.replace(folder / program.name)
    (places.engine / ORIGIN).write_text(origin + "\n")
    shutil.rmtree(partial)


def printed_version(program: Path) -> str:
    """What `pulumi version` prints; nothing where it does not run."""
    environ = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    try:
        finished = subprocess.run(
            [program, "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, env=environ
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return finished.stdout if finished.returncode == 0 else ""
