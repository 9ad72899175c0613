"""What the databases of one stack offer of embedding providers today: read, and nothing else."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from astra import offered, verification, waking
from astra.applied import Applied
from astra.errors import AstraError
from astra.http import Connection
from astra.offered import Offer
from astra.unmanaged import Names
from astra.wording import named
from commands import engine, engine_process
from commands.connections import connected, database_of, token

_NOTHING = "it lists no embedding provider that can be used: vectorize may be off there, which says nothing of any model."


@dataclass(frozen=True, slots=True)
class Database:
    """One database.

    Attributes:
        name: its logical name.
        target: kind of its target.
        place: its cloud provider and region; empty texts where the state does not say.
        offers: by provider, with models of every status; empty where it could not be asked.
        reason: why it could not be asked, or said nothing, in a sentence; "" where it did.
    """

    name: str
    target: str
    place: tuple[str, str]
    offers: Mapping[str, Offer] = field(default_factory=dict)
    reason: str = ""


def asked(stack: str) -> list[Database]:
    """Every database of a stack, sorted by name, each asked for its embedding providers. For the main thread.

    Raises:
        engine.EngineError: the engine is missing, has no such stack, or the stack has no database yet.
        AstraError: the target cannot be opened.
    """
    # Nobody waits for the answers that are still under way, nor for the engine.
    with engine_process.ended_together(), ThreadPoolExecutor() as pool:
        config, export = pool.submit(engine.config, stack), pool.submit(engine.export, stack)
        kept, state = config.result(), export.result()
        reached = [one for place in connected(state, token(kept.token)) for one in _reached(*place)]
        if not reached:
            raise engine.EngineError(
                f"the stack {named(stack)} has no database that could be asked: bring it up first, with pulumi up --stack "
                f"{named(stack)}"
            )
        return sorted(pool.map(_asked, reached), key=lambda one: one.name)


@dataclass(frozen=True, slots=True)
class _Reached:
    """A database as the state knows it, with the address of its Data API."""

    connection: Connection
    name: str
    endpoint: str
    place: tuple[str, str]


def _reached(connection: Connection, resources: Iterable[Applied]) -> list[_Reached]:
    given = [one for one in resources if one.kind in ("database", "keyspace") and one.endpoint]
    identity = database_of(connection)
    names = Names(identity)
    names.learn(given)
    found: dict[str, _Reached] = {}
    # A database's own resource says most, so it comes last.
    for one in sorted(given, key=lambda resource: resource.kind == "database"):
        key = identity(one.database)
        place = (str(one.outputs.get("cloudProvider") or ""), str(one.outputs.get("region") or ""))
        found[key] = _Reached(connection, names.address(key), one.endpoint, place)
    return list(found.values())


def _asked(one: _Reached) -> Database:
    database = Database(one.name, one.connection.target.kind, one.place)
    try:
        asking = partial(verification.providers, one.connection, one.endpoint)
        entries = waking.awake(one.connection, one.endpoint, asking)
        offers = {key: offered.told(key, entry) for key, entry in sorted(entries.items())}
    except AstraError as error:
        return Database(database.name, database.target, database.place, reason=str(error))
    if not any(offer.models for offer in offers.values()):
        # It would look as if everything were at its end.
        return Database(database.name, database.target, database.place, reason=_NOTHING)
    return Database(database.name, database.target, database.place, offers)
