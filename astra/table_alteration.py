"""Changing a table in place: what has to be done is told by the table that stands, so a run that was cut off is finished."""

from collections.abc import Callable, Mapping
from typing import Any

from astra import index, table
from astra.conflict import both
from astra.data_api import command
from astra.errors import Conflict, NotFound, Refused, Unavailable
from astra.http import Connection
from astra.table_change import alteration, obstacles
from astra.table_indexes import target_of
from astra.table_normalisation import differences, with_choices
from astra.wording import named

# How a repetition is refused whose first request arrived, though its answer did not.
_DONE_BEFORE = ("CANNOT_ADD_EXISTING_COLUMNS", "CANNOT_DROP_UNKNOWN_COLUMNS")
# Of failures of the service that sending the same again does not mend.
_ADVICE = {
    "UNEXPECTED_DRIVER_ERROR": (
        "Where a column is added, the table may have had one of that name and another type: Cassandra never takes it back, "
        "so choose another name or another table."
    ),
}


def alter(
    connection: Connection,
    endpoint: str,
    keyspace: str,
    name: str,
    definition: Mapping[str, Any],
    guard: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Turns a table into what is wanted, without replacing it, and returns it as the service explains it.

    Compares first, and does nothing where it is that already. Indexes of columns that are dropped go before them.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        name: its name.
        definition: the wanted `{columns, primaryKey}`.
        guard: called for everything that loses or spoils what rows hold, before anything is changed, with what is to be done,
            such as "drop column x of"; raises to keep the table as it is.

    Raises:
        NotFound: the table is not listed.
        Conflict: it differs in what cannot be altered, or somebody else alters it, too.
        AstraError: what `guard` raises, and whatever else the service says.
    """
    doing = f"alter table {keyspace}.{name}"
    stands = _standing(connection, endpoint, keyspace, name, doing)
    if stuck := obstacles(definition, stands):
        raise Conflict(f"cannot {doing} in place: {both(stuck)}. Refresh, and run again: that replaces it.")
    planned = alteration(definition, stands)
    for column in planned.drop:
        guard(f"drop column {named(column)} of")
    for column in planned.remodelled:
        guard(f"change the model of column {named(column)} of")
    if planned.drop:
        _drop_indexes(connection, endpoint, keyspace, name, planned.drop)
    for operation in planned.operations:
        _alter(connection, endpoint, f"/{keyspace}/{name}", operation, doing)
    if not planned.operations:
        return stands
    made = _standing(connection, endpoint, keyspace, name, doing)
    if remaining := differences(with_choices(definition, made), made):
        raise Conflict(
            f"cannot {doing}: the service accepted it, and what is there still differs ({both(remaining)}). Run again."
        )
    return made


def _standing(connection: Connection, endpoint: str, keyspace: str, name: str, doing: str) -> dict[str, Any]:
    stands = table.listed(connection, endpoint, keyspace).get(name)
    if stands is None:
        raise NotFound(f"cannot {doing}: no table of that name is listed. Refresh, and run again: that makes it anew.")
    return stands


def _drop_indexes(connection: Connection, endpoint: str, keyspace: str, table_name: str, columns: tuple[str, ...]) -> None:
    for name, stated in index.listed(connection, endpoint, keyspace, table_name).items():
        if target_of(stated)[0] in columns:
            index.delete(connection, endpoint, keyspace, table_name, name)


def _alter(connection: Connection, endpoint: str, path: str, operation: Mapping[str, Any], doing: str) -> None:
    try:
        command(connection, endpoint, path, "alterTable", {"operation": operation}, doing, repeatable=True)
    except Refused as error:
        # Whether what is there by now is what was wanted, the listing afterwards tells.
        if error.code not in _DONE_BEFORE:
            raise
    except Unavailable as error:
        if error.code not in _ADVICE:
            raise
        raise Unavailable(f"{error} {_ADVICE[error.code]}", code=error.code) from None
