"""The one diff: of plain data, sorted, pure. Resources, reports and promotion all use it.

Mappings are compared key by key; lists and scalars as wholes, since the order of a list means
something to the Data API. 1024 and 1024.0 are equal: the engine hands every number on as a float.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class _Absent:
    """Stands for a key that is not there, which differs from a key that is null."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Any = _Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `old` or `new` is ABSENT where the key exists on one side only."""

    path: tuple[str, ...]
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.old!r} -> {self.new!r}"


def changes(old: Any, new: Any, path: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """What turns `old` into `new`, sorted by path; empty where they are equal.

    Args:
        old: plain data: mappings with string keys, lists, scalars.
        new: likewise.
        path: prefix of every reported path.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found: list[Change] = []
        for key in sorted(old.keys() | new.keys()):
            found += changes(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
        return tuple(found)
    return () if _equal(old, new) else (Change(path, old, new),)


def apply(differences: Iterable[Change], data: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `data` with `differences` made: `apply(changes(a, b), a) == b`."""
    result = dict(data)
    for change in differences:
        *parents, last = change.path
        target = result
        for key in parents:
            inner = target.get(key)
            target[key] = dict(inner) if isinstance(inner, Mapping) else {}
            target = target[key]
        if change.new is ABSENT:
            target.pop(last, None)
        else:
            target[last] = change.new
    return result


def _equal(old: Any, new: Any) -> bool:
    # True == 1 in Python, yet a flag is not a number to the Data API.
    if isinstance(old, bool) != isinstance(new, bool):
        return False
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(not changes(*pair) for pair in zip(old, new, strict=True))
    return bool(old == new)
