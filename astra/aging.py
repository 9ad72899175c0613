"""The models that a stack embeds with, against what each database says of them today, and against our own schemas. Pure.

A model ages: SUPPORTED, then DEPRECATED (what uses it goes on, nothing new may), then END_OF_LIFE (nothing works). Source: the
Data API's documentation of findEmbeddingProviders and its source.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import catalog, offered
from astra.deviations import UNUSABLE
from astra.drift import Drift, Property, Severity
from astra.wording import listed, named, shown

_AGED: Mapping[str, tuple[Severity, str]] = {
    "DEPRECATED": ("warning", "What uses it goes on working for now; nothing new can be made with it."),
    "END_OF_LIFE": ("error", "It embeds nothing any more: writes and searches by text fail."),
}
_ANOTHER = "choose another model in the declaration; its vectors are other ones, so everything has to be embedded anew"


@dataclass(frozen=True, slots=True)
class Use:
    """Something that embeds by itself.

    Attributes:
        address: of the collection or the table.
        dimension: of its vectors; None where it is not told.
        service: `{provider, modelName, authentication, parameters}` as the service explains it.
    """

    address: str
    dimension: int | None
    service: Mapping[str, Any]


def aged(database: str, uses: Iterable[Use], entries: Mapping[str, Any], told: Iterable[str] = ()) -> Iterator[Drift]:
    """What became of the providers and models that are in use.

    Args:
        database: logical name of the database.
        uses: what embeds in it.
        entries: the embedding providers that it lists, as `verification.providers` returns them.
        told: keys of the providers of which it is said already that they cannot be used.
    """
    models: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        models.setdefault((str(use.service.get("provider")), str(use.service.get("modelName"))), []).append(use)
    unusable = dict.fromkeys(told, "")
    for (provider, model), users in sorted(models.items()):
        if provider not in unusable:
            everybody = [use for (one, _), using in models.items() if one == provider for use in using]
            unusable[provider] = reason = _refused(provider, everybody, entries)
            if reason:
                yield _unusable(database, provider, reason, everybody)
        if provider in entries and not unusable[provider]:
            yield from _of_model(database, provider, model, users, entries[provider])


def _refused(provider: str, users: Iterable[Use], entries: Mapping[str, Any]) -> str:
    """Why a provider cannot be used as it is; empty where it can."""
    if provider not in entries:
        return f"the database lists no provider {named(provider)} any more; it lists {listed(sorted(entries)) or 'none'}"
    enabled = offered.enabled(entries[provider])
    with_what = f"{listed(enabled)} alone" if enabled else "no kind of authentication"
    offers = f"the database offers {named(provider)} with {with_what}"
    stored = [bool(use.service.get("authentication")) for use in users]
    if any(stored) and "SHARED_SECRET" not in enabled:
        return f"{offers}, and a stored credential is used"
    if not all(stored) and not {"NONE", "HEADER"} & {*enabled}:
        return f"{offers}, and what is used names no stored credential"
    return ""


def _unusable(database: str, provider: str, reason: str, users: list[Use]) -> Drift:
    return Drift(
        "integration",
        "integration",
        f"{database}.{provider}",
        "error",
        reason,
        UNUSABLE,
        restore="enable it for this database in the Astra Portal",
        accept=_ANOTHER,
        contents=_addresses(users),
    )


def _of_model(database: str, provider: str, model: str, users: list[Use], entry: Mapping[str, Any]) -> Iterator[Drift]:
    live = next((one for one in entry.get("models") or () if one.get("name") == model), None)
    if live is None:
        said = f"the database does not list the model {named(model)} of {named(provider)} any more"
        yield _catalogue(database, provider, model, users, "error", said, _AGED["END_OF_LIFE"][1], _ANOTHER)
        return
    status = offered.status(live)
    if status in _AGED:
        severity, meaning = _AGED[status]
        said = f"the model {named(model)} of {named(provider)} is {status}"
        yield _catalogue(database, provider, model, users, severity, said, meaning, _ANOTHER)
    yield from _limits(database, provider, model, users, offered.told(provider, entry))


def _limits(database: str, provider: str, model: str, users: list[Use], told: offered.Offer) -> Iterator[Drift]:
    """Where the live limits of a model are others than our schema says."""
    known = catalog.embedding_providers().get(provider)
    if known is None or model not in known.models:
        # Nobody could have declared it; from a program's resources alone.
        return
    found = offered.limit_changes(offered.limits(offered.stated(known), model), offered.limits(told, model))
    if not found:
        return
    dimension = told.models[model].dimension
    outside = sorted({use.dimension for use in users if use.dimension and not offered.fits(use.dimension, dimension)})
    properties = tuple(Property(".".join(one.path), *(_plain(side) for side in (one.old, one.new))) for one in found)
    said = "; ".join(f"{one.path} is {shown(one.live)}, this project's schema says {shown(one.applied)}" for one in properties)
    meaning = "What is valid to this project is refused by the database, or the other way round."
    if outside:
        meaning = f"The dimension {listed(outside)} in use is not allowed any more: embedding with it fails."
    severity: Severity = "error" if outside else "warning"
    accept = f"update this project: schemas/embedding-providers/{provider}.schema.json tells what it knows"
    sentence = f"the limits of {named(model)} of {named(provider)} changed: {said}"
    yield _catalogue(database, provider, model, users, severity, sentence, meaning, accept, properties)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | dict) else None


def _catalogue(
    database: str,
    provider: str,
    model: str,
    users: list[Use],
    severity: Severity,
    sentence: str,
    meaning: str,
    accept: str,
    properties: tuple[Property, ...] = (),
) -> Drift:
    return Drift(
        "catalogue",
        "model",
        f"{database}.{provider}/{model}",
        severity,
        sentence,
        meaning,
        accept=accept,
        properties=properties,
        contents=_addresses(users),
    )


def _addresses(users: Iterable[Use]) -> tuple[str, ...]:
    return tuple(sorted({use.address for use in users}))
