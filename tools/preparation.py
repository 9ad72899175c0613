"""Set-up, step by step; each step does nothing when nothing it depends on has changed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import activation, failure, virtualenv, workspace
from tools.engine import record
from tools.engine.record import Engine
from tools.exclusive import exclusive
from tools.failure import Failure
from tools.places import Places

INTERRUPTED = 130


FOR_TESTS = "--tests"


def main(arguments: Sequence[str]) -> int:
    """Set up and say which engine is used; a failure is one sentence. FOR_TESTS brings along what the checks and tests need."""
    lock = virtualenv.TESTING if FOR_TESTS in arguments else virtualenv.RUNNING
    try:
        engine = prepare(Places.here(), lock, os.environ)
    except Failure as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(failure.of_operating_system(problem), file=sys.stderr)
    except KeyboardInterrupt:
        print(f"Interrupted: {failure.AGAIN}.", file=sys.stderr)
        return INTERRUPTED
    except EngineStepFailed as step:
        return step.code
    else:
        _say(engine.sentence)
        return 0
    return 1


class EngineStepFailed(Exception):
    """The engine's step failed and has said why."""

    def __init__(self, code: int) -> None:
        """Keep the step's exit code."""
        super().__init__(code)
        self.code = code


def prepare(places: Places, lock: str, environ: Mapping[str, str]) -> Engine:
    """Have everything that `make up` needs or, with the lock of the tests, `make test`."""
    fresh = not places.stamps.exists()
    places.make()
    with exclusive(places.made / "setup.lock", _say):
        if fresh:
            _check_room(places, lock)
        virtualenv.ensure(places, lock, _say)
        workspace.ensure(places, _say)
        engine = record.load(places, environ) or _choose_engine(places, environ)
        activation.write(places, engine.path)
        return engine


def _check_room(places: Places, lock: str) -> None:
    """Fail at once where the disk is too full for the virtual environment."""
    free, needed = shutil.disk_usage(places.made).free, virtualenv.FREE_BYTES_NEEDED[lock]
    if free < needed:
        raise Failure(
            f"The virtual environment takes about {needed / 1e9:.1f} GB at {places.made}, where "
            f"{free / 1e9:.1f} GB are free: free some space, then {failure.AGAIN}."
        )


def _choose_engine(places: Places, environ: Mapping[str, str]) -> Engine:
    """Let the virtual environment's Python choose the engine: only there are rich and Pulumi's own SDK."""
    command: list[str | Path] = [places.python, "-m", "tools.engine"]
    step = subprocess.run(command, cwd=places.root, env=dict(environ), stdin=subprocess.DEVNULL, check=False, close_fds=False)
    if step.returncode != 0:
        raise EngineStepFailed(step.returncode)
    engine = record.load(places, environ)
    if engine is None:
        raise Failure(f"The engine changed while it was being chosen: {failure.AGAIN}.")
    return engine


def _say(line: str) -> None:
    """Print a line at once, so that it stands before what child processes print."""
    print(line, flush=True)
