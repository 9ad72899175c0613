"""Check the Python version, then set up: `python3 -m tools.setup`.

This file alone must be readable by any Python 3, however old, to say in one sentence which one is needed.
"""

import os
import shutil
import sys

OLDEST = (3, 11)
NEWER_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14")


def main() -> int:
    """Set up with this interpreter, or with a newer one found on PATH."""
    if sys.version_info >= OLDEST:
        from tools.preparation import main as prepare

        return prepare(sys.argv[1:])
    for name in NEWER_NAMES:
        newer = shutil.which(name)
        if newer and os.system("'%s' -c '' >/dev/null 2>&1" % newer) == 0:
            os.execv(newer, [newer, "-m", "tools.setup"] + sys.argv[1:])
    sys.stderr.write(too_old(sys.version_info[:2], sys.executable) + "\n")
    return 1


def too_old(version: "tuple[int, ...]", executable: str) -> str:
    """The sentence for a Python that cannot be used."""
    return (
        "Set-up needs Python %s or newer, this is %s (%s): install python3.11 or newer and run the same command again, "
        "or name it with `make PYTHON=/path/to/python3.11 up`."
        % (".".join(map(str, OLDEST)), ".".join(map(str, version)), executable)
    )


if __name__ == "__main__":
    sys.exit(main())
