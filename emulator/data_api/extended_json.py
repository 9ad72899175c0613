"""Values that JSON has no type for, and how they are written: an object with one of these names. Pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def _is_object_id(value: object) -> bool:
    return isinstance(value, str) and OBJECT_ID.fullmatch(value) is not None


EXTENDED: Final[dict[str, tuple[Callable[[object], bool], str]]] = {
    "$date": (_is_whole, "a whole number, the milliseconds since 1970"),
    "$uuid": (_is_uuid, "the text of a UUID"),
    "$objectId": (_is_object_id, "24 hexadecimal digits"),
    "$binary": (lambda _: True, "the base64 text of bytes"),
}
"""By name: whether something is written as it must be, and how that is. What $binary holds is looked at in vectors alone."""


def is_extended(value: Mapping[str, Any]) -> bool:
    """Whether an object stands for such a value, well written or not."""
    return len(value) == 1 and next(iter(value)) in EXTENDED


def fault(value: object) -> str | None:
    """What is wrong with the first such value that is not well written, wherever it is in a value; None for nothing."""
    if isinstance(value, list):
        return next(filter(None, map(fault, value)), None)
    if not isinstance(value, dict):
        return None
    if not is_extended(value):
        return next(filter(None, map(fault, value.values())), None)
    ((name, written),) = value.items()
    is_right, expected = EXTENDED[name]
    return None if is_right(written) else f"{name} must have {expected}."
