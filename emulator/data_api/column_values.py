"""Which values a column of each type can have, as they are written in JSON. Pure functions.

As the open-source service's source has it (unverified). Dates are looked at from the year 1 to 9999, durations not at all.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from base64 import b64decode
from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api.extended_json import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")
"""The only texts that a float and a double have."""

DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
TIME_OF_DAY: Final = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
TIME = re.compile(TIME_OF_DAY, re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIMESTAMP = re.compile(rf"(\d{{4}}-\d\d-\d\d)T{TIME_OF_DAY}(Z|[+-]\d\d:\d\d)", re.ASCII)


def fits(column: str | Mapping[str, Any], value: object) -> bool:
    """Whether a column, other than a vector column, or what is inside a list, a set or a map, can have a value.

    Args:
        column: its type, by name or in long form.
        value: as sent, and not null.

    """
    kind = column if isinstance(column, str) else column["type"]
    if isinstance(column, str) or kind not in INSIDE:
        return CHECKS[kind](value)
    return INSIDE[kind](column, value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(bits: int | None, value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return bits is None or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


def _is_floating(value: object) -> bool:
    return _is_number(value) or value in NOT_FINITE


def _is_decimal(value: object) -> bool:
    return _is_number(value) or _matches(DECIMAL, value)


def _is_date(value: object) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    return False


def _is_timestamp(value: object) -> bool:
    found = TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
    return found is not None and _is_date(found[1])


def _is_inet(value: object) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and ipaddress.ip_address(value) is not None
    return False


def _is_blob(value: object) -> bool:
    text = value["$binary"] if isinstance(value, dict) and set(value) == {"$binary"} else None
    with suppress(binascii.Error, ValueError):
        return isinstance(text, str) and b64decode(text, validate=True) is not None
    return False


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


CHECKS: Final[dict[str, Callable[[object], bool]]] = {
    **{kind: partial(_is_whole, bits) for kind, bits in (("tinyint", 8), ("smallint", 16), ("int", 32), ("bigint", 64))},
    "varint": partial(_is_whole, None),
    **dict.fromkeys(("double", "float"), _is_floating),
    "decimal": _is_decimal,
    "ascii": lambda value: isinstance(value, str) and value.isascii(),
    **dict.fromkeys(("duration", "text"), lambda value: isinstance(value, str)),
    "boolean": lambda value: isinstance(value, bool),
    "uuid": partial(_matches, UUID),
    "time": partial(_matches, TIME),
    "date": _is_date,
    "timestamp": _is_timestamp,
    "inet": _is_inet,
    "blob": _is_blob,
}
"""By type: whether it can have a value."""


def _all_fit(column: Mapping[str, Any], value: object) -> bool:
    return isinstance(value, list) and all(fits(column["valueType"], item) for item in value)


def _entries_fit(column: Mapping[str, Any], value: object) -> bool:
    """An object, whose names are looked at where keys are texts, or an array of pairs."""
    if isinstance(value, dict):
        keys = list(value) if column["keyType"] in ("ascii", "text") else []
        values = list(value.values())
    elif isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):  # noqa: PLR2004
        keys, values = [key for key, _ in value], [item for _, item in value]
    else:
        return False
    return all(fits(column["keyType"], key) for key in keys) and all(fits(column["valueType"], item) for item in values)


INSIDE: Final[dict[str, Callable[[Mapping[str, Any], object], bool]]] = {"list": _all_fit, "set": _all_fit, "map": _entries_fit}
"""By type of what holds others: whether it can have a value."""
