"""Everything `make test` holds the code to: format, lint, types, layers, dependencies, then the tests, fastest folder first."""

import os
import subprocess
import sys
from dataclasses import dataclass

from tools import activation
from tools.engine import record
from tools.places import Places

TEST_FOLDERS = ("unit", "emulator", "providers", "acceptance")
# More than the cores of a small machine gain nothing: the engine that the acceptance tests start is busy itself.
MOST_WORKERS = 4


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: what it is reported under.
        command: runs it.
        telling: whether it says how far it came instead of just passing.
    """

    name: str
    command: tuple[str, ...]
    telling: bool = False


CHECKS = (
    Check("format", ("ruff", "format", "--check", "--quiet", ".")),
    Check("lint", ("ruff", "check", "--quiet", ".")),
    Check("types", ("mypy", "--no-error-summary")),
    Check("layers", ("lint-imports", "--no-logo", "--cache-dir", ".vectorize/cache/import-linter")),
    Check("audit", (sys.executable, "-m", "tools.audit"), telling=True),
)


def main(arguments: list[str]) -> int:
    """Run every check and, whatever they say, the tests; pytest's summary is the last line."""
    places = Places.here()
    engine = record.load(places, os.environ)
    environ = activation.without_state(places, engine.path if engine else None, os.environ)
    environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(places.made / "cache" / "hypothesis")
    failed = [check for check in CHECKS if not _passes(check, places, environ)]
    for check in failed:
        print(f"FAILED {check.name}: `{' '.join(check.command)}`", flush=True)
    folders = [f"tests/{name}" for name in TEST_FOLDERS if (places.root / "tests" / name).is_dir()]
    workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
    tests = ["pytest", "--numprocesses", workers, *folders, *arguments]
    code = subprocess.run(tests, cwd=places.root, env=environ, stdin=subprocess.DEVNULL, check=False).returncode
    return code or (1 if failed else 0)


def _passes(check: Check, places: Places, environ: dict[str, str]) -> bool:
    """Run one check; what it prints is shown where it fails, or where it is telling."""
    finished = subprocess.run(
        check.command,
        cwd=places.root,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = finished.returncode == 0
    said = finished.stdout.strip() if check.telling else "passed"
    print(f"{check.name}: {said if passed else 'FAILED'}", flush=True)
    if not passed:
        print(finished.stdout, flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
