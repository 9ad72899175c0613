"""A resource of a stack: as it was applied, and as the engine met it when it looked again. Plain values, without the engine."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from astra.drift import Resource

Outcome = Literal["met", "missing", "unread"]
# What makes a database the one that it is, for as long as it stands.
DATABASE = ("name", "cloudProvider", "region")
# By kind, what leads to a thing inside its database, as its inputs name it.
_STEPS: Mapping[str, tuple[str, ...]] = {
    "database": (),
    "region": ("region",),
    "keyspace": ("name",),
    "collection": ("keyspace", "name"),
    "table": ("keyspace", "name"),
    "index": ("keyspace", "table", "name"),
}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """One resource.

    Attributes:
        urn: what the engine calls it, unique in the stack.
        kind: what it is.
        address: `database.keyspace.collection`, or whatever logical name a program gave it.
        identity: its id.
        inputs: as they were applied.
        outputs: what the service made of them then.
        external: whether it is only read, and managed elsewhere.
        needs: urns of the resources that it depends on.
        outcome: met; missing, which is proven; or unread, of which nothing is known.
        live: the outputs as they are now, where it was met.
        reason: why it was not read.
        torn: whether an update deleted it to replace it, and did not come to making it.
        modified: when the state's entry was last changed, as the engine writes it.
    """

    urn: str
    kind: Resource
    address: str
    identity: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    external: bool = False
    needs: frozenset[str] = frozenset()
    outcome: Outcome = "unread"
    live: Mapping[str, Any] = field(default_factory=dict)
    reason: str = "the engine did not say anything of it"
    torn: bool = False
    modified: str = ""

    @property
    def database(self) -> str:
        """Id or address of the database that it is or is in, as its inputs state it."""
        if self.kind == "database":
            return self.identity
        return str(self.inputs.get("databaseId") or self.inputs.get("apiEndpoint") or "")

    @property
    def endpoint(self) -> str:
        """Address of the Data API that it is reached by; "" where it has none."""
        return str(self.outputs.get("apiEndpoint") or self.inputs.get("apiEndpoint") or "")

    @property
    def steps(self) -> tuple[str, ...]:
        """What leads to it inside its database; of an integration nothing does."""
        return tuple(str(self.inputs.get(key, "")) for key in _STEPS.get(self.kind, ()))

    def key(self, database_of: Callable[[str], str]) -> Key:
        """What it is to the service, whatever it is called.

        Args:
            database_of: a database's id out of its id or one of its addresses.
        """
        return (self.kind, database_of(self.database), *self.steps)


def topmost(resources: Iterable[Applied], database_of: Callable[[str], str]) -> list[list[Applied]]:
    """Resources by the outermost of them that they are in, which is the first of each list."""
    given = sorted(resources, key=lambda one: (one.kind != "database", len(one.steps), one.address))
    found: list[list[Applied]] = []
    holders: dict[Key, list[Applied]] = {}
    for one in given:
        database = database_of(one.database)
        outer = [("database", database), *(("keyspace", database, step) for step in one.steps[:1])]
        outer += [("table", database, *one.steps[:2])] if one.kind == "index" else []
        holder = next((holders[key] for key in outer if key in holders), None)
        if holder is None:
            found.append([one])
            holders[one.key(database_of)] = found[-1]
        else:
            holder.append(one)
    return found
