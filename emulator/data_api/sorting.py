"""The sort clause of a collection's commands: by a vector, by a text to embed, or by fields. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import vectors
from emulator.data_api.comparison import ABSENT, found
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Document = dict[str, Any]

KINDS: Final = ("null", "number", "text", "object", "array", "boolean", "date")
"""In which order values of different kinds come, what is absent first (as the open-source service's source has it)."""


class Sort(NamedTuple):
    """At most one of the three: a vector, a text to embed, or fields with 1 or -1."""

    vector: vectors.Vector | None = None
    text: str | None = None
    fields: tuple[tuple[str, int], ...] = ()


def parse(value: object) -> Sort:
    """Read a sort clause.

    Raises:
        DataApiError: SORT_CLAUSE_INVALID, SORT_CLAUSE_VALUE_INVALID, SORT_CLAUSE_PATH_INVALID; NOT_IMPLEMENTED for $lexical.

    """
    if value is None:
        return Sort()
    if not isinstance(value, dict):
        raise DataApiError("SORT_CLAUSE_INVALID", "A sort clause must be an object.")
    special = next((name for name in ("$lexical", "$vector", "$vectorize") if name in value), None)
    if special is None:
        return Sort(fields=tuple((path, _direction(path, item)) for path, item in value.items()))
    if special == "$lexical":
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement sorting by $lexical.")
    if len(value) > 1:
        raise DataApiError("SORT_CLAUSE_INVALID", f"Nothing else can be sorted by beside {special}.")
    if special == "$vector":
        return Sort(vector=vectors.read(value["$vector"], bad_type="SORT_CLAUSE_VALUE_INVALID"))
    text = value["$vectorize"]
    if not isinstance(text, str) or not text.strip():
        raise DataApiError("SORT_CLAUSE_VALUE_INVALID", "$vectorize must be a text that is not blank.")
    return Sort(text=text)


def _direction(path: str, value: object) -> int:
    if not path or path.startswith("$"):
        raise DataApiError("SORT_CLAUSE_PATH_INVALID", f"Nothing can be sorted by {path or 'an empty path'}.")
    if isinstance(value, bool) or value not in (1, -1):
        raise DataApiError("SORT_CLAUSE_VALUE_INVALID", f"The sort order of {path} must be 1 or -1.")
    return 1 if value == 1 else -1


def ordered(documents: Iterable[tuple[int, Document]], by: Iterable[tuple[str, int]]) -> list[tuple[int, Document]]:
    """Numbered documents in the order of those fields, and in the order given where these do not tell."""
    result = list(documents)
    for path, direction in reversed(tuple(by)):
        result.sort(key=lambda item: _rank(item[1], path), reverse=direction < 0)
    return result


def _rank(document: Mapping[str, Any], path: str) -> tuple[Any, ...]:
    value = found(document, path)
    return (-1,) if value is ABSENT else _ranked(value)


def _ranked(value: tuple[Any, ...]) -> tuple[Any, ...]:
    kind, *content = value
    place = KINDS.index(kind)
    if kind == "array":
        return (place, tuple(_ranked(item) for item in content[0]))
    if kind == "object":
        return (place, tuple((name, _ranked(item)) for name, item in content[0]))
    return (place, *content)
