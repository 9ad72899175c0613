"""What an environment's change would lose: the documents and rows of what it drops, replaces or spoils.

Asked before anything is changed. The engine calls nobody for a resource that is dropped, so what was declared and what is
declared now are compared here. Whether something holds documents is asked of the live system, and what cannot be found out
counts as held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from astra import absence, collection, contents, database, keyspace, table
from astra.changes import Change
from astra.conflict import both
from astra.definition import chosen, differences
from astra.errors import AstraError, NotFound, Unreadable
from astra.http import Connection
from astra.sharing import SNAPSHOT
from astra.table_change import alteration, obstacles
from astra.table_normalisation import with_choices
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
                f"stack forget {name} by pulumi state delete, as docs/shared-state.md says, then update once with allowDataLoss: "
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
        place = _Database(connection, name, settings)
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


def _dropped_database(place: "_Database", before: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[_Doomed]:
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
        known = {(one, name) for one, content in before.items() for kind in _KINDS for name in (content or {}).get(kind) or {}}
        yield from _dropped_regions(place, place.settings.get("additionalRegions", ()), forced_by)
        yield _Doomed(place.address, forced_by, partial(place.filled_beside, known))


def _dropped_regions(place: "_Database", regions: Iterable[str], forced_by: str) -> Iterator[_Doomed]:
    """A region goes with a replica of everything in its database."""
    for region in regions:
        yield _Doomed(f"{place.address}.{region}", forced_by, partial(place.filled_beside, set()))


def _settings_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in ("name", "cloudProvider", "region"):
        if old.get(key) != new.get(key):
            yield Change((key,), new.get(key), old.get(key))


_KINDS = ("collections", "tables")


def _changed_keyspaces(place: "_Database", before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Doomed]:
    for name, stated in before.items():
        content = stated or {}
        if name in after:
            yield from _changed_content(place, name, content, after[name] or {})
            continue
        forced_by = "deleted: its keyspace is no longer declared"
        yield from _dropped_content(place, name, content, forced_by)
        if place.managed:
            known = {(name, one) for kind in _KINDS for one in content.get(kind) or {}}
            beside = partial(place.filled_beside, known, name)
            yield _Doomed(f"{place.address}.{name}", "deleted: it is no longer declared", beside)


def _dropped_content(place: "_Database", keyspace_name: str, content: Mapping[str, Any], forced_by: str) -> Iterator[_Doomed]:
    for kind in _KINDS:
        for name in content.get(kind) or {}:
            yield _Doomed(f"{place.address}.{keyspace_name}.{name}", forced_by, place.filler(kind, keyspace_name, name))


def _changed_content(
    place: "_Database", keyspace_name: str, before: Mapping[str, Any], after: Mapping[str, Any]
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


class _Database:
    """A database that was declared, as far as it can be found: its address is asked for once, and only where it is needed."""

    def __init__(self, connection: Connection, address: str, settings: Mapping[str, Any]) -> None:
        self.connection = connection
        self.address = address
        self.settings = settings
        self._found: tuple[str, list[str]] | None = None

    @property
    def managed(self) -> bool:
        """Whether it and its keyspaces are deleted with the stack."""
        return "name" in self.settings

    def filler(self, kind: str, keyspace_name: str, name: str) -> Callable[[], list[str]]:
        """Asks whether one collection or table holds anything."""

        def filled() -> list[str]:
            endpoint, _ = self._place()
            is_table = kind == "tables"
            names = (table.names if is_table else collection.listed)(self.connection, endpoint, keyspace_name)
            holds = table.holds_rows if is_table else collection.holds_documents
            there = name in names and holds(self.connection, endpoint, keyspace_name, name)
            return [f"{keyspace_name}.{name}"] * there

        return lambda: self._meant(keyspace_name, filled)

    def filled_beside(self, known: set[tuple[str, str]], keyspace_name: str = "") -> list[str]:
        """What holds documents in one keyspace, or in all, beside what is named one by one."""
        endpoint, keyspaces = self._place()
        names = {f"{one}.{name}" for one, name in known}
        wanted = [one for one in keyspaces if one == keyspace_name or not keyspace_name]
        try:
            return [one for one in contents.filled(self.connection, endpoint, wanted) if one not in names]
        except NotFound as error:
            # No word on the whole: something in it may be gone, or this is said of another organisation's database.
            raise Unreadable(f"{error} It was listed a moment ago: run again.") from None

    def collection_forced_by(self, keyspace_name: str, name: str, wanted: Mapping[str, Any]) -> str:
        """Why a collection would be replaced; empty where it would not."""
        endpoint, _ = self._place()
        live = self._meant(keyspace_name, lambda: collection.listed(self.connection, endpoint, keyspace_name, SNAPSHOT).get(name))
        if live is None:
            return ""
        meant = {**wanted, **({"vector": chosen(wanted["vector"], live.get("vector"))} if "vector" in wanted else {})}
        found = differences(meant, live)
        return f"replaced: the Data API cannot alter a collection ({both(found)})" if found else ""

    def table_forced_by(self, keyspace_name: str, name: str, wanted: Mapping[str, Any]) -> str:
        """Why a table would be replaced or its rows spoilt; empty where neither."""
        endpoint, _ = self._place()
        live = self._meant(keyspace_name, lambda: table.listed(self.connection, endpoint, keyspace_name, SNAPSHOT).get(name))
        if live is None:
            return ""
        meant = with_choices(wanted["definition"], live)
        if found := obstacles(meant, live):
            return f"replaced: that of a table cannot be altered ({both(found)})"
        planned = alteration(meant, live)
        said = [f"lose its column {listed([column])}" for column in planned.drop]
        said += [
            f"get vectors of another model in its column {listed([column])}, beside the old ones" for column in planned.remodelled
        ]
        return f"altered: it would {'; '.join(said)}" if said else ""

    def _place(self) -> tuple[str, list[str]]:
        """Address and keyspaces. Raises NotFound where it is proven that there is none."""
        if self._found is None:
            self._found = self._look()
        return self._found

    def _look(self) -> tuple[str, list[str]]:
        target = self.connection.target
        if target.self_hosted:
            endpoint = self.settings["apiEndpoint"]
            return endpoint, keyspace.self_hosted_names(self.connection, endpoint, SNAPSHOT)
        found = database.standing(self.connection, self.settings)
        return found.endpoint, keyspace.names(found.described)

    def _meant(self, keyspace_name: str, asked: Callable[[], Any]) -> Any:
        try:
            return asked()
        except AstraError as error:
            endpoint, _ = self._place()
            raise absence.meant(self.connection, error, endpoint, keyspace_name, "") from None
