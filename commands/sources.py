"""What `vectorize validate` is asked to check: from files, names of stacks and standard input to what is found in each."""

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from astra import document, environment, policies
from astra.errors import Problem
from astra.finding import Finding, found
from astra.policies import Policies
from astra.wording import listed, named, nearest
from commands.reports import Checked

# As providers/stack.py, which brings the engine's SDK along.
FOLDER = Path("environments")
POLICIES = Path("policies.yaml")
STDIN = "<stdin>"
# Of the names a sentence lists where none is near.
MOST_NAMES = 10


def check(sources: Iterable[str]) -> list[Checked]:
    """What is found in each file, the project's policies included.

    Args:
        sources: paths, names of stacks, or - for standard input; none means every environment. What cannot be read, or is
            not there, is a finding, and the others are checked all the same.

    Returns:
        Sorted by name; a file that goes by two names once, under the first. The policies are among them wherever there are any.
    """
    allowed = project_policies()
    checked: dict[object, Checked] = {_identity(POLICIES): Checked(str(POLICIES), allowed.findings)} if allowed.there else {}
    asked = list(sources) or _environments()
    for source in asked:
        path = _path(source)
        identity = _identity(path)
        if identity not in checked:
            checked[identity] = _in_standard_input(allowed) if source == "-" else _in_path(source, path, allowed)
    return sorted([*checked.values(), *([] if asked else [_nothing()])], key=lambda file: file.name)


def project_policies() -> Policies:
    """The policies of the project in the current directory."""
    return policies.read(POLICIES.read_bytes, str(POLICIES), [Path(path).stem for path in _environments()])


def _environments() -> list[str]:
    return sorted(str(path) for path in FOLDER.glob("*.yaml"))


def _path(source: str) -> Path:
    """The file that is meant: what has a separator or is a file is a path, anything else the name of a stack."""
    path, stack = Path(source), FOLDER / f"{source}.yaml"
    if source == "-" or os.sep in source or _looks_like_file(path):
        return path
    # A folder that happens to have the name of a stack hides it from nobody.
    status = _status(path)
    return stack if status is None or (stat.S_ISDIR(status.st_mode) and _status(stack)) else path


def _looks_like_file(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml"}


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _identity(path: Path) -> object:
    status = _status(path)
    return (status.st_dev, status.st_ino) if status else path


def _in_path(source: str, path: Path, allowed: Policies) -> Checked:
    try:
        with path.open("rb") as stream:
            name = str(path) if str(path).isprintable() else named(path)
            return Checked(name, _in_stream(stream, name, allowed, path.stem))
    except (FileNotFoundError, NotADirectoryError):
        sentence = _missing(source, path)
    except IsADirectoryError:
        inside = _files_in(path)
        sentence = f"this is a directory; {f'name a file in it: {_some(inside)}' if inside else 'there is no YAML file in it'}"
    except OSError as error:
        sentence = f"cannot be read: {error.strerror}"
    return Checked(named(source), (_unreadable(named(source), sentence),))


def _in_standard_input(allowed: Policies) -> Checked:
    if sys.stdin is None:
        return Checked(STDIN, (_unreadable(STDIN, "standard input is closed"),))
    try:
        return Checked(STDIN, _in_stream(sys.stdin.buffer, STDIN, allowed, ""))
    except OSError as error:
        return Checked(STDIN, (_unreadable(STDIN, f"cannot be read: {error.strerror}"),))


def _in_stream(stream: BinaryIO, name: str, allowed: Policies, stack: str) -> tuple[Finding, ...]:
    # No more than this is ever read: what is written into a pipe may have no end.
    content = stream.read(document.LARGEST + 1)
    if len(content) > document.LARGEST:
        return (_unreadable(name, f"the file has more than {document.LARGEST:,} bytes; at most so many are read"),)
    try:
        parsed = document.parse(content, name)
    except document.NotReadable as error:
        return (error.finding,)
    return tuple(sorted([*environment.findings(parsed), *allowed.broken(parsed, stack)]))


def _unreadable(name: str, sentence: str) -> Finding:
    return found(name, (1, 1), Problem((), sentence, rule="syntax"))


def _missing(source: str, path: Path) -> str:
    if path == FOLDER / f"{source}.yaml":
        stacks = [Path(one).stem for one in _environments()]
        return f"there is neither a file nor a stack of this name{_advice(source, stacks, 'stacks')}"
    beside = [str(path.parent / name) for name in _files_in(path.parent)]
    return f"there is no such file{_advice(source, [*dict.fromkeys((*beside, *_environments()))], 'there are')}"


def _files_in(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir() if _looks_like_file(one))
    except OSError:
        return []


def _advice(name: str, known: Sequence[str], word: str) -> str:
    return nearest(name, known) or f"; {word}: {_some(known) or 'none'}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return listed(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _nothing() -> Checked:
    name = str(FOLDER)
    return Checked(name, (_unreadable(name, f"there is no environment here; write {FOLDER}/NAME.yaml, or name a file"),))


def is_input(path: Path, sources: Sequence[str]) -> bool:
    """Whether a file that exists is one of those that are to be checked, under whatever name."""
    asked = {_identity(POLICIES), *(_identity(_path(source)) for source in sources or _environments() if source != "-")}
    return _status(path) is not None and _identity(path) in asked
