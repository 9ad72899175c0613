"""How a value that is new in an environment file is written: as a person writes it in environments/."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import yaml

from astra.yaml_scalars import TEXT, resolved

Path: TypeAlias = tuple[str, ...]

# Columns that a line has at most where a value is written into it.
WIDTH = 130
INDENT = 2

# How many steps below the root a section is written one key a line, whatever would fit: workload down to the name of a
# collection or table.
_BLOCKS: Mapping[str, int] = {"databases": 2, "integrations": 1, "workload": 5}
# Sections that are one line, however long it is.
_ONE_LINE = {"promoted"}
# How many mappings may be in each other in one line.
_DEEPEST = 2

# What needs no quotes wherever it stands, as long as it is no number, no boolean and nothing else.
_BARE = re.compile(r"[\w$](?:[\w$./@+*?-]| (?=[\w$]))*")


def in_line(value: Any) -> str:
    """A value in one line, with {} for mappings and [] for lists."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {in_line(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_line, value))}]"
    return _scalar(value)


def lines(path: Path, value: Any, column: int) -> list[str]:
    """A key and its value.

    Args:
        path: of the value, from the root of the file; its last step is the key.
        value: plain data.
        column: where the key begins, from 0.

    Returns:
        Lines without their ends: one where the value is written in line, otherwise one a key or item.
    """
    key = f"{' ' * column}{_scalar(path[-1])}:"
    if _fits(path, value, len(key) + 1):
        return [f"{key} {in_line(value)}"]
    inner = column + INDENT
    if isinstance(value, list):
        return [key, *(f"{' ' * inner}- {in_line(item)}" for item in value)]
    return [key, *(line for name, below in value.items() for line in lines((*path, name), below, inner))]


def _fits(path: Path, value: Any, column: int) -> bool:
    """Whether a value that begins in a column, from 0, is written in line."""
    if path[0] in _ONE_LINE or not isinstance(value, Mapping | list) or not value:
        return True
    deepest = min(len(path) - _BLOCKS.get(path[0], 0), _DEEPEST)
    return _depth(value) <= max(deepest, 0) and column + len(in_line(value)) <= WIDTH


def _depth(value: Any) -> int:
    """How many mappings are in each other, at most."""
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0) if value else 0
    return max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _is_bare(value) else _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def _is_bare(text: str) -> bool:
    """Whether a text without quotes is read as that text, by YAML 1.2's rules and by the older ones of other tools."""
    if not _BARE.fullmatch(text) or resolved(yaml.ScalarEvent(None, None, (True, False), text)) != text:
        return False
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return node is not None and node.tag == TEXT


def _quoted(text: str) -> str:
    written: str = yaml.dump(text, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=float("inf"))
    return written.rstrip("\n")
