"""What an environment's change would lose: the documents and rows of what it drops, replaces or spoils.

Asked before anything is changed. The engine calls nobody for a resource that is dropped, so what was declared and what is
declared now are compared here. Whether something holds documents is asked of the live system, and what cannot be found out
counts as held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from astra import contents, database
from astra.changes import Change
from astra.conflict import both
from astra.declared_database import DeclaredDatabase
from astra.errors import AstraError, NotFound
from astra.http import Connection
from astra.wording import listed


@dataclass(frozen=True, slots=True)
class Loss:
    """Something whose documents or rows would be lost or spoilt.

    Attributes:
        address: what `allowDataLoss` has to name.
        forced_by: what would be done to it, and why.
        holds: what it holds, or that this could not be found out.
    """

    address: str
    forced_by: str
    holds: str

    def __str__(self) -> str:
        return f"{self.address} would be {self.forced_by}, and {self.holds}"


class _Doomed(NamedTuple):
    address: str
    forced_by: str
    filled: Callable[[], list[str]]


def losses(connection: Connection, old: Mapping[str, Any], new: Mapping[str, Any], allowed: frozenset[str]) -> tuple[Loss, ...]:
    """Everything that would be lost and whose loss is not allowed, in the order of the addresses: the engine keeps no other.

    Args:
        connection: to the target.
        old: what was declared until now: `databases` and `workload`, as `preflight.report` takes them.
        new: what is declared now.
        allowed: addresses of what may be lost; "*" means all.
    """
    if "*" in allowed:
        return ()
    doomed = sorted(_doomed(connection, old, new), key=lambda one: one.address)
    return tuple(Loss(one.address, one.forced_by, held) for one in doomed if one.address not in allowed and (held := _held(one)))


def handed_over(connection: Connection, old: Mapping[str, Any], new: Mapping[str, Any], allowed: frozenset[str]) -> Iterator[str]:
    """A sentence for each database that the stack made and now calls an existing one, under another logical name.

    It would be terminated under its old name, and what exists already is never deleted. Arguments as of `losses`, but "*" does
    not mean it.
    """
    existing = {
        settings.get("id") or connection.target.database_id(settings["apiEndpoint"]): name
        for name, settings in new["databases"].items()
        if "name" not in settings
    }
    remaining = {_identity(settings) for settings in new["databases"].values()}
    for name, settings in old["databases"].items() if existing else ():
        if "name" not in settings or _identity(settings) in remaining or name in allowed:
            continue
        try:
            identity = database.standing(connection, settings).described["id"]
        except NotFound:
            continue
        except AstraError as error:
            yield f"databases.{name}: whether it is one of those that are now called existing could not be found out: {error}"
            continue
        if existing.get(identity, name) != name:
            yield (
                f"databases.{existing[identity]}: this is the database {identity} that the stack made as {name}, and would now "
                f"terminate. Go on calling it {name}, with its name, cloudProvider and region. Or hand it over: first have the "
                f"stack forget {name} by pulumi state delete, as docs/backends.md says, then update once with allowDataLoss: "
                f"[{name}]."
            )


def advice(found: tuple[Loss, ...]) -> str:
    """The ways out, for all of them at once."""
    return (
        "nothing was touched. Keep what is there as it was declared, or allow exactly this loss with allowDataLoss: "
        f"[{listed(one.address for one in found)}] in the environment file, run again, and take that out afterwards."
    )


def _held(one: _Doomed) -> str:
    """What it holds; empty where it holds nothing."""
    try:
        found = one.filled()
    except NotFound:
        return ""
    except AstraError as error:
        return f"whether it holds documents could not be found out: {error}"
    return f"it holds documents ({listed(found)})" if found else ""


def _doomed(connection: Connection, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[_Doomed]:
    remaining = {_identity(settings): name for name, settings in new["databases"].items()}
    for name, settings in old["databases"].items():
        place = DeclaredDatabase(connection, name, settings)
        before = old["workload"].get(name) or {}
        successor = remaining.get(_identity(settings))
        if successor is None:
            yield from _dropped_database(place, before, new)
        else:
            regions = set(settings.get("additionalRegions", ())) - set(new["databases"][successor].get("additionalRegions", ()))
            yield from _dropped_regions(place, sorted(regions), "removed: it is no longer declared")
            yield from _changed_keyspaces(place, before, new["workload"].get(successor) or {})


def _identity(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a database is to the service, whatever its logical name: what is only renamed in the file loses nothing."""
    return tuple(settings.get(key) for key in ("id", "apiEndpoint", "name", "cloudProvider", "region"))


def _dropped_database(place: DeclaredDatabase, before: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[_Doomed]:
    successor = new["databases"].get(place.address)
    forced_by = "deleted: it is no longer declared"
    if successor is not None:
        forced_by = "replaced: its database is another one, or named in another way"
        if place.managed and "name" in successor:
            said = both(_settings_changes(place.settings, successor))
            forced_by = f"replaced: a database cannot be renamed or moved ({said})"
    for keyspace_name, content in before.items():
        yield from _dropped_content(place, keyspace_name, content or {}, forced_by)
    if place.managed:
        known = {(one, name) for one, content in before.items() for name in _names(content or {})}
        yield from _dropped_regions(place, place.settings.get("additionalRegions", ()), forced_by)
        yield _Doomed(place.address, forced_by, partial(place.filled_beside, known))


def _dropped_regions(place: DeclaredDatabase, regions: Iterable[str], forced_by: str) -> Iterator[_Doomed]:
    """A region goes with a replica of everything in its database."""
    for region in regions:
        yield _Doomed(f"{place.address}.{region}", forced_by, partial(place.filled_beside, set()))


def _settings_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in ("name", "cloudProvider", "region"):
        if old.get(key) != new.get(key):
            yield Change((key,), new.get(key), old.get(key))


def _changed_keyspaces(place: DeclaredDatabase, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Doomed]:
    for name, stated in before.items():
        content = stated or {}
        if name in after:
            yield from _changed_content(place, name, content, after[name] or {})
            continue
        forced_by = "deleted: its keyspace is no longer declared"
        yield from _dropped_content(place, name, content, forced_by)
        if place.managed:
            known = {(name, one) for one in _names(content)}
            beside = partial(place.filled_beside, known, name)
            yield _Doomed(f"{place.address}.{name}", "deleted: it is no longer declared", beside)


def _names(content: Mapping[str, Any]) -> Iterator[str]:
    """Of everything that is declared in a keyspace."""
    for kind in contents.KINDS:
        yield from content.get(kind) or {}


def _dropped_content(
    place: DeclaredDatabase, keyspace_name: str, content: Mapping[str, Any], forced_by: str
) -> Iterator[_Doomed]:
    for kind in contents.KINDS:
        for name in content.get(kind) or {}:
            yield _Doomed(f"{place.address}.{keyspace_name}.{name}", forced_by, place.filler(kind, keyspace_name, name))


def _changed_content(
    place: DeclaredDatabase, keyspace_name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[_Doomed]:
    for kind, forced in (("collections", place.collection_forced_by), ("tables", place.table_forced_by)):
        wanted = after.get(kind) or {}
        for name, stated in (before.get(kind) or {}).items():
            address = f"{place.address}.{keyspace_name}.{name}"
            filled = place.filler(kind, keyspace_name, name)
            if name not in wanted:
                yield _Doomed(address, "deleted: it is no longer declared", filled)
            elif wanted[name] != stated:
                yield from _forced(address, partial(forced, keyspace_name, name, wanted[name]), filled)


def _forced(address: str, forced_by: Callable[[], str], filled: Callable[[], list[str]]) -> Iterator[_Doomed]:
    try:
        said = forced_by()
    except NotFound:
        return
    except AstraError as error:
        said = f"changed in a way that could not be found out ({error})"
    if said:
        yield _Doomed(address, said, filled)
