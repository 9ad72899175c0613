"""What the engine met against what was applied: changed, missing, unusable integrations, and what it could not read. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from astra import index_normalisation, portal, table_normalisation
from astra.applied import DATABASE, Applied, topmost
from astra.changes import ABSENT, Change, changes
from astra.consequences import GONE, REMAKING, REPLACING, weight
from astra.definition import chosen, differences
from astra.drift import Drift, Property, Resource, Severity
from astra.unknown import MEANING, Unread
from astra.wording import named, shown

UP = "pulumi up --refresh --stack STACK"
_REFRESHED = "pulumi refresh --stack STACK"
UNUSABLE = "What is embedded with it fails: writes and searches by text."


def deviations(resources: Iterable[Applied], database_of: Callable[[str], str]) -> Iterator[Drift]:
    """Everything that differs, is missing, or cannot be used any more, or of which that cannot be told.

    What is in something that is missing too is not said again: the outermost is, with what is in it.

    Args:
        resources: of the stack, as they were met.
        database_of: a database's id out of its id or one of its addresses.
    """
    given = list(resources)
    gone = _gone(given, database_of)
    told = {one.urn for held in gone for one in held}
    for outermost, *rest in gone:
        # Whatever could not be told of what is in it is gone with it.
        place = {outermost.key(database_of)}
        swallowed = [one for one in given if _untold(one) and _within(one, place, database_of)]
        told |= {one.urn for one in swallowed}
        yield _missing(outermost, [*rest, *swallowed])
    for one in given:
        if one.urn not in told and one.outcome == "met":
            yield from _met(one, given, database_of)


def unread(resources: Iterable[Applied], database_of: Callable[[str], str]) -> Iterator[Unread]:
    """What the engine could not read and what is not in something that is proven to be gone."""
    given = list(resources)
    places = {held[0].key(database_of) for held in _gone(given, database_of)}
    for one in given:
        if one.outcome == "unread" and not _within(one, places, database_of):
            yield Unread(one.kind, one.address, one.reason)


def _gone(given: Iterable[Applied], database_of: Callable[[str], str]) -> list[list[Applied]]:
    return topmost((one for one in given if one.outcome == "missing"), database_of)


def _untold(one: Applied) -> bool:
    """Whether nothing is known of it; an integration's keyspace is where it is asked for."""
    return one.outcome == "unread" or (one.kind == "integration" and one.live.get("status") in ("unknown", "asserted"))


def _within(one: Applied, places: set[tuple[str, ...]], database_of: Callable[[str], str]) -> bool:
    database = database_of(one.database)
    keyspaces = [str(one.inputs.get("keyspace"))] if one.kind == "integration" else list(one.steps[:1])
    outer = [("database", database), *(("keyspace", database, step) for step in keyspaces if one.kind != "region")]
    return any(key in places for key in (*outer, ("table", database, *one.steps[:2])) if key != one.key(database_of))


def _missing(outermost: Applied, rest: list[Applied]) -> Drift:
    said = f"the {outermost.kind} was applied and does not exist any more"
    if outermost.torn:
        said = f"an update deleted the {outermost.kind} to replace it, and did not make the new one"
    contents = sorted(one.address for one in rest)
    # What is only read is not made either.
    return missing(outermost.kind, outermost.address, contents, said, made=not outermost.external)


def missing(kind: Resource, address: str, contents: Sequence[str], said: str, *, made: bool = True) -> Drift:
    """Something that is gone.

    Args:
        kind: what it was.
        address: its address.
        contents: addresses of what went with it, sorted.
        said: how it is known.
        made: whether an update makes it anew.
    """
    held = f"; with it went {len(contents)} more" if contents else ""
    return Drift(
        "missing",
        kind,
        address,
        "error",
        f"{said}{held}",
        GONE.get(kind, ""),
        restore=UP + REMAKING.get(kind, ": makes it anew, without what it held") if made else "",
        accept=f"take it out of the declaration, then run {_REFRESHED}",
        contents=tuple(contents),
    )


def _met(one: Applied, given: list[Applied], database_of: Callable[[str], str]) -> Iterator[Drift]:
    if one.kind == "integration":
        yield from _integration(one, given, database_of)
    elif found := tuple(sorted(_changes(one), key=lambda change: change.path)):
        yield changed(one, found)


def _changes(one: Applied) -> Iterable[Change]:
    """What differs, by the rules of its kind: what the service fills in by itself is no difference."""
    if one.kind == "collection" and "options" in one.live:
        vector = one.inputs.get("vector")
        before = (one.outputs.get("options") or {}).get("vector")
        meant = {**one.inputs, **({"vector": chosen(vector, before)} if vector is not None else {})}
        return differences(meant, one.live["options"])
    if one.kind == "table" and {"columns", "primaryKey"} <= (one.outputs.get("explained") or {}).keys():
        return table_normalisation.differences(one.outputs["explained"], one.live["explained"])
    if one.kind == "index" and one.outputs.get("explained"):
        return index_normalisation.differences(one.outputs["explained"], one.live["explained"])
    if one.kind == "database" and not one.external:
        before, live = ({key: stated.get(key) for key in DATABASE} for stated in (one.outputs, one.live))
        return changes(before, live)
    return ()


def changed(one: Applied, found: tuple[Change, ...], followed_by: str = _REFRESHED) -> Drift:
    """A resource of which that differs.

    Args:
        one: the resource.
        found: applied is old, live is new; sorted.
        followed_by: the command that has to follow where the declaration is edited to accept it.
    """
    weighed = [weight(one.kind, change) for change in found]
    severity: Severity = "error" if any(weight == "error" for weight, _ in weighed) else "warning"
    properties = tuple(Property(".".join(change.path), _plain(change.old), _plain(change.new)) for change in found)
    written = ", ".join(f"{named(one.path)}: {shown(one.live)}" for one in properties if one.live is not None)
    removed = ", ".join(named(one.path) for one in properties if one.live is None)
    edit = " and ".join((*([f"write {written}"] if written else []), *([f"take out {removed}"] if removed else [])))
    return Drift(
        "changed",
        one.kind,
        one.address,
        severity,
        "; ".join(_said(one) for one in properties),
        " ".join(dict.fromkeys(meaning for _, meaning in weighed if meaning)),
        restore=UP + REPLACING.get(one.kind, ""),
        accept=f"{edit}, then run {followed_by}",
        properties=properties,
    )


def _said(one: Property) -> str:
    if one.applied is None:
        return f"{named(one.path)} is {shown(one.live)}, and was not applied"
    if one.live is None:
        return f"{named(one.path)} is gone, applied was {shown(one.applied)}"
    return f"{named(one.path)} is {shown(one.live)}, applied was {shown(one.applied)}"


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value


def _integration(one: Applied, given: list[Applied], database_of: Callable[[str], str]) -> Iterator[Drift]:
    status, proof = str(one.live.get("status")), str(one.live.get("proof", "")).rstrip(".")
    if status == "missing":
        users = tuple(sorted(user.address for user in given if one.urn in user.needs))
        yield Drift(
            "integration",
            "integration",
            one.address,
            "error",
            f"{named(one.inputs['provider'])} cannot be used with {named(one.inputs['authentication'])}: {proof}",
            UNUSABLE,
            restore=_steps(one, _database(one, given, database_of)),
            accept="name another credential or another model in the declaration",
            contents=users,
        )
    elif status == "unknown" or (status == "asserted" and one.outputs.get("status") == "verified"):
        # A credential that was refused once is told to be missing, or to be there, the next time.
        yield Drift("unknown", "integration", one.address, "error", proof, MEANING["passes" if status == "unknown" else ""])


def _database(one: Applied, given: list[Applied], database_of: Callable[[str], str]) -> str:
    """What a person calls the database of an integration: its own name, or else the one that it is declared by."""
    identity = database_of(one.database)
    same = [each for each in given if each.kind == "database" and database_of(each.database) == identity]
    names = (stated["name"] for each in same for stated in (each.live, each.outputs, each.inputs) if stated.get("name"))
    name = next(names, "")
    return f'the database "{named(name)}"' if name else f"the database {one.address.partition('.')[0]}"


def _steps(one: Applied, database: str) -> str:
    if one.inputs.get("authentication") == "HEADER":
        return "enable it for this database in the Astra Portal; where a key was refused, have the application send another"
    if "providerKey" not in one.inputs:
        return "enable it for this database in the Astra Portal"
    return portal.steps(str(one.inputs["provider"]), str(one.inputs["providerKey"]), database)
