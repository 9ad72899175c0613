"""What a deployment records of a workload, and the history of an environment's deployments.

Plain values and their texts; who deploys, and when, is told from outside.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from astra import catalog

# How many deployments a history has at most: a rollback goes no further back.
MOST = 20
# The keys of a deployment in the state and in its history, by its attributes.
_KEYS: Mapping[str, str] = {
    "digest": "digest",
    "workload": "workload",
    "deployed_at": "deployedAt",
    "commit": "commit",
    "tool": "tool",
    "schemas": "schemas",
    "origin": "from",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment.

    Attributes:
        digest: of the workload's canonical form, as `canonical.digest` makes it.
        workload: the section `workload` of the environment file as it stood there, as JSON.
        deployed_at: when, ISO 8601 in UTC to the second, with Z at the end.
        commit: whole id of the commit that it was deployed from, with -dirty behind it where files had been changed since; ""
            where it is not known.
        tool: version of this project that did it.
        schemas: digest of the schemas that it was judged by.
        origin: name of the environment that the workload was promoted from; "" where it was not promoted.
    """

    digest: str
    workload: str
    deployed_at: str
    commit: str = ""
    tool: str = ""
    schemas: str = ""
    origin: str = ""

    @property
    def stated(self) -> dict[str, Any]:
        """The workload as plain data, its keys in the file's order."""
        found: dict[str, Any] = json.loads(self.workload)
        return found

    def outputs(self) -> dict[str, str]:
        """By the names that the state has for them: digest, workload, deployedAt, commit, tool, schemas, from."""
        return {key: getattr(self, attribute) for attribute, key in _KEYS.items()}


def origin(digest: str, promoted: str) -> str:
    """Where a workload was promoted from: "" where nothing says so, or where it was changed since.

    Args:
        digest: of the workload.
        promoted: the section `promoted` of the environment file as JSON, or "".
    """
    stated = _object(promoted) or {}
    return str(stated.get("from", "")) if stated.get("digest") == digest else ""


def packed(history: Iterable[Deployment]) -> str:
    """A history as the state keeps it: JSON, compressed, in base64. Of more than MOST deployments the first are kept.

    Args:
        history: newest first.
    """
    text = json.dumps([one.outputs() for one in history][:MOST], separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), level=9)).decode()


def unpacked(text: Any) -> tuple[Deployment, ...]:
    """The history that a state keeps, newest first; what is missing or broken is none, and so is an entry of another form."""
    try:
        entries = json.loads(zlib.decompress(b64decode(text, validate=True)))
    except (TypeError, ValueError, RecursionError, zlib.error):
        return ()
    found = (_read(one) for one in entries) if isinstance(entries, list) else ()
    return tuple(one for one in found if one is not None)


def history(outputs: Mapping[str, Any]) -> tuple[Deployment, ...]:
    """Every known deployment of an environment, newest first; the first is what is deployed now. Empty where there is none.

    Args:
        outputs: of the resource Deployment, as the state keeps them.
    """
    current, known = _read(outputs), unpacked(outputs.get("history"))
    if current is None or current in known[:1]:
        return known
    return (current, *known)


@cache
def schemas() -> str:
    """The digest of all files of schemas/: `sha256:` and 64 hexadecimal digits. How they are laid out makes no difference."""
    found = sha256()
    for path in sorted(catalog.SCHEMAS.rglob("*.json")):
        content = json.dumps(json.loads(path.read_text(encoding="utf-8")), sort_keys=True)
        found.update(f"{path.relative_to(catalog.SCHEMAS).as_posix()}\n{content}\n".encode())
    return f"sha256:{found.hexdigest()}"


def _read(stated: Any) -> Deployment | None:
    if not isinstance(stated, Mapping):
        return None
    found = {attribute: stated.get(key, "") for attribute, key in _KEYS.items()}
    whole = all(isinstance(value, str) for value in found.values()) and found["digest"]
    return Deployment(**found) if whole and _object(found["workload"]) is not None else None


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is; None where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
