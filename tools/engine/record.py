"""The note on which engine was taken and why, valid until something it was based on changes."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.engine.pins import COMPANIONS, ENGINE_PROGRAM, ENGINE_VERSION, PROGRAMS
from tools.places import Places


@dataclass(frozen=True)
class Engine:
    """An engine to use: its version, where it came from in words, and its folder where that must be put on PATH."""

    version: str
    origin: str
    folder: str | None

    @property
    def sentence(self) -> str:
        """The one line that says which engine is used."""
        return f"Pulumi engine: {self.version}, {self.origin}"

    @property
    def path(self) -> Path | None:
        """The folder to put on PATH, if any."""
        return Path(self.folder) if self.folder else None


def on_path(environ: Mapping[str, str], places: Places) -> Path | None:
    """The `pulumi` on PATH that is no project's own: PATH holds one of those where a project is activated, and goes with it."""
    folders = [folder for folder in environ.get("PATH", os.defpath).split(os.pathsep) if not _of_a_project(folder, places)]
    found = shutil.which(ENGINE_PROGRAM, path=os.pathsep.join(folders))
    return Path(found) if found else None


def of_other_projects(environ: Mapping[str, str], places: Places) -> list[Path]:
    """The folders on PATH in which set-up keeps the engine of another project."""
    own = places.engine / "bin"
    folders = [Path(one) for one in environ.get("PATH", os.defpath).split(os.pathsep) if _of_a_project(one, places)]
    return [folder for folder in folders if folder != own]


def _of_a_project(folder: str, places: Places) -> bool:
    return Path(folder).parts[-3:] == (*places.engine.parts[-2:], "bin")


def companions(program: Path, environ: Mapping[str, str]) -> dict[str, str | None]:
    """Where the programs are that an engine needs: beside it, beside what it links to, or on PATH."""
    near = os.pathsep.join([str(program.parent), str(program.resolve().parent), environ.get("PATH", os.defpath)])
    return {name: shutil.which(name, path=near) for name in COMPANIONS}


def save(engine: Engine, places: Places, environ: Mapping[str, str]) -> None:
    """Note the choice together with what it was based on."""
    _file(places).write_text(json.dumps({"engine": asdict(engine), "grounds": _grounds(engine, places, environ)}))


def load(places: Places, environ: Mapping[str, str]) -> Engine | None:
    """The engine chosen before, unless its files, the pinned version or the `pulumi` on PATH have changed since."""
    try:
        note = json.loads(_file(places).read_text())
        engine = Engine(**note["engine"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return engine if note.get("grounds") == _grounds(engine, places, environ) else None


def _file(places: Places) -> Path:
    return places.stamps / "engine.json"


def _grounds(engine: Engine, places: Places, environ: Mapping[str, str]) -> dict[str, object]:
    """What the choice rests on, in values that JSON gives back unchanged."""
    found = on_path(environ, places)
    folder = engine.path
    return {
        "pinned": ENGINE_VERSION,
        "project": str(places.root),
        "on PATH": [_identity(found), companions(found, environ)] if found else None,
        "programs": [_identity(folder / program) for program in PROGRAMS] if folder else [],
    }


def _identity(program: Path) -> list[object]:
    """What tells one build of a program from another without running it."""
    try:
        status = program.stat()
    except OSError:
        return [str(program), None, None]
    return [str(program), status.st_size, status.st_mtime_ns]
