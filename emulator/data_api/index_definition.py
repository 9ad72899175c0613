"""The definition of a table's index: reading it, and what the service makes of it. Pure functions.

Options are filled in: recorded for vector indexes and for regular ones on texts. What is said of text indexes and of those
on lists, sets and maps follows from the open-source service's source (unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import fields
from emulator.data_api.collection_fields import METRICS, SOURCE_MODELS
from emulator.data_api.errors import DataApiError
from emulator.data_api.table_columns import CONTAINERS, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.table_columns import Column, Columns

Options = dict[str, Any]

MAP_PARTS: Final = ("$keys", "$values")
TEXTS: Final = ("ascii", "text")
ANALYSIS: Final = {"ascii": False, "caseSensitive": True, "normalize": False}
"""How a regular index on texts compares them unless told otherwise."""


class Definition(NamedTuple):
    """As sent: the column, the part of it when it is a map, and the options, nulls dropped."""

    column: str
    part: str | None
    options: Options | None


def column_name(definition: Options) -> str:
    """Which column a stored definition is about."""
    column = definition["column"]
    name: str = column if isinstance(column, str) else next(iter(column))
    return name


def parse(value: object, kind: str) -> Definition:
    """Read the definition of an index of one of `KINDS`.

    Raises:
        DataApiError: COMMAND_FIELD_VALUE_INVALID, COMMAND_FIELD_UNKNOWN, REQUEST_STRUCTURE_MISMATCH,
            INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN.

    """
    sent = fields.structure(value, "definition", ("column", "options"))
    if sent is None or "column" not in sent:
        fields.invalid("definition.column", None, "given")
    readers = KINDS[kind].options
    options = fields.structure(sent.get("options"), "definition.options", readers)
    if options is not None:
        options = {name: readers[name](item, f"definition.options.{name}") for name, item in options.items()}
    column, part = (
        _regular_column(sent["column"]) if kind == "regular" else (fields.text(sent["column"], "definition.column"), None)
    )
    return Definition(column, part, options)


def _regular_column(value: object) -> tuple[str, str | None]:
    if isinstance(value, str):
        return value, None
    if isinstance(value, dict) and len(value) == 1:
        ((name, part),) = value.items()
        if isinstance(part, str) and part.lower() in MAP_PARTS:
            return name, part.lower()
    raise DataApiError("INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN", f"A column, or a map's {listed(MAP_PARTS)}, can be indexed.")


def complete(definition: Definition, kind: str, columns: Columns) -> Options:
    """The definition as listIndexes explains it.

    Raises:
        DataApiError: UNKNOWN_INDEX_COLUMN, and what the kind has to say of the column's type and the options.

    """
    column = columns.get(definition.column)
    if column is None:
        raise DataApiError("UNKNOWN_INDEX_COLUMN", f"There is no column {definition.column}; the columns are {listed(columns)}.")
    return KINDS[kind].complete(definition, column)


def _vector(definition: Definition, column: Column) -> Options:
    if column["type"] != "vector":
        raise DataApiError("UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES", f"The column {definition.column} is no vector.")
    sent = definition.options or {}
    source_model = sent.get("sourceModel", "").strip() or "other"
    if source_model not in SOURCE_MODELS:
        raise DataApiError("UNKNOWN_VECTOR_SOURCE_MODEL", f"There is no source model {source_model}.")
    metric = sent.get("metric", "").strip().lower() or ("cosine" if source_model == "other" else "dot_product")
    if metric not in METRICS:
        raise DataApiError("UNKNOWN_VECTOR_METRIC", f"There is no metric {metric}.")
    return {"column": definition.column, "options": {"metric": metric, "sourceModel": source_model}}


def _text(definition: Definition, column: Column) -> Options:
    if column["type"] != "text":
        raise DataApiError("UNSUPPORTED_TEXT_INDEX_FOR_DATA_TYPES", f"The column {definition.column} is no text.")
    analyzer = (definition.options or {}).get("analyzer", "standard")
    if not isinstance(analyzer, (str, dict)):
        raise DataApiError("UNSUPPORTED_JSON_TYPE_FOR_TEXT_INDEX", "definition.options.analyzer must be a name or an object.")
    return {"column": definition.column, "options": {"analyzer": analyzer}}


def _regular(definition: Definition, column: Column) -> Options:
    kind = column["type"]
    if kind in ("vector", "userDefined"):
        raise DataApiError("UNSUPPORTED_INDEXING_FOR_DATA_TYPES", f"The column {definition.column} has the type {kind}.")
    if definition.part is not None and kind not in CONTAINERS:
        raise DataApiError("INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN", f"The column {definition.column} is no map.")
    # Of a list or set the values are indexed; of a map what was asked for, or else its entries.
    part = "$values" if kind in ("list", "set") else definition.part
    indexed = {None: kind, "$keys": column.get("keyType"), "$values": column.get("valueType")}[part]
    stated = definition.options or {}
    if indexed == "map" and stated:
        raise DataApiError("CANNOT_ANALYZE_ENTRIES_ON_MAP_COLUMNS", f"Entries of {definition.column} cannot be analysed.")
    if indexed not in TEXTS and stated:
        raise DataApiError("UNSUPPORTED_TEXT_ANALYSIS_FOR_DATA_TYPES", f"The column {definition.column} holds no texts.")
    # What is in a list, set or map is analysed only where options were sent, be they empty.
    analysed = indexed in TEXTS and (kind in TEXTS or definition.options is not None)
    return {
        "column": definition.column if part is None else {definition.column: part},
        "options": {**ANALYSIS, **stated} if analysed else {},
    }


class Kind(NamedTuple):
    """The options an index has, how each is read, and how its definition is completed."""

    options: dict[str, Callable[[object, str], Any]]
    complete: Callable[[Definition, Column], Options]


KINDS: Final[dict[str, Kind]] = {
    "regular": Kind(dict.fromkeys(ANALYSIS, fields.flag), _regular),
    "text": Kind({"analyzer": lambda item, _: item}, _text),
    "vector": Kind(dict.fromkeys(("metric", "sourceModel"), fields.text), _vector),
}
