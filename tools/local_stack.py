"""Bring the stack `local` up or down, or free it from what a killed engine left: `python -m tools.local_stack up|down|unlock`."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

from tools import activation, failure, locks
from tools.engine import record
from tools.failure import Failure
from tools.places import Places

STACK = "local"
INTERRUPTED = 130
# Where the engine keeps attributes of this stack's files; those of other stacks may be being written at this moment.
ATTRIBUTES = (
    *(f"stacks/*/{STACK}.{ending}.attrs" for ending in ("json", "json.bak", "json.gz", "json.gz.bak")),
    *(f"{folder}/{STACK}/*.attrs" for folder in ("backups/*", "history/*", "locks/*/*")),
)
# Never a question: where one would be asked, the command fails instead.
UNATTENDED = ("--yes", "--stack", STACK)
SHOW = ("vectorize", "show", STACK)
EXPLANATIONS = (
    (
        "incorrect passphrase",
        "Pulumi.local.yaml does not fit the passphrase of this machine: remove that file, then run the same command again.",
    ),
    (
        "failed to load checkpoint: EOF",
        "An engine that was killed left an empty file in the state: run `make unlock`, then the same command again.",
    ),
    (
        "no space left on device",
        "The disk is full: free some space, then run the same command again.",
    ),
)


class PulumiFailed(Exception):
    """A command that has already said what is wrong."""

    def __init__(self, code: int) -> None:
        """Keep the command's exit code."""
        super().__init__(code)
        self.code = code


def up(places: Places, environ: Mapping[str, str]) -> None:
    """Make what is declared for `local` stand, then show it."""
    _refuse_locked(places)
    if not _exists(places):
        _run(["pulumi", "stack", "init", STACK, "--non-interactive"], places, environ)
    # Refreshed first: the emulator's world is a file that people delete.
    _run(["pulumi", "up", "--refresh", "--skip-preview", "--suppress-outputs", *UNATTENDED], places, environ)
    _run(SHOW, places, environ)


def down(places: Places, environ: Mapping[str, str]) -> None:
    """Destroy everything in `local`; the empty stack stays."""
    if not _exists(places):
        print(f"Nothing stands: the stack {STACK} was never brought up.")
        return
    _refuse_locked(places)
    _run(["pulumi", "destroy", "--skip-preview", *UNATTENDED], places, environ)


def unlock(places: Places, environ: Mapping[str, str]) -> None:
    """Free `local` from the lock of an engine that no longer runs, and from the empty files of one killed while it wrote."""
    found = locks.here(places.state, STACK)
    if any(lock.running for lock in found):
        raise Failure(locks.explain(found, STACK))
    _remove_empty_attributes(places)
    if not found:
        print(f"The stack {STACK} is not locked.")
        return
    for lock in found:
        print(lock.sentence, flush=True)
    _run(["pulumi", "cancel", *UNATTENDED], places, environ)
    # What was being created is taken over by the next up; until then the engine would warn of it every time.
    _run(["pulumi", "refresh", "--skip-preview", "--clear-pending-creates", "--suppress-outputs", *UNATTENDED], places, environ)
    print("Freed. `make up` finishes what was interrupted.")


def _remove_empty_attributes(places: Places) -> None:
    """The engine keeps each file's attributes beside it, and writes them first: it reads no file whose attributes are empty.

    Without them it reads the file as ever, which is then as it was before the write that was cut off (engine 3.259).
    """
    for file in sorted(file for pattern in ATTRIBUTES for file in places.state.glob(f".pulumi/{pattern}")):
        # An engine that has begun since may move it.
        with suppress(FileNotFoundError):
            if file.stat().st_size == 0:
                file.unlink()
                print(f"Removed the empty {file.relative_to(places.state)}, which an engine that was killed left.", flush=True)


def _exists(places: Places) -> bool:
    """Whether the state holds the stack."""
    stacks = places.state / ".pulumi" / "stacks"
    return any(file for ending in ("json", "json.gz") for file in stacks.glob(f"*/{STACK}.{ending}"))


def _refuse_locked(places: Places) -> None:
    """Fail with an explanation where the stack is locked: the engine's own message leaves the reader to find out more."""
    found = locks.here(places.state, STACK)
    if found:
        raise Failure(locks.explain(found, STACK))


def _run(command: list[str] | tuple[str, ...], places: Places, environ: Mapping[str, str]) -> None:
    """Run a command on the reader's own terminal; only what it says on standard error is looked through as well."""
    with subprocess.Popen(
        command, cwd=places.root, env=dict(environ), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as child:
        assert child.stderr is not None
        said = []
        for line in child.stderr:
            sys.stderr.write(line)
            sys.stderr.flush()
            said.append(line)
    if child.returncode != 0:
        # The lock may have been taken since it was looked for.
        if "currently locked" in "".join(said):
            _refuse_locked(places)
        for sentence in (sentence for sign, sentence in EXPLANATIONS if sign in "".join(said)):
            print(sentence, file=sys.stderr)
        raise PulumiFailed(child.returncode)


def _environ(places: Places) -> dict[str, str]:
    """The environment with the engine that set-up chose and the project's own state."""
    engine = record.load(places, os.environ)
    if engine is None:
        raise Failure("Set-up has not been run here, or the engine has changed since: run `make setup` first.")
    return activation.variables(places, engine.path, os.environ)


def main(arguments: list[str]) -> int:
    """Do what the one argument says."""
    actions = {"up": up, "down": down, "unlock": unlock}
    if len(arguments) != 1 or arguments[0] not in actions:
        print(f"One of {', '.join(actions)} is needed.", file=sys.stderr)
        return 1
    places = Places.here()
    try:
        actions[arguments[0]](places, _environ(places))
    except Failure as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(failure.of_operating_system(problem), file=sys.stderr)
    except PulumiFailed as failed:
        return failed.code
    except KeyboardInterrupt:
        return INTERRUPTED
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
