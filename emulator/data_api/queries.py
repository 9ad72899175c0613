"""find and findOne on a collection."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.data_api import collections, filters, indexed_paths, projections, searches, services, sorting, vectors
from emulator.data_api.errors import DataApiError
from emulator.data_api.searches import PAGE
from emulator.data_api.vectors import as_sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emulator.data_api.call import Call
    from emulator.data_api.filters import Filter
    from emulator.data_api.searches import Search
    from emulator.data_api.sorting import Sort
    from emulator.data_api.vectors import Near

Document = dict[str, Any]


class Found(NamedTuple):
    """Documents as they are returned, where the next page begins, and the vector that was searched for."""

    documents: list[Document]
    next_page: str | None = None
    vector: vectors.Vector | None = None


def find(call: Call, search: Search) -> dict[str, Any]:
    """A page of the matching documents: in order of insertion (the service's order is another), or as sorted.

    Raises:
        DataApiError: what is wrong with the clauses; CORRUPTED_COLLECTION_SCHEMA for a search by vector in a collection
            that is half made, the vector's length, what goes wrong where a text is embedded.

    """
    answer = _found(call, search)
    body: dict[str, Any] = {"data": {"documents": answer.documents, "nextPageState": answer.next_page}}
    return body | _told(search, answer)


def find_one(call: Call, search: Search) -> dict[str, Any]:
    """The first match, or null."""
    answer = _found(call, search)
    return {"data": {"document": next(iter(answer.documents), None)}} | _told(search, answer)


def _told(search: Search, answer: Found) -> dict[str, Any]:
    if not search.include_sort_vector:
        return {}
    return {"status": {"sortVector": None if answer.vector is None else [as_sent(number) for number in answer.vector]}}


def _found(call: Call, search: Search) -> Found:
    sort = embedded(call, sorting.parse(search.sort))
    wanted = parse_filter(call, search.filter)
    projection = projections.parse(search.projection)
    if search.page_state and (sort.vector is not None or sort.fields):
        raise DataApiError("SORT_CLAUSE_INVALID", "There are no further pages of what is sorted.")
    if sort.vector is not None:
        nearest = by_vector(call, wanted, sort.vector)[: search.limit or vectors.MAX_SEARCHED]
        documents = [
            projection.of(_document(call, item.owner))
            | ({"$similarity": as_sent(item.similarity)} if search.include_similarity else {})
            for item in nearest
        ]
        return Found(documents, vector=sort.vector)
    if sort.fields:
        chosen = islice(in_order(call, wanted, sort), search.skip, search.skip + min(search.limit or PAGE, PAGE))
        return Found([projection.of(document) for _, document in chosen])
    documents, next_page = searches.page(search, partial(matching, call, wanted))
    return Found([projection.of(document) for document in documents], next_page)


def in_order(call: Call, wanted: Filter, sort: Sort) -> Iterable[tuple[int, Document]]:
    """The matching documents as sorted, each with its sequence number.

    Raises:
        DataApiError: SORT_CLAUSE_PATH_UNINDEXED, and what `by_vector` raises.

    """
    if sort.vector is not None:
        return ((item.owner, _document(call, item.owner)) for item in by_vector(call, wanted, sort.vector))
    indexed_paths.check_sort(call.options, [path for path, _ in sort.fields])
    return sorting.ordered(matching(call, wanted), sort.fields)


def embedded(call: Call, sort: Sort) -> Sort:
    """With the vector in the place of the text."""
    if sort.text is None:
        return sort
    service = call.options.get("vector", {}).get("service")
    if service is None:
        raise DataApiError("EMBEDDING_SERVICE_NOT_CONFIGURED", f"The collection {call.collection} has no embedding service.")
    return sort._replace(vector=services.vector(call, service, call.options["vector"]["dimension"], sort.text))


def parse_filter(call: Call, value: object) -> Filter:
    """A filter on the collection's documents, which can ask for indexed fields alone."""
    wanted = filters.parse(value)
    indexed_paths.check_filter(call.options, wanted)
    return wanted


def by_vector(call: Call, wanted: Filter, vector: vectors.Vector) -> list[Near]:
    """The matching documents that have a vector, nearest first.

    Raises:
        DataApiError: VECTOR_SEARCH_NOT_SUPPORTED, INVALID_VECTOR_LENGTH, CORRUPTED_COLLECTION_SCHEMA, INVALID_DATABASE_QUERY.

    """
    definition = call.options.get("vector")
    if definition is None:
        raise DataApiError("VECTOR_SEARCH_NOT_SUPPORTED", f"The collection {call.collection} has no vectors.")
    if len(vector) != definition["dimension"]:
        raise DataApiError("INVALID_VECTOR_LENGTH", f"$vector needs {definition['dimension']} numbers.")
    if collections.is_half_made(call):
        raise DataApiError("CORRUPTED_COLLECTION_SCHEMA", f"The collection {call.collection} has no index of its vectors.")
    vectors.refuse_zero(definition["metric"], vector)
    among = {sequence for sequence, _ in matching(call, wanted)} if wanted.parts else None
    return vectors.nearest(call, "$vector", definition["metric"], vector, among)


def _document(call: Call, sequence: int) -> Document:
    row = call.connection.execute("SELECT document FROM documents WHERE sequence = ?", (sequence,)).fetchone()
    document: Document = json.loads(row["document"])
    return document


def matching(call: Call, wanted: Filter, after: int = 0) -> Iterator[tuple[int, Document]]:
    """The documents that pass, each with its sequence number, in order of insertion, from after a sequence number on."""
    query = "SELECT sequence, document FROM documents WHERE database = ? AND keyspace = ? AND collection = ? AND sequence > ?"
    values: list[str | int] = [call.database, call.keyspace, call.collection, after]
    keys = wanted.values_of("_id")
    if keys is not None:
        query += f" AND id IN ({', '.join('?' * len(keys))})"
        values += [json.dumps(key) for key in keys]
    for row in call.connection.execute(f"{query} ORDER BY sequence", values):
        document = json.loads(row["document"])
        if wanted.passes(document):
            yield row["sequence"], document
