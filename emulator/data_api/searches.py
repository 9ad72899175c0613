"""find and findOne as sent, on a collection or on a table; and the places of the pages of what they find."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from emulator.data_api import fields, vectors
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE: Final = 50
"""Documents that a page has at most, unless they are sorted by a vector (as version 1.0.51 of the open-source service's
source has it; it was 20 before)."""


class Search(NamedTuple):
    """What is looked for. The clauses are read once it is known what they are about."""

    filter: object
    projection: object
    sort: object
    limit: int | None
    skip: int = 0
    page_state: str = ""
    include_similarity: bool = False
    include_sort_vector: bool = False


def parse_find_one(body: object) -> Search:
    """Read a findOne."""
    command = fields.structure(body, "findOne", ("filter", "projection", "sort", "options")) or {}
    options = fields.structure(command.get("options"), "options", ("includeSimilarity", "includeSortVector")) or {}
    return Search(*_clauses(command), limit=1, **_flags(options))


def parse_find(body: object) -> Search:
    """Read a find.

    Raises:
        DataApiError: COMMAND_FIELD_VALUE_INVALID, also for a `skip` without a sort clause or with a vector in it.

    """
    command = fields.structure(body, "find", ("filter", "projection", "sort", "options")) or {}
    known = ("limit", "skip", "pageState", "pagingState", "includeSimilarity", "includeSortVector")
    options = fields.structure(command.get("options"), "options", known) or {}
    limit = fields.integer(options["limit"], "options.limit") if "limit" in options else None
    if limit is not None and limit <= 0:
        fields.invalid("options.limit", limit, "greater than 0")
    skip = fields.integer(options.get("skip", 0), "options.skip")
    if skip < 0:
        fields.invalid("options.skip", skip, "0 or greater")
    sort = command.get("sort")
    by_vector = isinstance(sort, dict) and not {"$vector", "$vectorize"}.isdisjoint(sort)
    if "skip" in options and (sort is None or by_vector):
        fields.invalid("options.skip", skip, "left out, unless there is a sort clause without a vector")
    if by_vector and limit is not None and limit > vectors.MAX_SEARCHED:
        fields.invalid("options.limit", limit, f"at most {vectors.MAX_SEARCHED} in a search by a vector")
    state = fields.text(options.get("pageState", options.get("pagingState", "")), "options.pageState")
    return Search(*_clauses(command), limit=limit, skip=skip, page_state=state, **_flags(options))


def _clauses(command: dict[str, Any]) -> tuple[object, object, object]:
    for name in ("filter", "sort"):
        if name in command:
            fields.any_object(command[name], name)
    return command.get("filter"), command.get("projection"), command.get("sort")


def _flags(options: dict[str, Any]) -> dict[str, Any]:
    names = {"include_similarity": "includeSimilarity", "include_sort_vector": "includeSortVector"}
    return {own: fields.flag(options.get(name, False), f"options.{name}") for own, name in names.items()}


class Place(NamedTuple):
    """Where a page begins: after that sequence number, when so many documents were given already."""

    after: int = 0
    given: int = 0


def place(state: str) -> Place:
    """The place that a page state stands for.

    Raises:
        DataApiError: INVALID_DATABASE_QUERY where this emulator never handed such a state out (unverified).

    """
    if not state:
        return Place()
    try:
        after, given = b64decode(state, validate=True).decode().split(":")
        begin = Place(int(after), int(given))
    except (binascii.Error, ValueError):
        begin = Place(-1)
    if not 0 <= begin.after < 2**63:
        raise DataApiError("INVALID_DATABASE_QUERY", "The page state is not one that was handed out.")
    return begin


def state(place: Place) -> str:
    """The page state for a place."""
    return b64encode(f"{place.after}:{place.given}".encode()).decode()


Item = TypeVar("Item")


def page(search: Search, items: Callable[[int], Iterator[tuple[int, Item]]]) -> tuple[list[Item], str | None]:
    """One page of what is not sorted, and the state of the next one, if there is more.

    Args:
        search: limit and page state.
        items: what is found after a sequence number, each with its own.

    """
    begin = place(search.page_state)
    left = None if search.limit is None else search.limit - begin.given
    size = PAGE if left is None else min(PAGE, max(left, 0))
    found = list(islice(items(begin.after), size + 1))
    shown = found[:size]
    there_is_more = len(found) > size and size != left
    end = Place(shown[-1][0], begin.given + size) if there_is_more else None
    return [item for _, item in shown], None if end is None else state(end)
