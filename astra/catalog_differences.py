"""How what databases offer of embedding providers differs from the schemas of this project. Pure.

What is no longer listed and stands in its schema as END_OF_LIFE is no difference: its users are told what became of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from astra.catalog import EmbeddingProvider
from astra.changes import ABSENT, changes
from astra.offered import END_OF_LIFE, ModelOffer, Offer, Rule, age, limits, parameter_facts, size, stated, takes
from astra.wording import listed, named

# error: what the schemas allow fails with the service; warning: the service allows what the schemas do not, or does otherwise.
Severity = Literal["error", "warning"]
# How many names one sentence has at most.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that the service tells otherwise.

    Attributes:
        rule: id of it, a key of schemas/catalog-rules.json.
        provider: key of the embedding provider.
        model: name of the model; "" for the provider as a whole.
        severity: see Severity.
        sentence: what the service says and what the schema says, without their names; no secret, no line break.
        news: the same once the schema has followed: what was, and what is.
        path: where the fact stands in the provider's file; empty for a provider that has none.
        worse: whether something is gone, or less than the schema says, which another database might tell otherwise.
    """

    rule: str
    provider: str
    model: str
    severity: Severity
    sentence: str
    news: str
    path: tuple[str | int, ...] = ()
    worse: bool = False

    @property
    def subject(self) -> str:
        """What it is about: `openai` or `openai/text-embedding-3-small`."""
        return "/".join(map(named, filter(None, (self.provider, self.model))))


def differences(
    known: Mapping[str, EmbeddingProvider], told: Mapping[str, Offer], places: Collection[tuple[str, str]] = ()
) -> list[Difference]:
    """Every difference, by provider and model.

    Args:
        known: the providers of the schemas.
        told: what the databases offer between them, as `offered.together` returns it.
        places: cloud provider and region of each database that was asked: of a provider that is restricted to other regions its
            absence says nothing.
    """
    found: list[Difference] = []
    for key in sorted(known.keys() | told.keys()):
        ours, theirs = known.get(key), told.get(key)
        if ours is None and theirs is not None and theirs.models:
            models = _some(theirs.models)
            sentence = f"the service lists this provider, with {models}; there is no schema of it"
            found.append(Difference("catalog/provider", key, "", "warning", sentence, f"new, with {models}"))
        elif ours is not None and theirs is not None:
            found += _of_provider(ours, theirs)
        elif ours is not None and not _no_news(ours, places):
            statuses = listed(sorted({model.status for model in ours.models.values()}))
            sentence = f"the service lists this provider no more; the schema calls its models {statuses}"
            news = f"listed no more, its models were {statuses}"
            found.append(Difference("catalog/provider", key, "", "error", sentence, news, ("title",), worse=True))
    return found


def _some(names: Iterable[str]) -> str:
    """Names in a row, the first of them where they are many."""
    every = [*names]
    return listed(every) if len(every) <= _MOST else f"{listed(every[:_MOST])} and {len(every) - _MOST:,} more"


def _no_news(ours: EmbeddingProvider, places: Collection[tuple[str, str]]) -> bool:
    """Whether it is no news that a provider is not listed: its end is known, or it is served in other regions than these."""
    ended = all(model.status == END_OF_LIFE for model in ours.models.values())
    return ended or bool(ours.regions and not {*ours.regions} & {*places})


def _of_provider(ours: EmbeddingProvider, told: Offer) -> Iterator[Difference]:
    meant = stated(ours)
    yield from _authentication(ours.key, meant, told)
    common = ("$defs", "parameters")
    yield from _parameters(ours.key, "", common, meant.parameters, told.parameters, {*meant.parameters, *told.parameters})
    branches = {name: index for index, name in enumerate(ours.models)}
    for name in sorted(meant.models.keys() | told.models.keys()):
        if name not in meant.models:
            of_size = f"its dimension is {size(told.models[name].dimension)}"
            sentence = f"the service lists this model, which the schema does not know; {of_size}"
            yield Difference("catalog/model", ours.key, name, "warning", sentence, f"new, {of_size}", ("oneOf",))
        elif name in told.models:
            yield from _of_model(ours.key, name, ("oneOf", branches[name]), meant, told)
        elif (was := meant.models[name].status) != END_OF_LIFE:
            sentence = f"the service lists this model no more; the schema calls it {was}"
            news, path = f"listed no more, was {was}", ("oneOf", branches[name], "x-status")
            yield Difference("catalog/model", ours.key, name, "error", sentence, news, path, worse=True)


def _authentication(provider: str, meant: Offer, told: Offer) -> Iterator[Difference]:
    for one in changes(dict(meant.authentication), dict(told.authentication)):
        kind = named(one.path[0])
        path = ("x-authentication", *(() if one.old is ABSENT else one.path))
        if one.new is ABSENT:
            sentence = f"the service takes {kind} no more; it takes {listed(told.authentication)}"
            news = f"{kind} is taken no more, {listed(told.authentication)} is"
        elif one.old is ABSENT:
            sentence = f"the service takes {kind}, which the schema does not know"
            news = f"{kind} is taken now"
        else:
            here, there = (listed(names) or "no name" for names in (one.old, one.new))
            sentence = f"the service takes {kind} by {there}, the schema says {here}"
            news = f"{kind} was taken by {here}, is taken by {there}"
        severity: Severity = "warning" if one.old is ABSENT else "error"
        yield Difference("catalog/authentication", provider, "", severity, sentence, news, path, worse=severity == "error")


def _of_model(provider: str, name: str, branch: tuple[str | int, ...], meant: Offer, told: Offer) -> Iterator[Difference]:
    ours, theirs = meant.models[name], told.models[name]
    if theirs.status != ours.status:
        severity: Severity = "error" if theirs.status == END_OF_LIFE else "warning"
        sentence = f"the service calls this model {named(theirs.status)}, the schema {ours.status}"
        news, worse = f"was {ours.status}, is {named(theirs.status)}", age(theirs.status) > age(ours.status)
        yield Difference("catalog/status", provider, name, severity, sentence, news, (*branch, "x-status"), worse=worse)
    if other_dimension(ours, theirs):
        here, there = size(ours.dimension), size(theirs.dimension)
        sentence = f"the dimension is {there} by the service, {here} by the schema"
        news, path = f"the dimension was {here}, is {there}", (*branch, "properties", "dimension")
        yield Difference("catalog/dimension", provider, name, "warning", sentence, news, path)
    place = (*branch, "properties", "service", "properties", "parameters")
    # What a model takes counts, whether its provider says it or the model itself: an answer may say it in either place.
    own = {*ours.parameters, *theirs.parameters}
    yield from _parameters(provider, name, place, limits(meant, name)["parameters"], limits(told, name)["parameters"], own)


def other_dimension(meant: ModelOffer, told: ModelOffer) -> bool:
    """Whether the dimensions of a model, or the default among them, are told otherwise."""
    if told.limits and dict(told.limits) != dict(meant.limits):
        return True
    return "default" in told.dimension and told.dimension["default"] != meant.dimension["default"]


def _parameters(
    provider: str,
    model: str,
    place: tuple[str | int, ...],
    meant: Mapping[str, Rule],
    told: Mapping[str, Rule],
    names: Collection[str],
) -> Iterator[Difference]:
    ours, theirs = parameter_facts(meant, told), parameter_facts(told, told)
    for name in sorted(names):
        path = (*place, "properties", name)
        if name not in ours:
            severity: Severity = "error" if theirs[name]["required"] else "warning"
            what = f"parameter {named(name)} ({takes(theirs[name])})"
            sentence, news, path = f"the service takes a {what}, which the schema does not know", f"new {what}", place
        elif name not in theirs:
            severity = "error"
            sentence, news = f"the service takes no parameter {named(name)} any more", f"the parameter {named(name)} is gone"
        elif ours[name] != theirs[name]:
            fails = theirs[name]["type"] != ours[name]["type"] or theirs[name]["required"] > ours[name]["required"]
            severity = "error" if fails else "warning"
            here, there = takes(ours[name]), takes(theirs[name])
            sentence = f"the parameter {named(name)} is {there} by the service, {here} by the schema"
            news = f"the parameter {named(name)} was {here}, is {there}"
        else:
            continue
        yield Difference("catalog/parameter", provider, model, severity, sentence, news, path, worse=severity == "error")
