"""find, findOne, countDocuments, estimatedDocumentCount: as much as it takes to see what a collection holds."""

from __future__ import annotations

import json
import math
from operator import mul
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import collections, fields, services
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.call import Call

Document = dict[str, Any]

WITHHELD: Final = ("$vector", "$vectorize")
"""Fields that are returned only when a projection names them."""

PAGE: Final = 20
"""Documents that a find returns at most; there is no next page here (at the service it has one, unless it sorts)."""


def _dot_product(one: list[float], other: list[float]) -> float:
    return math.fsum(map(mul, one, other))


SIMILARITY: Final[dict[str, Callable[[list[float], list[float]], float]]] = {
    "cosine": lambda one, other: _dot_product(one, other) / (math.hypot(*one) * math.hypot(*other) or 1),
    "dot_product": _dot_product,
    "euclidean": lambda one, other: -math.dist(one, other),
}
"""By metric: the greater, the nearer."""


class Search(NamedTuple):
    """A find or findOne as sent.

    `equal` are fields and the values they must have, `projection` says what to return, `sort` is a vector, a text, or
    nothing, and `limit` how many documents are wanted.
    """

    equal: Document
    projection: dict[str, bool]
    sort: list[float] | str | None
    limit: int


def _equalities(value: object) -> Document:
    wanted = {} if value is None else fields.any_object(value, "filter")
    for name, item in wanted.items():
        if isinstance(item, (dict, list)) or (name.startswith("$") or "." in name):
            raise DataApiError(
                "NOT_IMPLEMENTED", "The emulator implements filters that compare top-level fields with scalars only."
            )
    return wanted


def parse_find_one(body: object) -> Search:
    """Filter by equality, sort by a vector or a text; options are not implemented."""
    command = fields.structure(body, "findOne", ("filter", "projection", "sort", "options")) or {}
    if command.get("options"):
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement findOne with options.")
    return _search(command, limit=1)


def parse_find(body: object) -> Search:
    """As findOne, with a limit."""
    command = fields.structure(body, "find", ("filter", "projection", "sort", "options")) or {}
    options = fields.any_object(command.get("options", {}), "options")
    if set(options) - {"limit"}:
        raise DataApiError("NOT_IMPLEMENTED", "Of find's options the emulator implements the limit alone.")
    return _search(command, limit=min(PAGE, fields.integer(options.get("limit", PAGE), "options.limit")))


def _search(command: dict[str, Any], limit: int) -> Search:
    projection = fields.any_object(command.get("projection", {}), "projection")
    for name, item in projection.items():
        if not isinstance(item, (bool, int)) or "." in name:
            raise DataApiError(
                "NOT_IMPLEMENTED", "The emulator implements projections that include or exclude top-level fields only."
            )
    return Search(
        equal=_equalities(command.get("filter")),
        projection={name: bool(item) for name, item in projection.items()},
        sort=_sort(fields.any_object(command.get("sort", {}), "sort")),
        limit=limit,
    )


def _sort(value: Document) -> list[float] | str | None:
    match value:
        case {"$vector": list(vector)} if len(value) == 1:
            return vector
        case {"$vectorize": str(text)} if len(value) == 1:
            return text
    if value:
        raise DataApiError("NOT_IMPLEMENTED", "The emulator implements sorting by $vector or by $vectorize only.")
    return None


def find_one(call: Call, search: Search) -> dict[str, Any]:
    """The first match, or null: in order of insertion, or the nearest one."""
    found = _found(call, search)
    return {"data": {"document": found[0] if found else None}}


def find(call: Call, search: Search) -> dict[str, Any]:
    """The first matches, as findOne orders them."""
    return {"data": {"documents": _found(call, search), "nextPageState": None}}


def _found(call: Call, search: Search) -> list[Document]:
    """The matches as far as the limit goes.

    Raises:
        DataApiError: see `_nearest`.

    """
    matches = _matches(call, search.equal) if search.sort is None else _nearest(call, search.equal, search.sort)
    return [_projected(match, search.projection) for match in matches[: search.limit]]


def _nearest(call: Call, equal: Document, sort: list[float] | str) -> list[Document]:
    """The matches that have a vector, the nearest first.

    Raises:
        DataApiError: VECTOR_SEARCH_NOT_SUPPORTED, EMBEDDING_SERVICE_NOT_CONFIGURED, INVALID_VECTOR_LENGTH, and what
            `services.vector` raises; CORRUPTED_COLLECTION_SCHEMA where the creation was cut off (recorded).

    """
    definition = call.options.get("vector")
    if definition is None:
        raise DataApiError("VECTOR_SEARCH_NOT_SUPPORTED", f"The collection {call.collection} has no vectors.")
    if isinstance(sort, str):
        if "service" not in definition:
            raise DataApiError("EMBEDDING_SERVICE_NOT_CONFIGURED", f"The collection {call.collection} has no embedding service.")
        sort = services.vector(call, definition["service"], definition["dimension"], sort)
    if len(sort) != definition["dimension"]:
        raise DataApiError("INVALID_VECTOR_LENGTH", f"$vector needs {definition['dimension']} numbers.")
    if collections.is_half_made(call):
        raise DataApiError("CORRUPTED_COLLECTION_SCHEMA", f"The collection {call.collection} has no index of its vectors.")
    similarity = SIMILARITY[definition["metric"]]
    matches = [document for document in _matches(call, equal) if "$vector" in document]
    return sorted(matches, key=lambda document: -similarity(document["$vector"], sort))


def _matches(call: Call, equal: Document) -> list[Document]:
    query = "SELECT document FROM documents WHERE database = ? AND keyspace = ? AND collection = ?"
    place: tuple[str, ...] = (call.database, call.keyspace, call.collection)
    if "_id" in equal:
        query, place = f"{query} AND id = ?", (*place, json.dumps(equal["_id"]))
    query += " ORDER BY sequence"
    documents = [json.loads(row["document"]) for row in call.connection.execute(query, place)]
    return [
        document for document in documents if all(name in document and document[name] == value for name, value in equal.items())
    ]


def _projected(document: Document, projection: dict[str, bool]) -> Document:
    """The fields a projection asks for.

    Including a field leaves the others out, and `_id` stays unless it is excluded; `$vector` and `$vectorize` come only
    when they are included, which leaves the others in (unverified), or with `*`.
    """
    only = any(wanted for name, wanted in projection.items() if name not in (*WITHHELD, "*"))
    return {
        name: value
        for name, value in document.items()
        if projection.get(name, name == "_id" or "*" in projection or (not only and name not in WITHHELD))
    }


def parse_count(body: object) -> Document:
    """The filter of countDocuments."""
    return _equalities((fields.structure(body, "countDocuments", ("filter",)) or {}).get("filter"))


def count(call: Call, equal: Document) -> dict[str, Any]:
    """The exact number of matching documents (the service stops at 1000, with `moreData`)."""
    return {"status": {"count": _count(call) if not equal else len(_matches(call, equal))}}


def _count(call: Call) -> int:
    row = call.connection.execute(
        "SELECT count(*) AS documents FROM documents WHERE database = ? AND keyspace = ? AND collection = ?",
        (call.database, call.keyspace, call.collection),
    ).fetchone()
    number: int = row["documents"]
    return number


def parse_estimate(body: object) -> None:
    """The command has no options."""
    fields.structure(body, "estimatedDocumentCount", ())


def estimate(_: Call, __: None) -> dict[str, Any]:
    """Always 0: the service counts what is flushed to disk (0 was seen with 31 documents), and nothing is flushed here."""
    return {"status": {"count": 0}}
