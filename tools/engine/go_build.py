"""Build the engine and its language host from Pulumi's published Go modules."""

import shutil
from pathlib import Path

from tools.child import Outcome, run
from tools.engine.existing import put_in_place
from tools.engine.go_toolchain import Go
from tools.engine.pins import BUILDS, LAUNCHERS, SDK_MODULE, Build
from tools.engine.progress import Progress
from tools.failure import AGAIN, Failure
from tools.places import Places

ORIGIN = "built from Go modules"
NETWORK = "Pulumi's Go modules could not be downloaded: connect to the internet, or set GOPROXY to a module proxy you can reach"
PROBLEMS = (
    ("no space left on device", "The disk is full: free about 6 GB"),
    ("signal: killed", "The compiler was killed, most likely because memory ran out: free about 3 GB of it"),
    ("checksum mismatch", "A downloaded Go module is not the one that go.sum names: check the module proxy in GOPROXY"),
    ("GOTOOLCHAIN=local", "This Go is too old for the engine and may not fetch a newer one: install a newer Go"),
    ("toolchain not available", "A newer Go toolchain could not be downloaded: install a newer Go"),
    ("permission denied", "Go may not write one of its folders (see `go env GOCACHE GOMODCACHE`): give this user the right to"),
    ("no such host", NETWORK),
    ("dial tcp", NETWORK),
    ("connection refused", NETWORK),
    ("i/o timeout", NETWORK),
    ("TLS handshake timeout", NETWORK),
    ("module lookup disabled", NETWORK),
    ("name resolution", NETWORK),
)


def build(places: Places, go: Go, progress: Progress) -> None:
    """Build every program and put them in place; a run that was killed is continued from Go's own caches."""
    partial = places.engine / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for part in BUILDS:
        log = places.logs / f"build-{part.program}.log"
        total = _count_packages(part, go, progress, log)
        _compile(part, partial, go, progress, total, log)
    _copy_launchers(go, partial, places.logs / "launchers.log")
    put_in_place(partial, ORIGIN, places)


def explain(output: str, log: Path) -> str:
    """The sentence for a failed build, from what Go printed."""
    for sign, sentence in PROBLEMS:
        if sign in output:
            return f"{sentence} (all Go printed: {log}), then {AGAIN}."
    last = output.strip().rsplit("\n", 1)[-1] or "Go said nothing"
    return f"The Pulumi engine could not be built: {last} (all Go printed: {log})."


def _count_packages(part: Build, go: Go, progress: Progress, log: Path) -> int:
    """How many packages the program consists of; Go downloads the modules it lacks on the way."""
    packages: set[str] = set()

    def note(line: str) -> None:
        if line.startswith("go: downloading "):
            progress.advance()
        else:
            packages.add(line)

    progress.start(f"Downloading the modules of the {part.title}", None)
    command = [go.program, "list", "-deps", "-f", "{{.ImportPath}}", part.package]
    _must(run(command, cwd=part.module, environ=go.environ, log=log, on_line=note, on_tick=progress.tick), log)
    progress.finish()
    return len(packages)


def _compile(part: Build, partial: Path, go: Go, progress: Progress, total: int, log: Path) -> None:
    """Build one program; `-v` names each package that is compiled."""
    progress.start(f"Building the {part.title}", total)
    command = [
        *(go.program, "build", "-v", "-trimpath", "-buildvcs=false"),
        *("-ldflags", part.linker_flags, "-o", str(partial / part.program), part.package),
    ]

    def note(line: str) -> None:
        if " " not in line:
            progress.advance()

    _must(run(command, cwd=part.module, environ=go.environ, log=log, on_line=note, on_tick=progress.tick), log)
    progress.finish()


def _copy_launchers(go: Go, partial: Path, log: Path) -> None:
    """Copy the scripts that start Python from the module cache, where Go put them with the engine's SDK module."""
    command = [go.program, "list", "-m", "-f", "{{.Dir}}", SDK_MODULE]
    outcome: Outcome = run(command, cwd=BUILDS[0].module, environ=go.environ, log=log)
    _must(outcome, log)
    for launcher in LAUNCHERS:
        source = Path(outcome.tail.strip()) / launcher
        # Not copy2: the module cache is read-only, and a copy that is too would resist being replaced.
        shutil.copyfile(source, partial / source.name)


def _must(outcome: Outcome, log: Path) -> None:
    """Fail with a sentence unless Go succeeded."""
    if outcome.code != 0:
        raise Failure(explain(outcome.tail, log))
