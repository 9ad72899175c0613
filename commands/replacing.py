"""Files that are replaced as a whole or not at all, one or several together."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def replace_all(files: Mapping[Path, bytes]) -> None:
    """Replaces or makes every file, with the rights that it had; where one cannot be, all stay as they are.

    Everything is written beside its place first, so that a full disk or a missing right shows before anything is replaced.

    Args:
        files: the content of each, by its path; what is there already is a file, and no link to one.

    Raises:
        OSError: a file could not be written; `filename` says which.
    """
    staged: dict[Path, Path] = {}
    kept: dict[Path, bytes | None] = {}
    try:
        for target, content in files.items():
            kept[target] = target.read_bytes() if target.exists() else None
            staged[target] = _staged(target, content)
        done: list[Path] = []
        try:
            for target, temporary in staged.items():
                temporary.replace(target)
                done.append(target)
        except OSError:
            for target in done:
                _put_back(target, kept[target])
            raise
    except OSError as error:
        error.filename = str(target)
        raise
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _put_back(target: Path, content: bytes | None) -> None:
    # The first failure is the one that is told.
    with suppress(OSError):
        if content is None:
            target.unlink()
        else:
            _staged(target, content).replace(target)


def _staged(target: Path, content: bytes) -> Path:
    """The content in a file beside its place, with the rights that it is going to have."""
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(None, "Permission denied")
        mode = target.stat().st_mode & 0o777
    else:
        os.umask(mask := os.umask(0))
        mode = 0o666 & ~mask
    # By this ending .gitignore knows what a killed command left.
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".replacing", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
