"""The live system of one provider of a stack: its resources, and what else stands where they are."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from astra import aging, deviations, probe, taken_over, verification, waking
from astra import inventory as stock
from astra import pending as waiting
from astra import unmanaged as strange
from astra.applied import Applied, Key
from astra.declaration import Environment
from astra.drift import Coverage, Drift, Resource
from astra.errors import AstraError
from astra.http import Connection
from astra.unknown import Unread
from astra.unmanaged import Names
from commands import engine, standing
from commands.connections import database_of


class LiveSystem:
    """The resources of one provider, and the live system that they are in."""

    def __init__(self, connection: Connection, resources: list[Applied]) -> None:
        """Asks for nothing yet.

        Args:
            connection: to it.
            resources: as the state keeps them.
        """
        self.connection = connection
        self.may_ask = bool(connection.target.transport or connection.target.token)
        self.database_of = database_of(connection)
        self.resources = resources
        self.names = Names(self.database_of)
        self.names.learn(resources)
        self.inventory = stock.Inventory()
        self.offered: dict[str, Mapping[str, Any]] = {}
        self.silent: list[stock.Unread] = []

    def keys(self, resources: Iterable[Applied]) -> set[Key]:
        """What resources are to the service."""
        return {one.key(self.database_of) for one in resources}

    def look(self) -> None:
        """Asks the live system for what the engine does not: what else stands, and the providers and models of today."""
        if not self.may_ask:
            # The engine says so of every resource.
            return
        places = self._places()
        try:
            self.inventory = stock.inventory(self.connection, places)
            unread = {one.database for one in self.inventory.unread if not one.steps}
            asked = {one.database for one, _, _ in self._services()} - unread
            for place in places:
                if place.database in asked:
                    self._ask_providers(place)
        except AstraError as error:
            self.silent.append(stock.Unread("stack", "", (), str(error)))

    def _ask_providers(self, place: stock.Place) -> None:
        try:
            asked = partial(verification.providers, self.connection, place.endpoint)
            self.offered[place.database] = waking.awake(self.connection, place.endpoint, asked)
        except AstraError as error:
            self.silent.append(stock.Unread("database", place.database, (), str(error)))

    def _places(self) -> list[stock.Place]:
        found: dict[str, stock.Place] = {}
        for one in self.resources:
            if one.kind not in ("database", "keyspace", "table"):
                continue
            database = self.database_of(one.database)
            place = found.get(database) or stock.Place(database, one.endpoint)
            organisation = place.organisation or str(one.outputs.get("organizationId", ""))
            whole = place.whole or (one.kind == "database" and not one.external)
            keyspaces = {**place.keyspaces}
            if one.steps:
                tables = keyspaces.get(one.steps[0], frozenset())
                keyspaces[one.steps[0]] = tables | {*one.steps[1:]}
            found[database] = replace(place, organisation=organisation, whole=whole, keyspaces=keyspaces)
        return [found[database] for database in sorted(found)]

    def _services(self) -> Iterator[tuple[stock.Found, str, Mapping[str, Any]]]:
        managed = self.keys(self.resources)
        return stock.services(one for one in self.inventory.found if one.key in managed)

    def meet(self, refreshed: engine.Refreshed) -> None:
        """Takes in how the engine met each resource."""
        stands = {one.key for one in self.inventory.found}
        # Somebody else made what an update did not come to making.
        whole = (one for one in self.resources if not (one.torn and one.key(self.database_of) in stands))
        self.resources = [standing.met(one, refreshed) for one in whole]

    def found(self, taken: taken_over.Taken, *, tries: bool) -> list[Drift]:
        """What changed, is missing, or cannot be used any more; and what ages.

        Args:
            taken: what a refresh took into the state.
            tries: whether each integration embeds once.
        """
        accepted = list(taken_over.told(self.resources, taken))
        addresses = {(one.resource, one.address) for one in accepted}
        told = [
            one for one in deviations.deviations(self.resources, self.database_of) if (one.resource, one.address) not in addresses
        ]
        told += accepted
        uses: dict[str, list[aging.Use]] = {}
        for one, _, vector in self._services():
            use = aging.Use(self.names.address(one.database, one.steps), vector.get("dimension"), vector["service"])
            uses.setdefault(one.database, []).append(use)
        for database, offered in self.offered.items():
            unusable = [one for one in self._integrations(database) if one.live.get("status") == "missing"]
            providers = {str(one.inputs["provider"]) for one in unusable}
            told += aging.aged(self.names.address(database), uses.get(database, ()), offered, providers)
        return told + (list(self._probed()) if tries else [])

    def _integrations(self, database: str) -> list[Applied]:
        return [one for one in self.resources if one.kind == "integration" and self.database_of(one.database) == database]

    def _probed(self) -> Iterator[Drift]:
        for one in self.resources:
            # What is proven not to work is not tried.
            if one.kind == "integration" and one.outcome == "met" and one.live.get("status") != "missing":
                users = [found for found in self.inventory.found if found.database == self.database_of(one.database)]
                yield from probe.probed(self.connection, one, users, os.environ.get)

    def unread(self) -> Iterator[Unread]:
        """What could not be read, by the engine or by what is asked beside it."""
        yield from deviations.unread(self.resources, self.database_of)
        for one in (*self.inventory.unread, *self.silent):
            yield Unread(one.kind, self.names.address(one.database, one.steps) if one.database else "", one.reason)

    def stands(self) -> Iterator[tuple[Resource, str]]:
        """Kind and address of everything that was seen standing."""
        for one in self.inventory.found:
            yield one.kind, self.names.address(one.database, one.steps)

    def unmanaged(self, declared: Environment | None, elsewhere: Callable[[], Collection[Key]]) -> tuple[list[Drift], Coverage]:
        """What stands and is declared nowhere, and how much of what stands is managed; `elsewhere` as in astra/unmanaged.py."""
        addressed = {(one.kind, one.address) for one in waiting.declared(declared)} if declared else set()
        patterns = declared.drift_ignore if declared else None
        return strange.unmanaged(self.inventory.found, self.keys(self.resources), addressed, self.names, patterns, elsewhere)
