"""What `vectorize catalog list` shows: a table of models a provider, or JSON; beside it what each database of a stack offers."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from astra import catalog
from astra.catalog_differences import Difference, differences
from astra.offered import Offer, Rule, size, stated, takes, together
from astra.wording import listed, named
from commands.catalog_stack import Database
from commands.reports import tool

# Goes up when a field of the JSON is removed or means something else; new fields may appear at any time.
VERSION = 1
COLUMNS = ("model", "dimension", "status")
_SAME, _MISSING, _NOT_HERE = "the same", "not listed", "(not here)"


def providers(key: str | None, databases: Iterable[Database] = ()) -> list[str]:
    """Keys of the providers that are shown: of the schemas, and those that only a database lists; or that one."""
    known = {*catalog.embedding_providers(), *(name for one in databases for name in one.offers)}
    return sorted(known) if key is None else [key]


def show(console: Console, keys: Iterable[str], databases: Sequence[Database]) -> None:
    """Prints a heading and a table a provider."""
    for key in keys:
        console.print(Text("\n".join(_heading(key, databases))), highlight=False, soft_wrap=True)
        console.print(_table(key, databases))


def _heading(key: str, databases: Sequence[Database]) -> Iterator[str]:
    provider = catalog.embedding_providers().get(key)
    if provider is None:
        yield f"{named(key)}: there is no schema of it"
    else:
        offer = stated(provider)
        regions = ", ".join(" ".join(one) for one in provider.regions)
        yield f"{named(key)}: {named(provider.title)}" + (
            f" (not confirmed: look up what names the source {listed(provider.unconfirmed)})" if provider.guessed else ""
        )
        yield f"authentication: {_authentication(offer)}"
        yield f"texts in one request: {provider.batch_size:,}; regions: {regions or 'no restriction known'}"
        yield from (f"parameter {named(name)}: {takes(rule)}" for name, rule in offer.parameters.items())
        for model, one in offer.models.items():
            yield from (f"parameter {named(name)} of {named(model)}: {takes(rule)}" for name, rule in one.parameters.items())
    for database in databases:
        yield f"{database.name}: {_of_database(key, database)}"


def _authentication(offer: Offer) -> str:
    return ", ".join(f"{named(kind)} ({listed(names)})" if names else named(kind) for kind, names in offer.authentication.items())


def _of_database(key: str, database: Database) -> str:
    """What a database says of a provider as a whole."""
    if database.reason:
        return f"could not be asked: {database.reason}"
    if key not in together([database.offers]):
        return _MISSING
    if key not in catalog.embedding_providers():
        return f"{named(database.offers[key].title)}; authentication: {_authentication(database.offers[key])}"
    return "; ".join(one.sentence for one in _differences(key, database) if not one.model) or _SAME


def _differences(key: str, database: Database) -> list[Difference]:
    known = {name: one for name, one in catalog.embedding_providers().items() if name == key}
    told = {name: one for name, one in together([database.offers]).items() if name == key}
    return differences(known, told, [database.place])


def _table(key: str, databases: Sequence[Database]) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for column in (*COLUMNS, *(f"in {one.name}" for one in databases)):
        # All of it is shown however narrow the terminal: names and sizes fold.
        table.add_column(Text(column), overflow="fold", no_wrap=column == "status", min_width=min(len(column), 9))
    for row in rows(key, databases):
        table.add_row(*map(Text, row))
    return table


def rows(key: str, databases: Sequence[Database] = ()) -> Iterator[tuple[str, ...]]:
    """One row a model, as COLUMNS says, and then what each database says of it."""
    provider = catalog.embedding_providers().get(key)
    ours = stated(provider).models if provider else {}
    theirs = {name: one for database in databases if key in database.offers for name, one in database.offers[key].models.items()}
    for name in sorted(ours.keys() | theirs.keys()):
        facts = (size(ours[name].dimension), ours[name].status) if name in ours else (_NOT_HERE, "")
        yield (named(name), *facts, *(_in(key, name, database, known=name in ours) for database in databases))


def _in(key: str, name: str, database: Database, *, known: bool) -> str:
    offer = together([database.offers]).get(key)
    if database.reason:
        return ""
    if offer is None or name not in offer.models:
        return _MISSING
    if not known:
        return f"{size(offer.models[name].dimension)}, {named(offer.models[name].status)}"
    return "; ".join(one.sentence for one in _differences(key, database) if one.model == name) or _SAME


def as_json(keys: Iterable[str], databases: Sequence[Database]) -> str:
    """The same as JSON, promised by schemas/reports/catalog-list-1.schema.json."""
    shown = [*keys]
    known = catalog.embedding_providers()
    made = {
        "version": VERSION,
        "tool": {"name": tool.NAME, "version": tool.version()},
        "providers": [_provider(known[key]) for key in shown if key in known],
        "databases": [_database(one, shown) for one in databases],
    }
    return json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _provider(provider: catalog.EmbeddingProvider) -> dict[str, Any]:
    return {
        **_offer(provider.key, stated(provider)),
        "batchSize": provider.batch_size,
        "regions": [{"cloudProvider": cloud, "region": region} for cloud, region in provider.regions],
        "guessed": provider.guessed,
    }


def _database(database: Database, keys: Sequence[str]) -> dict[str, Any]:
    offers = together([database.offers])
    found = [one for key in keys for one in _differences(key, database)] if not database.reason else []
    return {
        "name": database.name,
        "asked": not database.reason,
        "reason": database.reason,
        "providers": [_offer(key, offers[key]) for key in keys if key in offers],
        "differences": [
            {"rule": one.rule, "provider": one.provider, "model": one.model or None, "sentence": one.sentence} for one in found
        ],
    }


def _offer(key: str, offer: Offer) -> dict[str, Any]:
    return {
        "key": key,
        "title": offer.title,
        "authentication": {kind: [*names] for kind, names in offer.authentication.items()},
        "parameters": _parameters(offer.parameters),
        "models": [
            {"name": name, "status": one.status, "dimension": dict(one.dimension), "parameters": _parameters(one.parameters)}
            for name, one in sorted(offer.models.items())
        ],
    }


def _parameters(rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    return [{"name": name, **rule} for name, rule in rules.items()]
