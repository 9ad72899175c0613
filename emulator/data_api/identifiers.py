"""The `_id` that a document without one gets, by the collection's `defaultId`."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid1, uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _object_id() -> dict[str, str]:
    return {"$objectId": int(time.time()).to_bytes(4, "big").hex() + secrets.token_hex(8)}


def _uuid6() -> UUID:
    """Version 1 with its time in order."""
    moment = uuid1().time
    high, low = moment >> 12, moment & 0xFFF
    return UUID(int=high << 80 | 0x6 << 76 | low << 64 | 0b10 << 62 | secrets.randbits(62))


def _uuid7() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62))


MADE: Final[dict[str, Callable[[], Any]]] = {
    "": lambda: str(uuid4()),
    "objectId": _object_id,
    "uuid": lambda: {"$uuid": str(uuid4())},
    "uuidv6": lambda: {"$uuid": str(_uuid6())},
    "uuidv7": lambda: {"$uuid": str(_uuid7())},
}
"""By type; "" where the collection states none."""


def new(options: Mapping[str, Any]) -> Any:
    """A new `_id` for a document of the collection."""
    return MADE[options.get("defaultId", {}).get("type", "")]()
