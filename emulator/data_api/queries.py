"""findOne, countDocuments, estimatedDocumentCount: as much as it takes to see what a collection holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import fields
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from emulator.data_api.call import Call

Document = dict[str, Any]

WITHHELD: Final = ("$vector", "$vectorize")
"""Fields that are returned only when a projection names them."""


class Search(NamedTuple):
    """A findOne as sent: fields and the values they must equal, and what to return."""

    equal: Document
    projection: dict[str, bool]


def _equalities(value: object) -> Document:
    wanted = {} if value is None else fields.any_object(value, "filter")
    for name, item in wanted.items():
        if isinstance(item, (dict, list)) or (name.startswith("$") or "." in name):
            raise DataApiError(
                "NOT_IMPLEMENTED", "The emulator implements filters that compare top-level fields with scalars only."
            )
    return wanted


def parse_find_one(body: object) -> Search:
    """Filter by equality; sorting and options are not implemented."""
    command = fields.structure(body, "findOne", ("filter", "projection", "sort", "options")) or {}
    for name in ("sort", "options"):
        if command.get(name):
            raise DataApiError("NOT_IMPLEMENTED", f"The emulator does not implement findOne with {name}.")
    projection = fields.any_object(command.get("projection", {}), "projection")
    for name, item in projection.items():
        if not isinstance(item, (bool, int)) or "." in name:
            raise DataApiError(
                "NOT_IMPLEMENTED", "The emulator implements projections that include or exclude top-level fields only."
            )
    return Search(_equalities(command.get("filter")), {name: bool(item) for name, item in projection.items()})


def find_one(call: Call, search: Search) -> dict[str, Any]:
    """The first match in order of insertion, or null."""
    match = next((document for document in _matches(call, search.equal)), None)
    return {"data": {"document": None if match is None else _projected(match, search.projection)}}


def _matches(call: Call, equal: Document) -> list[Document]:
    query = "SELECT document FROM documents WHERE database = ? AND keyspace = ? AND collection = ?"
    place: tuple[str, ...] = (call.database, call.keyspace, call.collection)
    if "_id" in equal:
        query, place = f"{query} AND id = ?", (*place, json.dumps(equal["_id"]))
    elif not equal:
        query += " ORDER BY sequence LIMIT 1"
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
