"""insertOne and insertMany, with or without texts to embed."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import document_limits, fields, identifiers, indexed_paths, services, vectors
from emulator.data_api.comparison import comparable
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.call import Call

Document = dict[str, Any]

MAX_INSERTED: Final = 100
"""Documents in one insertMany (documented)."""


class Insertion(NamedTuple):
    """Documents as sent, whether the first failure stops the rest, and whether the answer tells of each document."""

    documents: list[Document]
    ordered: bool
    each_told: bool = False


def parse_insert_one(body: object) -> Insertion:
    """One document."""
    command = fields.structure(body, "insertOne", ("document", "options")) or {}
    fields.structure(command.get("options"), "options", ())
    if "document" not in command:
        fields.invalid("document", None, "given")
    return Insertion([fields.any_object(command["document"], "document")], ordered=True)


def parse_insert_many(body: object) -> Insertion:
    """Up to 100 documents; unordered unless told."""
    command = fields.structure(body, "insertMany", ("documents", "options")) or {}
    options = fields.structure(command.get("options"), "options", ("ordered", "returnDocumentResponses")) or {}
    documents = command.get("documents")
    if not isinstance(documents, list):
        fields.invalid("documents", documents, "an array")
    if not 1 <= len(documents) <= MAX_INSERTED:
        fields.invalid("documents", f"{len(documents)} documents", f"1 to {MAX_INSERTED} documents")
    return Insertion(
        [fields.any_object(document, "documents") for document in documents],
        ordered=fields.flag(options.get("ordered", False), "options.ordered"),
        each_told=fields.flag(options.get("returnDocumentResponses", False), "options.returnDocumentResponses"),
    )


class Outcome(NamedTuple):
    """What became of one document or row: its id as far as it is known, and what was wrong with it."""

    id: Any
    error: DataApiError | None = None


def insert(call: Call, insertion: Insertion) -> dict[str, Any]:
    """Insert what can be inserted; a refused document is an entry of `errors[]`, the others are in `insertedIds`.

    Raises:
        DataApiError: the texts could not be embedded, so that nothing was inserted.

    """
    embedded = [_embedded(call, document) for document in insertion.documents]
    return answer(insertion, embedded, partial(_insert, call))


def answer(insertion: Insertion, items: list[Any], write: Callable[[Any], Outcome]) -> dict[str, Any]:
    """Write one item after the other, and say what became of them.

    Args:
        insertion: as sent.
        items: what is to be written.
        write: writes one, and tells what became of it.

    """
    outcomes: list[Outcome] = []
    for item in items:
        outcomes.append(write(item))
        if outcomes[-1].error is not None and insertion.ordered:
            break
    errors = [_told(outcome) for outcome in outcomes if outcome.error is not None]
    if insertion.each_told:
        return _each(outcomes, items) | ({"errors": errors} if errors else {})
    inserted = [outcome.id for outcome in outcomes if outcome.error is None]
    return {"status": {"insertedIds": inserted}} | ({"errors": errors} if errors else {})


def _told(outcome: Outcome) -> dict[str, Any]:
    assert outcome.error is not None
    return outcome.error.entry() | ({} if outcome.id is None else {"documentIds": [outcome.id]})


def _each(outcomes: list[Outcome], items: list[Any]) -> dict[str, Any]:
    """Each document on its own; those after the one that stopped an ordered insert were skipped."""
    responses: list[dict[str, Any]] = []
    failed = 0
    for outcome in outcomes:
        known = {} if outcome.id is None else {"_id": outcome.id}
        responses.append(known | ({"status": "OK"} if outcome.error is None else {"status": "ERROR", "errorsIdx": failed}))
        failed += outcome.error is not None
    skipped = [{"status": "SKIPPED"} for _ in items[len(outcomes) :]]
    return {"status": {"documentResponses": responses + skipped}}


def _embedded(call: Call, document: Document) -> Document:
    if "$vectorize" not in document:
        return document
    if "$vector" in document:
        raise DataApiError("INVALID_USAGE_OF_VECTORIZE", "A document has either $vector or $vectorize.")
    text = document["$vectorize"]
    if text is None:
        return {**document, "$vector": None}
    if not isinstance(text, str):
        raise DataApiError("INVALID_VECTORIZE_VALUE_TYPE", "$vectorize must be a text.")
    if not text.strip():
        return {**document, "$vector": None}
    service = call.options.get("vector", {}).get("service")
    if service is None:
        raise DataApiError("EMBEDDING_SERVICE_NOT_CONFIGURED", f"The collection {call.collection} has no embedding service.")
    return {**document, "$vector": services.vector(call, service, call.options["vector"]["dimension"], text)}


def _insert(call: Call, document: Document) -> Outcome:
    stored = document if "_id" in document else {"_id": identifiers.new(call.options), **document}
    try:
        document_limits.check(stored, is_indexed=partial(indexed_paths.is_indexed, call.options))
        vector = _vector(call, stored.get("$vector"))
        sequence = call.connection.execute(
            "INSERT INTO documents (database, keyspace, collection, id, document) VALUES (?, ?, ?, ?, ?)",
            (call.database, call.keyspace, call.collection, json.dumps(comparable(stored["_id"])), json.dumps(stored)),
        ).lastrowid
    except sqlite3.IntegrityError:
        return Outcome(stored["_id"], DataApiError("DOCUMENT_ALREADY_EXISTS", f"There is a document {stored['_id']!r}."))
    except DataApiError as error:
        return Outcome(stored["_id"], error)
    if vector is not None and sequence is not None:
        vectors.keep(call, sequence, "$vector", vector)
    return Outcome(stored["_id"])


def _vector(call: Call, value: object) -> vectors.Vector | None:
    if value is None:
        return None
    definition = call.options.get("vector")
    if definition is None:
        raise DataApiError("VECTOR_SEARCH_NOT_SUPPORTED", f"The collection {call.collection} has no vectors.")
    vector = vectors.read(value, bad_type="SHRED_BAD_DOCUMENT_VECTOR_TYPE")
    if len(vector) != definition["dimension"]:
        raise DataApiError("INVALID_VECTOR_LENGTH", f"$vector needs {definition['dimension']} numbers.")
    vectors.refuse_zero(definition["metric"], vector)
    return vector
