"""Which commit a deployment is made from, as git or the CI system tells it."""

import os
import re
import subprocess
from pathlib import Path

# Where the environment files are kept, beside the program.
FOLDER = Path("environments")
# Where git cannot tell: GitHub Actions, GitLab CI. Sources: their documentation of variables.
VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA")
# How long git may take. Unit: seconds. A deployment does not fail for what is only recorded.
PATIENCE = 20
_WHOLE = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def commit() -> str:
    """The whole id of the commit, with -dirty behind it where what is deployed may be something else than was committed.

    That is so where a file that git tracks was changed, or an environment file is not tracked at all. Where there is no git, or
    it does not answer, the CI system's variable is believed; "" where there is none either.
    """
    known = _asked("rev-parse", "--verify", "HEAD")
    changed = _asked("status", "--porcelain", "--untracked-files=no")
    strange = _asked("ls-files", "--others", "--", f"{FOLDER}/*.yaml")
    if known is None or changed is None or strange is None:
        return next((stated for name in VARIABLES if _WHOLE.fullmatch(stated := os.environ.get(name, ""))), "")
    return f"{known}-dirty" if changed or strange else known


def _asked(*arguments: str) -> str | None:
    """What git answers; None where it does not."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            # Nothing is locked that somebody at work in the folder may need.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
