"""insertOne and insertMany on a table.

The answers' form is that of the open-source service's published examples (unverified, like what is checked of a row).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from emulator.data_api import column_values, indexes, inserts, services, vectors
from emulator.data_api.comparison import comparable
from emulator.data_api.errors import DataApiError
from emulator.data_api.inserts import Outcome
from emulator.data_api.table_columns import listed, type_of
from emulator.data_api.table_definition import key_columns
from emulator.data_api.vectors import as_sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.data_api.call import Call
    from emulator.data_api.inserts import Insertion
    from emulator.data_api.table_columns import Column

Row = dict[str, Any]


def insert(call: Call, insertion: Insertion) -> dict[str, Any]:
    """Insert what can be inserted; a row with the same primary key gets the new values, as the database does it.

    Raises:
        DataApiError: a text could not be embedded, so that nothing was inserted.

    """
    key = key_columns(call.options)
    embedded = [_embedded(call, document) for document in insertion.documents]
    body = inserts.answer(insertion, embedded, partial(_insert, call, key, indexes.metrics(call)))
    schema = {name: type_of(call.options["columns"][name]) for name in key}
    return body | {"status": {"primaryKeySchema": schema, **body["status"]}}


def _embedded(call: Call, row: Row) -> Row:
    """Texts in vector columns become vectors, all by one service (a blank one becomes null)."""
    columns = call.options["columns"]
    texts = {
        name: value for name, value in row.items() if isinstance(value, str) and columns.get(name, {}).get("type") == "vector"
    }
    if bare := [name for name in texts if "service" not in columns[name]]:
        raise DataApiError(
            "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION", f"There is no service for the texts of {listed(bare)}."
        )
    asked = {name: columns[name] for name, text in texts.items() if text.strip()}
    if len({(one["service"]["provider"], one["service"]["modelName"], one["dimension"]) for one in asked.values()}) > 1:
        raise DataApiError("UNSUPPORTED_VECTORIZE_CONFIGURATIONS", "The texts of one row have one service and dimension.")
    made = {name: services.vector(call, column["service"], column["dimension"], texts[name]) for name, column in asked.items()}
    return row | dict.fromkeys(texts) | made


def _insert(call: Call, key: list[str], metrics: Mapping[str, str], row: Row) -> Outcome:
    try:
        _check(call, row, key)
        read = {name: _vector(call.options["columns"][name], value) for name, value in row.items()}
        for name, metric in metrics.items():
            if read.get(name) is not None:
                vectors.refuse_zero(metric, read[name])
    except DataApiError as error:
        return Outcome(None, error)
    identity = [row[name] for name in key]
    _write(call, read, identity)
    return Outcome(identity)


def _check(call: Call, row: Row, key: list[str]) -> None:
    columns = call.options["columns"]
    if missing := [name for name in key if row.get(name) is None]:
        raise DataApiError("MISSING_PRIMARY_KEY_COLUMNS", f"The row has no value for {listed(missing)}.")
    if unknown := [name for name in row if name not in columns]:
        raise DataApiError("UNKNOWN_TABLE_COLUMNS", f"The table {call.collection} has no columns {listed(unknown)}.")
    if wrong := [name for name, value in row.items() if value is not None and not _fits(columns[name], value)]:
        raise DataApiError("INVALID_COLUMN_VALUES", f"The values of {listed(wrong)} are not of the columns' types.")


def _fits(column: Column, value: object) -> bool:
    if column["type"] == "vector":
        try:
            vector = vectors.read(value, bad_type="INVALID_COLUMN_VALUES")
        except DataApiError:
            return False
        return len(vector) == int(column["dimension"])
    return column_values.fits(column, value)


def _vector(column: Column, value: Any) -> Any:
    """A vector as it comes back, whichever way it was written."""
    if column["type"] != "vector" or value is None:
        return value
    return [as_sent(number) for number in vectors.read(value, bad_type="INVALID_COLUMN_VALUES")]


def _write(call: Call, row: Row, identity: list[Any]) -> None:
    """Columns that are not stated keep the values they had."""
    place = (call.database, call.keyspace, call.collection, json.dumps(comparable(identity)))
    query = "SELECT document FROM documents WHERE database = ? AND keyspace = ? AND collection = ? AND id = ?"
    had = call.connection.execute(query, place).fetchone()
    written = row if had is None else {**json.loads(had["document"]), **row}
    sequence = call.connection.execute(
        "INSERT INTO documents (database, keyspace, collection, id, document) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET document = excluded.document RETURNING sequence",
        (*place, json.dumps(written)),
    ).fetchone()["sequence"]
    for name, value in row.items():
        if call.options["columns"][name]["type"] != "vector":
            continue
        if value is None:
            call.connection.execute("DELETE FROM vectors WHERE owner = ? AND field = ?", (sequence, name))
        else:
            vectors.keep(call, sequence, name, value)


def forget_columns(call: Call, names: Iterable[str]) -> None:
    """The values of columns that are dropped go, so that none is there should a column of that name come back."""
    dropped = tuple(names)
    call.connection.executemany(
        "UPDATE documents SET document = json_remove(document, ?) WHERE database = ? AND keyspace = ? AND collection = ?",
        ((f'$."{name}"', call.database, call.keyspace, call.collection) for name in dropped),
    )
    call.connection.executemany(
        "DELETE FROM vectors WHERE field = ? AND owner IN"
        " (SELECT sequence FROM documents WHERE database = ? AND keyspace = ? AND collection = ?)",
        ((name, call.database, call.keyspace, call.collection) for name in dropped),
    )
