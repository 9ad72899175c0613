"""Which fields of a collection's documents are indexed: others cannot be filtered or sorted by. Pure functions.

As the open-source service's source has it; that a field above an allowed one is not indexed is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.data_api.filters import Filter

ALWAYS: Final = ("$vector", "$vectorize")
BY_KEY: Final = ("$eq", "$in")
"""What `_id` can be asked for even where it is not indexed."""


def is_indexed(options: Mapping[str, Any], path: str) -> bool:
    """Whether a collection with these options indexes a field."""
    indexing = options.get("indexing", {})
    if path in ALWAYS or not indexing:
        return True
    stated = indexing.get("allow", indexing.get("deny", []))
    named = stated == ["*"] or any(path == name or path.startswith(f"{name}.") for name in stated)
    return named == ("allow" in indexing)


def check_filter(options: Mapping[str, Any], wanted: Filter) -> None:
    """Whether a filter asks for indexed fields alone.

    Raises:
        DataApiError: FILTER_PATH_UNINDEXED, FILTER_ID_NOT_INDEXED.

    """
    for condition in wanted.conditions():
        if is_indexed(options, condition.path):
            continue
        if condition.path != "_id":
            raise DataApiError("FILTER_PATH_UNINDEXED", f"The field {condition.path} is not indexed.")
        if condition.operator not in BY_KEY:
            raise DataApiError("FILTER_ID_NOT_INDEXED", f"_id is not indexed, it cannot be asked for with {condition.operator}.")


def check_sort(options: Mapping[str, Any], paths: Iterable[str]) -> None:
    """Whether a sort clause names indexed fields alone.

    Raises:
        DataApiError: SORT_CLAUSE_PATH_UNINDEXED.

    """
    for path in paths:
        if not is_indexed(options, path):
            raise DataApiError("SORT_CLAUSE_PATH_UNINDEXED", f"The field {path} is not indexed.")
