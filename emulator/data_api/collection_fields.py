"""Reading the options of createCollection: which fields there are, and which values they take. Pure functions.

All of this is refused before anybody looks whether the keyspace exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import fields, vector_service

if TYPE_CHECKING:
    from collections.abc import Callable

Options = dict[str, Any]

METRICS: Final = ("dot_product", "cosine", "euclidean")
SOURCE_MODELS: Final = (
    "ada002",
    "bert",
    "cohere-v3",
    "gecko",
    "nv-qa-4",
    "openai-v3-large",
    "openai-v3-small",
    "other",
)
ID_TYPES: Final = ("objectId", "uuid", "uuidv6", "uuidv7")
OLD_NAMES: Final = {"size": "dimension", "function": "metric"}

UNKNOWN_FIELD: Final = "INVALID_CREATE_COLLECTION_FIELD"
"""Recorded for `options.vector`; that the other options answer alike is unverified."""


def parse(value: object) -> Options:
    """The options as sent, with scalars coerced, old names replaced and nulls dropped.

    Raises:
        DataApiError: unknown fields, wrong types, values outside an enumeration, a dimension that is not positive.

    """
    options = fields.structure(value, "options", ("vector", "indexing", "defaultId", "lexical", "rerank"), UNKNOWN_FIELD) or {}
    readers = {
        "vector": _vector,
        "indexing": _indexing,
        "defaultId": _default_id,
        "lexical": _lexical,
        "rerank": _rerank,
    }
    return {name: readers[name](item) for name, item in options.items()}


def _vector(value: object) -> Options:
    known = ("dimension", "metric", "service", "sourceModel", *OLD_NAMES)
    sent = fields.structure(value, "options.vector", known, UNKNOWN_FIELD) or {}
    sent = {OLD_NAMES.get(name, name): item for name, item in sent.items()}
    vector: Options = {}
    if "dimension" in sent:
        vector["dimension"] = fields.integer(sent["dimension"], "options.vector.dimension")
        if vector["dimension"] <= 0:
            fields.invalid("options.vector.dimension", vector["dimension"], "greater than 0")
    for name, allowed in (("metric", METRICS), ("sourceModel", SOURCE_MODELS)):
        if name in sent:
            vector[name] = fields.text(sent[name], f"options.vector.{name}")
            if vector[name] not in allowed:
                fields.invalid(f"options.vector.{name}", vector[name], f"one of {', '.join(allowed)}")
    if "service" in sent:
        vector["service"] = vector_service.parse(sent["service"], "options.vector.service")
    return vector


def _indexing(value: object) -> Options:
    sent = fields.structure(value, "options.indexing", ("allow", "deny"), UNKNOWN_FIELD) or {}
    return {name: fields.texts(item, f"options.indexing.{name}") for name, item in sent.items()}


def _default_id(value: object) -> Options:
    sent = fields.structure(value, "options.defaultId", ("type",), UNKNOWN_FIELD) or {}
    if "type" in sent and sent["type"] not in ID_TYPES:
        fields.invalid("options.defaultId.type", sent["type"], f"one of {', '.join(ID_TYPES)}")
    return sent


def _lexical(value: object) -> Options:
    sent = fields.structure(value, "options.lexical", ("enabled", "analyzer")) or {}
    return {name: fields.flag(item, "options.lexical.enabled") if name == "enabled" else item for name, item in sent.items()}


def _rerank(value: object) -> Options:
    sent = fields.structure(value, "options.rerank", ("enabled", "service")) or {}
    readers: dict[str, Callable[[object], Any]] = {
        "enabled": lambda item: fields.flag(item, "options.rerank.enabled"),
        "service": lambda item: vector_service.parse(item, "options.rerank.service"),
    }
    return {name: readers[name](item) for name, item in sent.items()}
