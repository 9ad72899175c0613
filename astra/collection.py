"""Collections, as functions over plain data.

A create that was cut off leaves a collection that looks whole in a listing and is not: only the identical
request again mends it, so that is what happens after every failure that leaves the outcome open.
"""

from collections.abc import Callable, Mapping
from typing import Any

from astra.changes import Change
from astra.conflict import refuse_another
from astra.data_api import command
from astra.definition import chosen, differences, options
from astra.errors import Conflict, Invalid, Refused, Unavailable, Unreadable
from astra.http import Connection


def listed(connection: Connection, endpoint: str, keyspace: str, age: float = 0.0) -> dict[str, dict[str, Any]]:
    """The collections of a keyspace by name, each with its options as the service explains them.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: its name.
        age: how many seconds old the answer may be; see SharedReads.

    Raises:
        NotFound: the keyspace does not exist.
    """
    doing = f"list the collections of keyspace {keyspace}"
    body = {"options": {"explain": True}}

    def read() -> dict[str, dict[str, Any]]:
        found = command(connection, endpoint, f"/{keyspace}", "findCollections", body, doing, repeatable=True)
        try:
            return {entry["name"]: entry.get("options", {}) for entry in found["status"]["collections"]}
        except (KeyError, TypeError):
            raise Unreadable(f"cannot {doing}: the answer has no list of collections.") from None

    return connection.reads.read(("collections", endpoint, keyspace), read, age)


def create(
    connection: Connection, endpoint: str, keyspace: str, name: str, definition: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Makes sure that the collection stands with that definition.

    Lists first: one that is there with the same definition is taken over (a killed run is finished that way), one
    with another is an error that shows both, also where somebody makes it meanwhile.

    Returns:
        Its options as the service explains them, and whether it was listed before anything was sent, and so taken over.

    Raises:
        Conflict: another definition, or a table, has that name.
        AstraError: whatever else the service says.
    """
    doing = f"create collection {keyspace}.{name}"
    there = listed(connection, endpoint, keyspace).get(name)
    if there is not None:
        refuse_another("a collection", _differences(definition, there), doing)
    try:
        # Also what stands: what a killed run left half-made is listed like a whole one, and the identical request mends it.
        _create(connection, endpoint, keyspace, name, definition, doing)
    except (Invalid, Refused):
        if there is None:
            raise
        # A repetition is judged anew: by now the model may be deprecated or the credential gone, and the collection
        # stands all the same.
        return there, True
    except Conflict:
        # Somebody may have made another one meanwhile.
        if (meanwhile := listed(connection, endpoint, keyspace).get(name)) is not None:
            refuse_another("a collection", _differences(definition, meanwhile), doing)
        raise
    made = listed(connection, endpoint, keyspace).get(name)
    if made is None:
        raise Unavailable(f"cannot {doing}: the service accepted it but does not list it. Run again.")
    refuse_another("a collection", _differences(definition, made), doing)
    return made, there is not None


def delete(connection: Connection, endpoint: str, keyspace: str, name: str, guard: Callable[[], None] = lambda: None) -> None:
    """Deletes a collection; fine where it is gone.

    Looks first whether the name is a collection's: deleteCollection drops a table of that name as readily.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        name: its name.
        guard: called where the collection is there, right before it is deleted; raises to keep it.

    Raises:
        NotFound: the Data API does not know the keyspace; to the token of another database it knows none.
        AstraError: what `guard` raises, and whatever else the service says.
    """
    if name in listed(connection, endpoint, keyspace):
        guard()
        doing = f"delete collection {keyspace}.{name}"
        command(connection, endpoint, f"/{keyspace}", "deleteCollection", {"name": name}, doing, repeatable=True)


def holds_documents(connection: Connection, endpoint: str, keyspace: str, name: str) -> bool:
    """Whether a collection holds at least one document.

    By findOne: the estimated count was seen to be 0 with 31 documents.

    Raises:
        AstraError: it could not be decided; then assume that it does.
    """
    doing = f"look into collection {keyspace}.{name}"
    body = {"projection": {"_id": True}}
    found = command(connection, endpoint, f"/{keyspace}/{name}", "findOne", body, doing, repeatable=True)
    try:
        return found["data"]["document"] is not None
    except (KeyError, TypeError):
        raise Unreadable(f"cannot {doing}: the answer has no document field.") from None


def _differences(definition: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[Change, ...]:
    """How what is there differs from what was declared; of a dimension that was left out the service itself is the judge."""
    if "vector" not in definition:
        return differences(definition, there)
    return differences({**definition, "vector": chosen(definition["vector"], there.get("vector"))}, there)


def _create(connection: Connection, endpoint: str, keyspace: str, name: str, definition: Mapping[str, Any], doing: str) -> None:
    body: dict[str, Any] = {"name": name}
    if sent := options(definition):
        body["options"] = sent
    command(connection, endpoint, f"/{keyspace}", "createCollection", body, doing, repeatable=True)
