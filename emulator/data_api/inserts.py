"""insertOne and insertMany, with or without texts to embed."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import uuid4

from emulator.data_api import fields, services
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from emulator.data_api.call import Call

Document = dict[str, Any]

MAX_INSERTED: Final = 100
"""Documents in one insertMany (documented)."""


class Insertion(NamedTuple):
    """Documents as sent, and whether the first failure stops the rest."""

    documents: list[Document]
    ordered: bool


def parse_insert_one(body: object) -> Insertion:
    """One document."""
    command = fields.structure(body, "insertOne", ("document", "options")) or {}
    fields.structure(command.get("options"), "options", ())
    if "document" not in command:
        fields.invalid("document", None, "given")
    return Insertion([fields.any_object(command["document"], "document")], ordered=True)


def parse_insert_many(body: object) -> Insertion:
    """Up to 100 documents; unordered unless told (the option `returnDocumentResponses` is not implemented)."""
    command = fields.structure(body, "insertMany", ("documents", "options")) or {}
    options = fields.structure(command.get("options"), "options", ("ordered", "returnDocumentResponses")) or {}
    if options.get("returnDocumentResponses"):
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement insertMany with returnDocumentResponses.")
    documents = command.get("documents")
    if not isinstance(documents, list):
        fields.invalid("documents", documents, "an array")
    if not 1 <= len(documents) <= MAX_INSERTED:
        fields.invalid("documents", f"{len(documents)} documents", f"1 to {MAX_INSERTED} documents")
    return Insertion(
        [fields.any_object(document, "documents") for document in documents],
        ordered=fields.flag(options.get("ordered", False), "options.ordered"),
    )


def insert(call: Call, insertion: Insertion) -> dict[str, Any]:
    """Insert what can be inserted; a refused document is an entry of `errors[]`, the others are in `insertedIds`.

    Raises:
        DataApiError: the texts could not be embedded, so that nothing was inserted.

    """
    embedded = [_embedded(call, document) for document in insertion.documents]
    inserted: list[Any] = []
    errors: list[dict[str, Any]] = []
    for document in embedded:
        stored = document if "_id" in document else {"_id": str(uuid4()), **document}
        try:
            _insert(call, stored)
            inserted.append(stored["_id"])
        except DataApiError as error:
            errors.append(error.entry() | {"documentIds": [stored["_id"]]})
            if insertion.ordered:
                break
    return {"status": {"insertedIds": inserted}} | ({"errors": errors} if errors else {})


def _embedded(call: Call, document: Document) -> Document:
    text = document.get("$vectorize")
    if text is None:
        return document
    service = call.options.get("vector", {}).get("service")
    if service is None:
        raise DataApiError("EMBEDDING_SERVICE_NOT_CONFIGURED", f"The collection {call.collection} has no embedding service.")
    if not isinstance(text, str):
        fields.invalid("$vectorize", text, "a string")
    return {**document, "$vector": services.vector(call, service, call.options["vector"]["dimension"], text)}


def _insert(call: Call, document: Document) -> None:
    vector = document.get("$vector")
    if vector is not None:
        definition = call.options.get("vector")
        if definition is None:
            raise DataApiError("VECTOR_SEARCH_NOT_SUPPORTED", f"The collection {call.collection} has no vectors.")
        if not isinstance(vector, list) or len(vector) != definition["dimension"]:
            raise DataApiError("INVALID_VECTOR_LENGTH", f"$vector needs {definition['dimension']} numbers.")
    try:
        call.connection.execute(
            "INSERT INTO documents (database, keyspace, collection, id, document) VALUES (?, ?, ?, ?, ?)",
            (call.database, call.keyspace, call.collection, json.dumps(document["_id"]), json.dumps(document)),
        )
    except sqlite3.IntegrityError:
        raise DataApiError("DOCUMENT_ALREADY_EXISTS", f"There is a document {document['_id']!r}.") from None
