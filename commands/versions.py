"""What is at work here: versions, for people and for the report of a bug."""

import json
import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

_SCHEMAS = Path(__file__).resolve().parent.parent / "schemas" / "embedding-providers"
# Unit: seconds. The engine answers in a fraction of one.
_PATIENCE = 10


def text() -> str:
    """Lines: vectorize, Python and the system, the engine on PATH, the newest source of the embedding providers' schemas."""
    return "\n".join(
        (
            f"vectorize, version {metadata.version('astra-vectorize')}",
            f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
            f"engine: {_engine()}",
            f"schemas: as of {max(_dates(), default='an unknown day')}",
        )
    )


def _engine() -> str:
    if shutil.which("pulumi") is None:
        return "pulumi is not on PATH"
    try:
        done = subprocess.run(
            ["pulumi", "version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "pulumi does not answer"
    said = done.stdout.split()
    return f"pulumi {said[0]}" if said and not done.returncode else "pulumi does not say its version"


def _dates() -> Iterator[str]:
    for file in _SCHEMAS.glob("*.json"):
        # This is told of a broken installation, too.
        try:
            sources = json.loads(file.read_bytes())["x-sources"]
            yield from (str(one["date"]) for one in sources.values())
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue
