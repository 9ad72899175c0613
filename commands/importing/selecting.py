"""The databases that an import is to read, and which of them an environment declares already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from astra import catalog, database, validation
from astra.applied import Applied
from astra.errors import Invalid, NotFound
from astra.http import Connection
from astra.import_draft import IDENTITY, Live
from astra.inventory import Place
from astra.validation import mapping
from astra.wording import listed, named

# Of databases with servers of their own, which no vectorize service is for.
_SERVERLESS = "serverless"
_EXAMPLE = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which databases are meant.

    Attributes:
        databases: their ids.
        endpoints: addresses of their Data APIs.
        everything: whether all of the organisation are, that `name` and `region` do not leave out.
        name: a pattern with * and ? for the name.
        region: the region that a database was made in.
        existing: whether a database that is not declared yet is declared by its id, and so never changed or deleted.
    """

    databases: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    everything: bool = False
    name: str = "*"
    region: str = ""
    existing: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """The databases that are meant.

    Attributes:
        lives: each of them.
        places: how each is looked into.
        known: logical names that the environment has, by ids.
        notes: what was passed over.
    """

    lives: tuple[Live, ...]
    places: tuple[Place, ...]
    known: Mapping[str, str]
    notes: tuple[str, ...] = ()


def selected(connection: Connection, selection: Selection, declared: Mapping[str, Any], resources: Iterable[Applied]) -> Selected:
    """The databases that are meant.

    Args:
        connection: to the target.
        selection: which are meant.
        declared: the section `databases` of the environment file.
        resources: of the stack.

    Raises:
        Invalid: one of them cannot be told, or none is meant; says all that is wrong.
        AstraError: the service could not be asked.
    """
    if connection.target.self_hosted:
        return _self_hosted(selection, declared)
    notes: list[str] = []
    entries = {str(one["id"]): one for one in _entries(connection, selection, notes)}
    if not entries:
        raise Invalid("no database is meant: none of the organisation fits. See vectorize import --help.")
    known = _known(connection, declared, entries, resources)
    lives = tuple(_live(one, declared.get(known.get(identity, "")), selection) for identity, one in entries.items())
    endpoints = {identity: connection.target.api_endpoint(identity, one["info"]["region"]) for identity, one in entries.items()}
    places = tuple(Place(identity, endpoints[identity], whole=True, indexes=True) for identity in entries)
    return Selected(lives, places, {key: name for key, name in known.items() if key in entries}, tuple(notes))


def _self_hosted(selection: Selection, declared: Mapping[str, Any]) -> Selected:
    if not selection.endpoints or selection.databases or selection.everything:
        raise Invalid("a self-hosted Data API has no DevOps API that could list databases: name its address with --endpoint")
    addresses = list(dict.fromkeys(_address(one) for one in selection.endpoints))
    lives = tuple(Live(one, {"apiEndpoint": one}, urlsplit(one).hostname or one) for one in addresses)
    known = {str(mapping(one).get("apiEndpoint", "")).rstrip("/"): name for name, one in declared.items()}
    places = tuple(Place(one, one, whole=True, indexes=True) for one in addresses)
    return Selected(lives, places, {one: known[one] for one in addresses if one in known})


def _entries(connection: Connection, selection: Selection, notes: list[str]) -> Iterator[dict[str, Any]]:
    """The descriptions of the databases that are meant."""
    if selection.everything:
        for one in database.listed(connection):
            info = one["info"]
            fits = fnmatchcase(str(info.get("name")), selection.name) and selection.region in ("", info.get("region"))
            if not fits or one["status"] in database.ENDED:
                continue
            if str(info.get("tier") or _SERVERLESS).casefold() != _SERVERLESS:
                notes.append(f"{named(info.get('name'))} ({one['id']}) was passed over: it is no serverless database")
                continue
            yield one
    wrong = []
    by_id = (partial(_by_id, one) for one in selection.databases)
    by_address = (partial(_by_address, connection, one) for one in selection.endpoints)
    for identity in (*by_id, *by_address):
        try:
            yield database.described(connection, identity())
        except (Invalid, NotFound) as error:
            wrong.append(str(error))
    if wrong:
        raise Invalid("\n".join(wrong))


def _by_id(stated: str) -> str:
    try:
        # Checked, since it becomes part of an address.
        if len(stated.strip()) == len(_EXAMPLE):
            return str(UUID(stated.strip()))
    except ValueError:
        pass
    raise Invalid(
        f"--database: {named(stated)} is no id of a database; ids look like {_EXAMPLE}; names are chosen by --all --name, "
        "addresses by --endpoint."
    )


def _address(stated: str) -> str:
    """The address of a Data API as an environment declares it. Raises Invalid."""
    address = stated.strip().rstrip("/")
    rule = catalog.schema("resources:collection")["properties"]["apiEndpoint"]
    try:
        if validation.validator(rule).is_valid(address) and urlsplit(address).hostname:
            return address
    except ValueError:
        pass
    raise Invalid(f"--endpoint: {named(stated)} {rule['x-message']}.")


def _by_address(connection: Connection, stated: str) -> str:
    found = connection.target.place(_address(stated))
    if found is None:
        raise Invalid(
            f"{named(stated)} is not an address of this target's Data API, which are made like "
            f"{connection.target.data_api_url}. Name the database by its id, or give --target data-api."
        )
    return found.database_id


def _live(entry: Mapping[str, Any], declared: Any, selection: Selection) -> Live:
    info = entry["info"]
    managed = {key: str(info.get(key)) for key in IDENTITY}
    if declared is not None:
        settings = {key: value for key, value in mapping(declared).items() if key in ("id", "apiEndpoint")} or managed
    else:
        settings = {"id": str(entry["id"])} if selection.existing else managed
    return Live(str(entry["id"]), settings, str(info.get("name")))


def _known(
    connection: Connection, declared: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]], resources: Iterable[Applied]
) -> dict[str, str]:
    """Logical names by ids. Of a managed database the state knows which it is, or else its name, cloud and region tell."""
    made = {one.address: one.identity for one in resources if one.kind == "database"}
    found: dict[str, str] = {}
    for name, stated in declared.items():
        settings = mapping(stated)
        if "id" in settings:
            identity = str(settings["id"]).lower()
        elif "apiEndpoint" in settings:
            identity = connection.target.database_id(str(settings["apiEndpoint"]))
        else:
            identity = made.get(name) or _by_name(name, settings, entries)
        found[identity] = name
    return found


def _by_name(name: str, settings: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> str:
    same = [identity for identity, one in entries.items() if all(one["info"].get(key) == settings.get(key) for key in IDENTITY)]
    if len(same) > 1:
        raise Invalid(
            f"which of {listed(same)} databases.{named(name)} is cannot be told: they have the same name, cloud and region. "
            "Name one with --database."
        )
    return same[0] if same else f"(not read: {name})"
