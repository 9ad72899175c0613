"""What a document of a collection may be. Pure functions.

The limits are the defaults of the open-source service (its source; Astra documents the same ones in part).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import extended_json
from emulator.data_api.comparison import comparable
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Document = dict[str, Any]

MAX_CHARACTERS: Final = 4_000_000
MAX_DEPTH: Final = 16
MAX_PATH: Final = 1000
MAX_FIELDS: Final = 1000
"""Of one object."""
MAX_ITEMS: Final = 1000
"""Of one array that is indexed, the vector excepted."""
MAX_TEXT_BYTES: Final = 8000
"""Of a text that is indexed, `$vectorize` excepted."""

SPECIAL: Final = ("$vector", "$vectorize", "$lexical")
ID_KINDS: Final = ("boolean", "date", "null", "number", "text")


def check(document: Document, *, is_indexed: Callable[[str], bool]) -> None:
    """Whether a document that has its `_id` can be kept.

    Raises:
        DataApiError: SHRED_BAD_DOCID_TYPE, SHRED_BAD_DOCID_VALUE, SHRED_BAD_EJSON_VALUE, SHRED_BAD_FIELD_NAME,
            SHRED_DOC_LIMIT_VIOLATION.

    """
    if comparable(document["_id"])[0] not in ID_KINDS:
        raise DataApiError("SHRED_BAD_DOCID_TYPE", "_id must be a text, a number, a boolean, a date or null.")
    if document["_id"] == "":
        raise DataApiError("SHRED_BAD_DOCID_VALUE", "_id cannot be empty.")
    _check_extended(document["_id"])
    _check_object(document, "", 1, is_indexed)
    if len(json.dumps(document, ensure_ascii=False, separators=(",", ":"))) > MAX_CHARACTERS:
        raise _too_large(f"The document has more than {MAX_CHARACTERS} characters.")


def _too_large(message: str) -> DataApiError:
    return DataApiError("SHRED_DOC_LIMIT_VIOLATION", message)


def _check_extended(value: object) -> None:
    if wrong := extended_json.fault(value):
        raise DataApiError("SHRED_BAD_EJSON_VALUE", wrong)


def _check_object(value: Mapping[str, Any], above: str, depth: int, is_indexed: Callable[[str], bool]) -> None:
    if depth > MAX_DEPTH:
        raise _too_large(f"The document is deeper than {MAX_DEPTH} levels.")
    if len(value) > MAX_FIELDS:
        raise _too_large(f"An object has more than {MAX_FIELDS} fields.")
    if depth > 1 and extended_json.is_extended(value):
        _check_extended(value)
        return
    for name, item in value.items():
        if name in SPECIAL and depth == 1:
            continue
        if not name or name.startswith("$"):
            raise DataApiError("SHRED_BAD_FIELD_NAME", f"A field cannot have the name {name!r}.")
        path = f"{above}.{name}" if above else name
        if len(path) > MAX_PATH:
            raise _too_large(f"The path of a field has more than {MAX_PATH} characters.")
        if path != "_id":
            _check_value(item, path, depth, is_indexed)


def _check_value(value: object, path: str, depth: int, is_indexed: Callable[[str], bool]) -> None:
    if isinstance(value, dict):
        _check_object(value, path, depth + 1, is_indexed)
    elif isinstance(value, list):
        if depth + 1 > MAX_DEPTH:
            raise _too_large(f"The document is deeper than {MAX_DEPTH} levels.")
        if len(value) > MAX_ITEMS and is_indexed(path):
            raise _too_large(f"The array {path} has more than {MAX_ITEMS} items.")
        for item in value:
            _check_value(item, path, depth + 1, is_indexed)
    elif isinstance(value, str) and len(value.encode()) > MAX_TEXT_BYTES and is_indexed(path):
        raise _too_large(f"The text {path} has more than {MAX_TEXT_BYTES} bytes.")
