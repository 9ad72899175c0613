"""What the changes of a promotion cost: whether anything would be lost at all, and what embedding it anew takes.

Asked of the live system. Whether something holds documents is decided by findOne, as before every deletion; a count says only how
many they are. What cannot be looked into counts as full.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from astra import catalog
from astra.data_api import command
from astra.declared_database import DeclaredDatabase
from astra.definition import normalised
from astra.errors import AstraError, NotFound, Unreadable
from astra.http import Connection
from astra.promotion_changes import Effort, Kind, WorkloadChange, spelled
from astra.wording import listed, named

Read = TypeVar("Read")
# How many documents are looked at for the length of their texts.
_SAMPLE = 20
# OpenAI's rule of thumb for English texts; other languages take more tokens.
_CHARACTERS_A_TOKEN = 4
_MILLION = 1_000_000
_CENT = 0.01
# What the Data API calls the kind of the thing that a change endangers.
_KINDS: Mapping[Kind, str] = {
    "ReplaceCollection": "collections",
    "DropCollection": "collections",
    "ReplaceTable": "tables",
    "DropTable": "tables",
    "DropColumn": "tables",
    "ChangeVectorize": "tables",
}
_HELD: Mapping[str, str] = {"collections": "It holds documents", "tables": "The table holds rows"}
_EMPTY: Mapping[str, str] = {
    "collections": "It holds no document, so none is lost",
    "tables": "The table holds no row, so none is lost",
}


class _Thing(NamedTuple):
    """The collection or table that a change endangers: where it is, and what it is to become; None where it is dropped."""

    place: DeclaredDatabase
    kind: str
    keyspace: str
    name: str
    wanted: Mapping[str, Any] | None

    def filled(self) -> bool:
        return bool(self.place.filler(self.kind, self.keyspace, self.name)())

    def stands_already(self) -> bool:
        """Whether it is by now what it is to become; not where that cannot be told."""
        if self.wanted is None:
            return False
        forced_by = self.place.collection_forced_by if self.kind == "collections" else self.place.table_forced_by
        try:
            return not forced_by(self.keyspace, self.name, self.wanted)
        except AstraError:
            return False

    def asked(self, name: str, body: Mapping[str, Any], doing: str, read: Callable[[Any], Read]) -> Read:
        """What `read` makes of the answer to a command that changes nothing; `doing` is the operation for messages."""
        path = f"/{self.keyspace}/{self.name}"
        doing = f"{doing} collection {self.keyspace}.{self.name}"
        answer = command(self.place.connection, self.place.endpoint, path, name, body, doing, repeatable=True)
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Unreadable(f"cannot {doing}: the answer makes no sense.") from None


class _Count(NamedTuple):
    """How many documents there are, how that is said, and whether it is exact."""

    documents: int
    said: str
    exact: bool


def weighed(
    connection: Connection, declared: Mapping[str, Any], changes: Iterable[WorkloadChange], prices: Mapping[str, float]
) -> list[WorkloadChange]:
    """The same changes in the same order, after a look at what stands.

    What would be lost or spoilt (`re-embed`, `destroy`) becomes `metadata` where there is no document and no row, and `none`
    where it stands by now as it is to be. What is to be embedded anew gets its effort. The sentences say all of it.

    Args:
        connection: to the target.
        declared: what the environment would declare: `new` of `promotion_changes.changes`.
        changes: of that environment.
        prices: US dollars a million tokens, by `provider/modelName`.
    """
    given = list(changes)
    places = {name: DeclaredDatabase(connection, name, settings) for name, settings in declared["databases"].items()}
    return [_weighed(one, given, places, declared, prices) if one.category in ("re-embed", "destroy") else one for one in given]


def _weighed(
    one: WorkloadChange,
    given: list[WorkloadChange],
    places: Mapping[str, DeclaredDatabase],
    declared: Mapping[str, Any],
    prices: Mapping[str, float],
) -> WorkloadChange:
    database, keyspace, *steps = one.address.split(".", 3)
    if database not in places:
        return _more(one, f"Whether anything is lost cannot be told, for no database {named(database)} is declared any more")
    try:
        if one.kind == "DropKeyspace":
            return _dropped_keyspace(one, places[database], keyspace, given)
        kind = _KINDS[one.kind]
        content = (declared["workload"].get(database) or {}).get(keyspace) or {}
        thing = _Thing(places[database], kind, keyspace, steps[0], (content.get(kind) or {}).get(steps[0]))
        if not thing.filled():
            return _harmless(one, _EMPTY[kind])
    except NotFound:
        return _harmless(one, "It does not stand, so nothing is lost")
    except AstraError as error:
        return _more(one, f"Whether that is anything could not be found out, so it counts as if it were: {error}")
    return _endangered(one, thing, prices)


def _endangered(one: WorkloadChange, thing: _Thing, prices: Mapping[str, float]) -> WorkloadChange:
    """A change of what does hold something."""
    if thing.stands_already():
        said = f"declared in another way ({spelled(one.properties)}), and by now it stands like that: nothing is done to it"
        return replace(one, category="none", sentence=said)
    return _with_effort(one, thing, prices) if one.category == "re-embed" else _more(one, _HELD[thing.kind])


def _more(one: WorkloadChange, sentence: str) -> WorkloadChange:
    return replace(one, sentence=f"{one.sentence}. {sentence.rstrip('.')}")


def _harmless(one: WorkloadChange, sentence: str) -> WorkloadChange:
    return replace(_more(one, sentence), category="metadata")


def _dropped_keyspace(one: WorkloadChange, place: DeclaredDatabase, keyspace: str, given: list[WorkloadChange]) -> WorkloadChange:
    """What is declared in it has changes of its own; here the rest counts."""
    known = {(keyspace, other.address.split(".", 3)[2]) for other in given if other.address.startswith(f"{one.address}.")}
    if filled := place.filled_beside(known, keyspace):
        return _more(one, f"Beside what was declared in it, this holds documents: {listed(filled)}")
    return _harmless(one, "Beside what was declared in it, nothing there holds documents")


def _with_effort(one: WorkloadChange, thing: _Thing, prices: Mapping[str, float]) -> WorkloadChange:
    if thing.kind == "tables" or thing.wanted is None:
        said = "The table holds rows; how many requests they take cannot be told, for the Data API counts no rows"
        return replace(_more(one, said), effort=Effort())
    try:
        count = _counted(thing)
    except AstraError as error:
        said = f"It holds documents; how many could not be found out: {error}"
        return replace(_more(one, said), effort=Effort())
    service = normalised(thing.wanted)["vector"]["service"]
    requests, by_requests = _requests(service, count)
    dollars, by_price = _cost(thing, service, count, prices)
    said = f"To be written again: {count.said}; {by_requests}{'; ' if by_price else ''}{by_price}"
    return replace(_more(one, said), effort=Effort(count.documents, count.exact, requests, dollars))


def _counted(thing: _Thing) -> _Count:
    """By a count, which stops at a limit of the service, and from there on by its estimate, which may be far too low."""
    counted, more = thing.asked("countDocuments", {"filter": {}}, "count the documents of", _count)
    if not more:
        return _Count(counted, _plural(counted, "document"), exact=True)
    estimated, _ = thing.asked("estimatedDocumentCount", {}, "estimate the documents of", _count)
    said = f"more than {_plural(counted, 'document')}"
    if estimated > counted:
        return _Count(estimated, f"{said}, about {estimated:,} by the service's own estimate", exact=False)
    return _Count(counted, f"{said}, where the service stops counting, and its estimate tells no better", exact=False)


def _count(answer: Any) -> tuple[int, bool]:
    """The count, and whether there are more."""
    return int(answer["status"]["count"]), bool(answer["status"].get("moreData"))


def _requests(service: Mapping[str, Any], count: _Count) -> tuple[int | None, str]:
    """How many requests it takes at least, and how that is said; fewer texts may come together than the provider takes."""
    provider = catalog.embedding_providers().get(service["provider"])
    if provider is None:
        return None, f"how many requests that takes is not known of the provider {named(service['provider'])}"
    size = provider.schema["x-batchSize"]["value"]
    requests = -(-count.documents // size)
    together = "one by one" if size == 1 else f"{size:,} texts at most in each"
    return requests, f"at least {_plural(requests, 'request')} to {provider.title}, {together}"


def _cost(thing: _Thing, service: Mapping[str, Any], count: _Count, prices: Mapping[str, float]) -> tuple[float | None, str]:
    """What it costs, and how that is said; empty where no price is given."""
    price = prices.get(f"{service['provider']}/{service.get('modelName', '')}")
    if price is None:
        return None, ""
    try:
        lengths = _lengths(thing)
    except AstraError as error:
        return None, f"what it costs could not be estimated: {str(error).rstrip('.')}"
    if not sum(lengths):
        return None, f"what it costs cannot be estimated, for none of {_plural(len(lengths), 'document')} looked at has a text"
    tokens = count.documents * sum(lengths) / len(lengths) / _CHARACTERS_A_TOKEN
    dollars = tokens * price / _MILLION
    amount = f"about {dollars:,.2f}" if dollars >= _CENT else "less than 0.01"
    said = f"estimated from the texts of {_plural(len(lengths), 'document')} at {_CHARACTERS_A_TOKEN} characters a token"
    return dollars, f"{amount} US dollars, {said} and {price:g} US dollars a million tokens"


def _lengths(thing: _Thing) -> list[int]:
    """How many characters the texts of some documents have; 0 of a document that came with its own vector."""
    body = {"projection": {"_id": True, "$vectorize": True}, "options": {"limit": _SAMPLE}}
    return thing.asked(
        "find",
        body,
        "look at some documents of",
        lambda answer: [len(one.get("$vectorize") or "") for one in answer["data"]["documents"]],
    )


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
