"""What of a live system could be added to an environment file: draft after draft, each without what was found to be wrong."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from astra import accounts, shortest
from astra.accounts import Account
from astra.drift import Resource
from astra.inventory import Found, Inventory
from astra.unmanaged import ignored
from astra.validation import mapping

# What tells a managed database from all others.
IDENTITY = ("name", "cloudProvider", "region")
# By kind, the part of the workload that names it.
_HELD: Mapping[str, str] = {"collection": "collections"}
_ORDER: tuple[Resource, ...] = ("region", "keyspace", "collection", "table", "index")
# What a pattern of drift.ignore says by itself.
_NOT_PLAIN = re.compile(r"[^\w-]")


@dataclass(frozen=True, slots=True)
class Live:
    """A database that is read.

    Attributes:
        identity: its id; the address of a self-hosted Data API.
        settings: how an environment names it: name, cloudProvider and region, or id, or apiEndpoint.
        label: what people call it, which its logical name is made of.
    """

    identity: str
    settings: Mapping[str, str]
    label: str


class Unit(NamedTuple):
    """One thing that is declared as a whole or left out as a whole: its kind and its address."""

    kind: Resource
    address: str


class Draft:
    """What could be added, and what of it is."""

    def __init__(
        self,
        lives: Iterable[Live],
        inventory: Inventory,
        names: Mapping[str, str],
        existing: Mapping[str, Any],
        start: Mapping[str, Any],
    ) -> None:
        self.lives, self.names, self.existing, self.start = list(lives), names, existing, start
        self.patterns: list[str] = list(mapping(existing.get("drift")).get("ignore") or ())
        managed = {names[one.identity] for one in self.lives if "name" in one.settings}
        self.found = [
            one
            for one in inventory.found
            if not ignored(self.address(one), self.patterns) and (one.kind != "region" or self.names[one.database] in managed)
        ]
        self_hosted = "data-api" in (mapping(existing.get("target")).get("kind"), mapping(start.get("target")).get("kind"))
        columns = {(one.database, *one.steps): one.definition["columns"] for one in self.found if one.kind == "table"}
        self.forms = {one.key: _form(one, columns, self_hosted=self_hosted) for one in self.found}
        self.users: dict[str, list[Unit]] = {}
        # As a reader looks for it: by name, collections before tables.
        place = {one.identity: number for number, one in enumerate(self.lives)}
        self.found.sort(key=lambda one: (place[one.database], one.steps[0], _ORDER.index(one.kind), one.steps))

    def address(self, one: Found) -> str:
        """The address of something that stands."""
        return ".".join((self.names[one.database], *one.steps))

    def outside(self, one: Found, left_out: Iterable[Unit]) -> bool:
        """Whether something is left out, or is in something that is."""
        return self.is_within(self.address(one), left_out)

    @staticmethod
    def is_within(address: str, left_out: Iterable[Unit]) -> bool:
        """Whether an address is one of those, or of something in one of them."""
        return any(f"{address}.".startswith(f"{unit.address}.") for unit in left_out)

    def additions(self, left_out: Collection[Unit], silent: Collection[Unit]) -> dict[str, Any]:
        """What is added without what is left out, of which drift is to be silent of some."""
        found = [one for one in self.found if not self.outside(one, left_out) and not self.declared(one)]
        services = self._services(found)
        uses: defaultdict[Account, set[str]] = defaultdict(set)
        for one, _, account in services:
            uses[account].add(self.names[one.database])
        integrations = mapping(self.existing.get("integrations"))
        names = accounts.names(uses, integrations)
        self.users = {name: [] for name in names.values()}
        for one, _, account in services:
            self.users[names[account]].append(Unit(one.kind, self.address(one)))
        workload: dict[str, Any] = {}
        for one in found:
            if one.kind != "region":
                _place(workload, self._path(one), self._stated(one, names))
        patterns = [_pattern(unit.address) for unit in silent if "." in unit.address]
        patterns = [*self.patterns, *sorted(set(patterns) - {*self.patterns})]
        new = sorted((name, one.settings(name)) for one, name in names.items() if name not in integrations)
        return {
            **self.start,
            **_unless_empty("drift", {"ignore": patterns} if patterns != self.patterns else {}),
            "databases": self._databases(found, left_out),
            **_unless_empty("integrations", dict(new)),
            "workload": workload,
        }

    def _databases(self, found: Iterable[Found], left_out: Collection[Unit]) -> dict[str, Any]:
        regions: defaultdict[str, list[str]] = defaultdict(list)
        for one in found:
            if one.kind == "region":
                regions[self.names[one.database]] += one.steps
        there = mapping(self.existing.get("databases"))
        result: dict[str, Any] = {}
        for live in self.lives:
            name = self.names[live.identity]
            if Unit("database", name) in left_out:
                continue
            more = [*mapping(there.get(name)).get("additionalRegions", ()), *regions[name]]
            further = {"additionalRegions": more} if regions[name] else {}
            result[name] = further if name in there else {**live.settings, **further}
        return {name: settings for name, settings in result.items() if settings}

    def _path(self, one: Found) -> tuple[str, ...]:
        keyspace, *steps = one.steps
        place = (self.names[one.database], keyspace)
        if not steps:
            return place
        held = _HELD.get(one.kind, "tables")
        return (*place, held, steps[0], *(("indexes", steps[1]) if one.kind == "index" else ()))

    def declared(self, one: Found) -> bool:
        """Whether the environment declares it already, as it stands or otherwise."""
        if one.kind == "region":
            stated = mapping(mapping(self.existing.get("databases")).get(self.names[one.database]))
            return one.steps[0] in stated.get("additionalRegions", ())
        inside: Any = self.existing.get("workload")
        for step in self._path(one):
            if step not in mapping(inside):
                return False
            inside = inside[step]
        return True

    def _services(self, found: Iterable[Found]) -> list[tuple[Found, str, Account]]:
        result = []
        for one in found:
            for column, vector in _vectors(one.kind, self.forms[one.key]):
                account, _ = accounts.parted(vector["service"])
                if account is not None:
                    result.append((one, column, account))
        return result

    def _stated(self, one: Found, names: Mapping[Account, str]) -> Any:
        form = self.forms[one.key]
        for column, vector in _vectors(one.kind, form):
            account, rest = accounts.parted(vector["service"])
            used = {"integration": names[account], **rest} if account is not None else rest
            stated = {**vector, "service": used}
            if column:
                form = {
                    **form,
                    "definition": {**form["definition"], "columns": {**form["definition"]["columns"], column: stated}},
                }
            else:
                form = {**form, "vector": stated}
        return form


def _form(one: Found, columns: Mapping[tuple[str, ...], Any], *, self_hosted: bool) -> dict[str, Any]:
    if one.kind == "collection":
        return shortest.collection(one.definition, self_hosted=self_hosted)
    if one.kind == "table":
        return {"definition": shortest.table(one.definition)}
    if one.kind == "index":
        return shortest.index(one.definition, columns.get((one.database, *one.steps[:2]), {}))
    return {}


def _vectors(kind: Resource, form: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What embeds by itself: the table's column or "", and its `{dimension, service}`."""
    vectors: Mapping[str, Any] = {"": form.get("vector")} if kind == "collection" else {}
    if kind == "table":
        vectors = form["definition"]["columns"]
    yield from ((name, vector) for name, vector in vectors.items() if isinstance(mapping(vector).get("service"), Mapping))


def _place(data: dict[str, Any], path: Iterable[str], value: Any) -> None:
    """Puts a value into nested mappings."""
    *outer, last = path
    for step in outer:
        data = data.setdefault(step, {})
    # An index may come before its table, were a service to list it so.
    data[last] = {**value, **data.get(last, {})}


def _pattern(address: str) -> str:
    return ".".join(_NOT_PLAIN.sub("?", step) for step in address.split("."))


def _unless_empty(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}
