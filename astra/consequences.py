"""What a deviation means to those who use the thing, and how bad that is; what bringing it back does. Data, and one rule."""

from collections.abc import Mapping

from astra.changes import ABSENT, Change
from astra.drift import Resource, Severity

_FAILING = "Vectors of another length are refused: writes fail, or those of the application's own model do."
_MIXED = (
    "What is written from now on is embedded by another model than what stands already: the vectors are mixed, and searches "
    "compare what cannot be compared."
)
_UNSEARCHED = "What searches by the vectors, or has them made, fails."
_COLUMN = "What reads or writes that column fails."
_OTHER_KEY = "Rows are found and told apart otherwise than the application expects."
_ORDER = "Similarity is measured otherwise: scores and the order of results differ from what the application expects."
_PARAMETERS = "What is embedded from now on may have other vectors than what stands already."
_UNINDEXED = "Searches, filters and sorting that need the index as it was applied fail."
# By the innermost step of a property's path that is here; any other is a warning that says all by itself.
_WEIGHTS: Mapping[str, tuple[Severity, str]] = {
    "dimension": ("error", _FAILING),
    "provider": ("error", _MIXED),
    "modelName": ("error", _MIXED),
    "parameters": ("warning", _PARAMETERS),
    "authentication": ("warning", "What is embedded is paid by another account, or fails."),
    "service": ("error", _UNSEARCHED),
    "metric": ("warning", _ORDER),
    "sourceModel": ("warning", "Vector searches are tuned to another model: they find less well what is meant."),
    "vector": ("error", _UNSEARCHED),
    "indexing": ("warning", "Filters and sorting by fields that are not indexed are refused."),
    "defaultId": ("warning", "Documents without an _id get one of another type."),
    "lexical": ("warning", "Search by words finds otherwise, or fails."),
    "rerank": ("warning", "Searches that rerank their results answer otherwise, or fail."),
    "primaryKey": ("error", _OTHER_KEY),
    # Of an index.
    "column": ("warning", _UNINDEXED),
    "indexType": ("warning", _UNINDEXED),
    "options": ("warning", "The index finds otherwise than it was applied for."),
}
# What bringing back by an update does to a thing that differs, by its kind.
REPLACING: Mapping[Resource, str] = {
    "collection": ": replaces the collection; its documents have to be named in allowDataLoss",
    "table": ": alters the table where it can, and replaces it otherwise; rows that are lost have to be named in allowDataLoss",
    "index": ": replaces the index; no row is lost",
    "database": ": replaces the database; what it holds has to be named in allowDataLoss",
}
REMAKING: Mapping[Resource, str] = {"index": ": makes it anew", "region": ": adds it anew"}
# What is lost with a thing that is gone, by its kind.
GONE: Mapping[Resource, str] = {
    "database": "Everything in it is gone, and whatever uses it fails.",
    "region": "Its replica is gone: applications that use that region fail.",
    "keyspace": "Everything in it is gone, and whatever uses it fails.",
    "collection": "Its documents are gone, and whatever uses it fails.",
    "table": "Its rows and indexes are gone, and whatever uses it fails.",
    "index": "Searches, filters and sorting that need it fail. No row is lost.",
}


def weight(kind: Resource, change: Change) -> tuple[Severity, str]:
    """How bad a difference is, and what it means."""
    added = change.old is ABSENT
    whole = len(change.path) == len(("columns", "name"))
    if kind == "database":
        return "error", ""
    if kind == "table" and change.path[0] == "columns" and (whole or change.path[-1] in ("type", "keyType", "valueType")):
        return ("warning", "") if added else ("error", _COLUMN)
    if added and change.path[-1] in ("vector", "service"):
        # Nothing that was applied is taken away.
        return "warning", ""
    return next((_WEIGHTS[step] for step in reversed(change.path) if step in _WEIGHTS), ("warning", ""))
