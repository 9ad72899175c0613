"""The Go toolchain: found, new enough or able to fetch a newer one, and with room for what a build leaves behind."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.engine.pins import (
    BUILD_CACHE_BYTES,
    ENGINE_VERSION,
    MODULES_BYTES,
    OLDEST_GO,
    OLDEST_SELF_UPDATING_GO,
    PROGRAMS_BYTES,
)
from tools.engine.versions import parse, text
from tools.failure import AGAIN, Failure

USUAL_FOLDERS = "/usr/local/go/bin:/usr/lib/go/bin"
ALTERNATIVES = f"or put a Pulumi engine on PATH (https://www.pulumi.com/docs/install), then {AGAIN}"


@dataclass(frozen=True)
class Go:
    """A Go command, with the environment to run it in."""

    program: str
    environ: Mapping[str, str]
    remark: str | None


def find(environ: Mapping[str, str], usual_folders: str = USUAL_FOLDERS) -> Go:
    """The Go to build with, or the sentence that says what is missing."""
    program = shutil.which("go", path=environ.get("PATH", os.defpath)) or shutil.which("go", path=usual_folders)
    if program is None:
        raise Failure(
            "There is no Pulumi engine on PATH, its official installer cannot be reached and there is no Go to build it with: "
            f"install Go {text(OLDEST_GO)} or newer (https://go.dev/dl), {ALTERNATIVES}."
        )
    toolchain = _ask([program, "env", "GOTOOLCHAIN"], environ)
    switch, remark = toolchain_switch(program, _ask([program, "version"], environ), toolchain, environ.get("GOTOOLCHAIN"))
    return Go(program, {**environ, **build_settings(), **switch}, remark)


def toolchain_switch(program: str, printed: str, effective: str, chosen: str | None) -> tuple[dict[str, str], str | None]:
    """What to add to the environment so that the build gets a Go that is new enough, and a remark on it.

    `effective` is the GOTOOLCHAIN that Go would use, `chosen` the one that the user's environment names. Distributions
    set it to `local` without anyone having chosen that; only the user's own choice is final.
    """
    version = parse(printed)
    if version is None:
        raise Failure(f"{program} does not tell its version: repair or remove it, {ALTERNATIVES}.")
    if version >= OLDEST_GO:
        return {}, None
    too_old = f"Go {text(version)} ({program}) is too old to build the Pulumi engine, which needs {text(OLDEST_GO)} or newer"
    if chosen and chosen.split("+")[0] == "local":
        raise Failure(f"{too_old}, and GOTOOLCHAIN={chosen} forbids fetching it: install a newer Go or unset it, {ALTERNATIVES}.")
    if version < OLDEST_SELF_UPDATING_GO:
        raise Failure(f"{too_old}: install it (https://go.dev/dl), {ALTERNATIVES}.")
    remark = f"Go {text(version)} is older than {text(OLDEST_GO)}: it fetches a newer toolchain for this build."
    return ({} if effective == "auto" else {"GOTOOLCHAIN": "auto"}), remark


def build_settings() -> dict[str, str]:
    """Settings that make the build the same whatever the user's own Go settings are."""
    return {
        # The committed go.mod and go.sum decide, and are never rewritten.
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
        "GO111MODULE": "on",
        # No C compiler or headers needed, and one result whether there are any or not.
        "CGO_ENABLED": "0",
        "GOOS": "",
        "GOARCH": "",
    }


def check_room(go: Go, folder: Path) -> None:
    """Fail now rather than minutes into a build when a disk is too small for it."""
    settings = json.loads(_ask([go.program, "env", "-json", "GOMODCACHE", "GOCACHE"], go.environ) or "{}")
    modules, cache = (Path(settings.get(name) or folder) for name in ("GOMODCACHE", "GOCACHE"))
    needs = {folder: PROGRAMS_BYTES}
    # What was downloaded once was most likely built once too; a build that finds out otherwise says so itself.
    if not (modules / "github.com" / "pulumi" / "pulumi" / "pkg" / f"v3@v{ENGINE_VERSION}").exists():
        needs = {folder: PROGRAMS_BYTES, modules: MODULES_BYTES, cache: BUILD_CACHE_BYTES}
    for places, needed in by_disk(needs, lambda place: _nearest(place).stat().st_dev):
        sentence = shortage(places, needed, shutil.disk_usage(_nearest(places[0])).free)
        if sentence:
            raise Failure(sentence)


def by_disk(needs: Mapping[Path, int], disk_of: Callable[[Path], int]) -> list[tuple[list[Path], int]]:
    """What is needed in each place, added up for places that share a disk."""
    disks: dict[int, list[Path]] = {}
    for place in needs:
        disks.setdefault(disk_of(place), []).append(place)
    return [(places, sum(needs[place] for place in places)) for places in disks.values()]


def shortage(places: list[Path], needed: int, free: int) -> str | None:
    """The sentence for a disk with too little room, or None."""
    if free >= needed:
        return None
    return (
        f"Building the Pulumi engine takes about {needed / 1e9:.1f} GB on the disk of {' and '.join(map(str, places))}, where "
        f"{free / 1e9:.1f} GB are free: free some space, {ALTERNATIVES}."
    )


def _nearest(place: Path) -> Path:
    """The closest folder to `place` that exists."""
    return next(folder for folder in (place, *place.parents) if folder.exists())


def _ask(command: list[str], environ: Mapping[str, str]) -> str:
    """What a short command prints; nothing where it fails."""
    finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=dict(environ))
    return finished.stdout.strip() if finished.returncode == 0 else ""
