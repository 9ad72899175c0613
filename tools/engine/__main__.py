"""Choose the engine and make it ready: `python -m tools.engine`, run by set-up inside the virtual environment."""

import os
import sys
from collections.abc import Callable, Mapping

from rich.console import Console

from tools import failure
from tools.engine import existing, go_build, go_toolchain, installer, record
from tools.engine.progress import for_console
from tools.engine.record import Engine
from tools.places import Places


def choose(places: Places, environ: Mapping[str, str], console: Console) -> Engine:
    """The first engine that can be had: on PATH, left by an earlier run, another project's, installed, built."""

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    found = existing.from_path(places, environ)
    if isinstance(found, Engine):
        return found
    if found is not None:
        say(found.sentence)
    return (
        existing.from_own_folder(places) or existing.from_another_project(places, environ) or _make(places, environ, console, say)
    )


def _make(places: Places, environ: Mapping[str, str], console: Console, say: Callable[[str], None]) -> Engine:
    """Install or build an engine in the project's own folder."""
    if not installer.install(places, say):
        go = go_toolchain.find(environ)
        go_toolchain.check_room(go, places.made)
        say("There is no Pulumi engine on this machine yet: building it, which takes about five minutes the first time.")
        if go.remark:
            say(go.remark)
        go_build.build(places, go, for_console(console, terminal=sys.stdout.isatty()))
    made = existing.from_own_folder(places)
    if made is None:
        raise failure.Failure(f"The engine in {places.engine} does not run: remove that folder, then {failure.AGAIN}.")
    return made


def main() -> int:
    """Choose, note the choice for the next run; a failure is one sentence."""
    places = Places.here()
    try:
        record.save(choose(places, os.environ, Console()), places, os.environ)
    except failure.Failure as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(failure.of_operating_system(problem), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
