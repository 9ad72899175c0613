"""What stands in the databases of a stack and is declared nowhere, and how much of what stands is managed. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from astra.applied import Applied, Key
from astra.drift import Coverage, Drift, Resource
from astra.inventory import Found

_DEFAULT = "default_keyspace"
_REMOVED: Mapping[Resource, str] = {
    "region": "remove the region in the Astra Portal",
    "keyspace": "drop the keyspace in the Astra Portal, with everything in it",
    "collection": "delete it with deleteCollection of the Data API, with its documents",
    "table": "delete it with dropTable of the Data API, with its rows and indexes",
    "index": "delete it with dropIndex of the Data API; no row is lost",
}


@dataclass(slots=True)
class Names:
    """How the things of a stack are addressed, also those that it does not manage: by what they are in.

    Attributes:
        database_of: a database's id out of its id or one of its addresses.
    """

    database_of: Callable[[str], str]
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def learn(self, resources: Iterable[Applied]) -> None:
        """Takes in the addresses of what is managed."""
        for one in resources:
            database = self.database_of(one.database)
            if one.kind in ("database", "keyspace", "table", "collection"):
                self._known[database, *one.steps] = one.address
            if one.kind == "keyspace" and one.address.endswith(f".{one.steps[0]}"):
                # An existing database that is named by its address alone has no resource of its own.
                self._known.setdefault((database,), one.address.removesuffix(f".{one.steps[0]}"))

    def address(self, database: str, steps: tuple[str, ...] = ()) -> str:
        """The address of a thing: what it is known by, or the address of what it is in and its own name."""
        for length in range(len(steps), -1, -1):
            if known := self._known.get((database, *steps[:length])):
                return ".".join((known, *steps[length:]))
        return ".".join((database, *steps))


def ignored(address: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern names an address, or something that it is in.

    Args:
        address: dotted.
        patterns: dotted; in each step * stands for any letters, ? for one.
    """
    steps = address.split(".")
    return any(len(named := pattern.split(".")) <= len(steps) and all(map(fnmatchcase, steps, named)) for pattern in patterns)


def unmanaged(
    found: Iterable[Found],
    managed: Collection[Key],
    declared: Collection[tuple[Resource, str]],
    names: Names,
    patterns: Iterable[str] | None,
    elsewhere: Callable[[], Collection[Key]] = frozenset,
) -> tuple[list[Drift], Coverage]:
    """What stands and is neither applied nor declared, the outermost of it with what is in it; and the coverage.

    Args:
        found: what stands.
        managed: keys of what is in the state.
        declared: kinds and addresses of what is declared, applied or not.
        names: knows the addresses.
        patterns: what is not to be told, as in `ignored`; None where there is no environment file to state any.
        elsewhere: keys of what other stacks manage; asked only where something seems to be nobody's.
    """
    stands = list(found)
    left_out = {
        one.key for one in stands if one.key not in managed and ignored(names.address(one.database, one.steps), patterns or ())
    }
    stands = [one for one in stands if one.key not in left_out]
    filled = {(one.database, one.steps[0]) for one in stands if one.kind in ("collection", "table")}
    # Stands in every new database.
    stands = [one for one in stands if one.key in managed or one.steps != (_DEFAULT,) or (one.database, _DEFAULT) in filled]
    if any(one.key not in managed for one in stands):
        managed = {*managed, *elsewhere()}
    strange: dict[Key, tuple[Found, list[str]]] = {}
    for one in stands:
        if one.key in managed:
            continue
        address = names.address(one.database, one.steps)
        outer = next((strange[key] for key in _outer(one) if key in strange), None)
        if outer is not None:
            outer[1].append(address)
        elif (one.kind, address) not in declared:
            strange[one.key] = (one, [])
    told = [
        _told(one, names.address(one.database, one.steps), tuple(sorted(held)), by_pattern=patterns is not None)
        for one, held in strange.values()
    ]
    return told, Coverage(sum(one.key in managed for one in stands), len(stands), len(left_out))


def _outer(one: Found) -> list[Key]:
    if one.kind == "region":
        return []
    return [("keyspace", one.database, one.steps[0])] if len(one.steps) > 1 else []


def _told(one: Found, address: str, contents: tuple[str, ...], *, by_pattern: bool) -> Drift:
    held = f"; it holds {len(contents)}" if contents else ""
    declare = "declare it: an update takes over what stands with the same definition"
    return Drift(
        "unmanaged",
        one.kind,
        address,
        "warning",
        f"a {one.kind} stands here that is declared nowhere{held}".replace("a index", "an index"),
        restore=_REMOVED[one.kind],
        accept=f"{declare}; or name {address} in drift.ignore of the environment file" if by_pattern else declare,
        contents=contents,
    )
