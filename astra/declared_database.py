"""A database that was declared, as it stands: what in it holds documents, and what another definition would do to that."""

from collections.abc import Callable, Mapping
from typing import Any

from astra import absence, collection, contents, database, keyspace, table
from astra.conflict import both
from astra.definition import chosen, differences
from astra.errors import AstraError, NotFound, Unreadable
from astra.http import Connection
from astra.sharing import SNAPSHOT
from astra.table_change import alteration, obstacles
from astra.table_normalisation import with_choices
from astra.wording import listed


class DeclaredDatabase:
    """A database that was declared, as far as it can be found: its address is asked for once, and only where it is needed."""

    def __init__(self, connection: Connection, address: str, settings: Mapping[str, Any]) -> None:
        """Takes its logical name and what the environment says of it; asks for nothing yet."""
        self.connection = connection
        self.address = address
        self.settings = settings
        self._found: tuple[str, list[str]] | None = None

    @property
    def managed(self) -> bool:
        """Whether it and its keyspaces are deleted with the stack."""
        return "name" in self.settings

    @property
    def endpoint(self) -> str:
        """Address of its Data API. Raises NotFound where it is proven that there is none."""
        return self._place()[0]

    def filler(self, kind: str, keyspace_name: str, name: str) -> Callable[[], list[str]]:
        """Asks whether the collection or table of that name holds anything; `kind` is a key of `contents.KINDS`."""

        def filled() -> list[str]:
            endpoint, _ = self._place()
            asked = contents.KINDS[kind]
            there = name in asked.names(self.connection, endpoint, keyspace_name)
            return [f"{keyspace_name}.{name}"] * (there and asked.holds(self.connection, endpoint, keyspace_name, name))

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
