"""What the databases that stand already would say of an environment: asked at plan time, and without a trace.

Offline validation knows the published catalogue; which regions, providers and models this organisation and this very database
have, and which credentials, only they know. What cannot be asked is no problem: it is said in one line, with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from astra import collection, database, datacenter, dry_run, keyspace, portal, room, table
from astra.definition import differences
from astra.errors import AstraError, NotFound
from astra.http import Connection
from astra.sharing import SNAPSHOT, SharedReads
from astra.wording import listed


class Credential(NamedTuple):
    """A credential that a database does not accept: by its logical name; what was said; what the Portal calls the database."""

    database: str
    provider: str
    name: str
    said: str
    called: str


@dataclass(slots=True)
class Report:
    """What was found out.

    Attributes:
        refusals: what would be refused; each begins with the address of what it is about.
        credentials: what needs a credential that the database does not accept, by database, provider and credential's name, with
            what the service said. It would fail, and nothing else would.
        rooms: of every database in which something is to be made, by its logical name: what it holds and will hold.
        unverified: what could not be asked, by its address, with the reason.
    """

    refusals: list[str] = field(default_factory=list)
    credentials: dict[Credential, list[str]] = field(default_factory=dict)
    rooms: dict[str, room.Room] = field(default_factory=dict)
    unverified: dict[str, str] = field(default_factory=dict)

    def warnings(self) -> list[str]:
        """A sentence for each thing of which a database would have too many, and for each credential that it does not accept."""
        crowded = [said for name, one in self.rooms.items() for said in one.warnings(name)]
        return crowded + [
            f"{one.database} does not accept the credential {one.name} of {one.provider}: {one.said} "
            f"{portal.steps(one.provider, one.name, one.called)} Without it these fail, and nothing else: "
            f"{listed(addresses)}."
            for one, addresses in self.credentials.items()
        ]

    def line(self) -> str:
        """One line for all that was not verified; empty where all was."""
        if not self.unverified:
            return ""
        reasons: dict[str, list[str]] = {}
        for address, reason in self.unverified.items():
            reasons.setdefault(reason.rstrip("."), []).append(address)
        said = "; ".join(f"{listed(addresses)}: {reason}" for reason, addresses in reasons.items())
        return f"not verified with the service: {said}."


@dataclass(frozen=True, slots=True)
class _Standing:
    """A database that answers: its address, its keyspaces, and what a person calls it."""

    endpoint: str
    keyspaces: tuple[str, ...]
    called: str


def report(
    connection: Connection, verdicts: SharedReads, declared: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> Report:
    """Asks for every collection and every vectorize column that would be made or replaced, and for every new region.

    Args:
        connection: to the target.
        verdicts: keeps the answers of dry runs.
        declared: `databases`, settings by logical name; `workload`, by logical name and keyspace `collections` and `tables`, with
            the services' integrations merged in.
        before: the `workload` of what was declared until now; None where nothing was.
    """
    found = Report()
    before = before or {}
    for name, settings in declared["databases"].items():
        keyspaces = declared["workload"].get(name) or {}
        try:
            standing = _standing(connection, settings, name, found)
        except NotFound as error:
            found.unverified[name] = str(error)
            found.rooms[name] = room.untouched(name, keyspaces)
            continue
        except AstraError as error:
            found.unverified[name] = str(error)
            continue
        if standing is not None and keyspaces:
            _ask_keyspaces(connection, verdicts, standing, name, keyspaces, found)
            # What could not be listed a moment ago is not asked for again.
            if not any(f"{name}.{one}" in found.unverified for one in keyspaces):
                _look_for_room(connection, standing, name, keyspaces, before.get(name) or {}, found)
    return found


def _standing(connection: Connection, settings: Mapping[str, Any], name: str, found: Report) -> _Standing | None:
    """The database where it stands and answers; its regions are checked on the way."""
    if connection.target.self_hosted:
        endpoint = settings["apiEndpoint"]
        return _Standing(
            endpoint, tuple(keyspace.self_hosted_names(connection, endpoint, SNAPSHOT)), f"the database of {endpoint}"
        )
    try:
        there = database.standing(connection, settings)
    except NotFound as error:
        if "name" not in settings:
            found.refusals.append(f"databases.{name}: {error} {database.FORGET_IT}")
            return None
        _check_regions(connection, settings, {}, name, found)
        raise
    described = there.described
    if "name" in settings:
        _check_regions(connection, settings, datacenter.listed(connection, described["id"], SNAPSHOT), name, found)
    # In MAINTENANCE a database answers as ever (the documentation's page on statuses).
    if described["status"] not in (database.ACTIVE, "MAINTENANCE"):
        found.unverified[name] = f"it is {described['status']}"
        return None
    called = f'the database "{described["info"].get("name")}" ({described["id"]})'
    return _Standing(there.endpoint, tuple(keyspace.names(described)), called)


def _check_regions(
    connection: Connection, settings: Mapping[str, Any], standing: Mapping[str, Any], name: str, found: Report
) -> None:
    for region in (settings["region"], *settings.get("additionalRegions", ())):
        if region not in standing and (reason := database.unusable_region(connection, settings["cloudProvider"], region)):
            found.refusals.append(f"databases.{name}: {reason}")


def _ask_keyspaces(
    connection: Connection,
    verdicts: SharedReads,
    standing: _Standing,
    name: str,
    keyspaces: Mapping[str, Any],
    found: Report,
) -> None:
    if not standing.keyspaces:
        found.unverified[name] = "it has no keyspace to ask in"
        return
    for keyspace_name, content in keyspaces.items():
        address = f"{name}.{keyspace_name}"
        # Any keyspace that stands does for a dry run, which is judged before anything of the keyspace matters.
        where = keyspace_name if keyspace_name in standing.keyspaces else standing.keyspaces[0]
        try:
            for path, vector, said in judged(connection, verdicts, standing.endpoint, keyspace_name, content or {}, where):
                if said.outcome == "refused":
                    found.refusals.append(f"{address}.{path}: {said.said}")
                elif said.outcome == "credential":
                    named = Credential(
                        name, vector["service"]["provider"], _credential(vector["service"]), said.said, standing.called
                    )
                    found.credentials.setdefault(named, []).append(f"{address}.{path}")
                elif said.outcome == "unknown":
                    found.unverified[f"{address}.{path}"] = said.said
        except AstraError as error:
            found.unverified[address] = str(error)


def _look_for_room(
    connection: Connection,
    standing: _Standing,
    name: str,
    keyspaces: Mapping[str, Any],
    before: Mapping[str, Any],
    found: Report,
) -> None:
    try:
        there = room.looked_into(connection, standing.endpoint, standing.keyspaces, name, keyspaces, before)
    except AstraError as error:
        found.unverified[f"the room in {name}"] = str(error)
        return
    if there is not None:
        found.rooms[name] = there


def judged(
    connection: Connection,
    verdicts: SharedReads,
    endpoint: str,
    keyspace_name: str,
    content: Mapping[str, Any],
    where: str = "",
    *,
    standing_too: bool = False,
) -> Iterator[tuple[str, Mapping[str, Any], dry_run.Verdict]]:
    """The verdict on every vector definition with a service that does not stand like that in the keyspace.

    Args:
        connection: to the target.
        verdicts: keeps the answers.
        endpoint: address of the database's Data API.
        keyspace_name: name of the keyspace.
        content: `collections` and `tables` by name.
        where: a keyspace that stands, to ask in; left out the same one.
        standing_too: whether to ask of what stands like that already, too: it is about to be made anew.

    Returns:
        The name of the collection, or `table.column`, its vector definition, and what was said of it.

    Raises:
        AstraError: what stands could not be read.
    """
    for path, vector in _vectors(connection, endpoint, keyspace_name, content, standing_too=standing_too):
        yield path, vector, dry_run.verdict(connection, verdicts, endpoint, where or keyspace_name, vector)


def _vectors(
    connection: Connection, endpoint: str, keyspace_name: str, content: Mapping[str, Any], *, standing_too: bool
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every vector definition with a service that is to be asked about: what it belongs to, and the definition."""
    stated = content.get("collections") or {}
    vectors = {name: (definition or {}).get("vector") or {} for name, definition in stated.items()}
    vectors = {name: vector for name, vector in vectors.items() if "service" in vector}
    if vectors:
        live = {} if standing_too else _standing_by_name(collection.listed, connection, endpoint, keyspace_name)
        yield from (
            (name, vector) for name, vector in vectors.items() if name not in live or differences(stated[name] or {}, live[name])
        )
    columns = {
        (name, column): _vector(stated)
        for name, entry in (content.get("tables") or {}).items()
        for column, stated in entry["definition"]["columns"].items()
        if isinstance(stated, Mapping) and "service" in stated
    }
    if columns:
        tables = {} if standing_too else _standing_by_name(table.listed, connection, endpoint, keyspace_name)
        for (name, column), vector in columns.items():
            there = tables.get(name, {}).get("columns", {}).get(column)
            if there is None or differences({"vector": vector}, {"vector": _as_collection(there)}):
                yield f"{name}.{column}", vector


def _standing_by_name(
    listing: Callable[[Connection, str, str, float], dict[str, dict[str, Any]]], connection: Connection, endpoint: str, name: str
) -> dict[str, dict[str, Any]]:
    try:
        return listing(connection, endpoint, name, SNAPSHOT)
    except NotFound:
        # The keyspace is still to be made.
        return {}


def _credential(service: Mapping[str, Any]) -> str:
    return ", ".join(map(str, (service.get("authentication") or {}).values()))


def _vector(column: Mapping[str, Any]) -> dict[str, Any]:
    return {key: column[key] for key in ("dimension", "service") if key in column}


def _as_collection(column: Mapping[str, Any]) -> dict[str, Any]:
    """A column as a collection's vector would be explained: metric and source model belong to its index."""
    return {**_vector(column), "metric": "cosine", "sourceModel": "other"}
