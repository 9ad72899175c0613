"""The file of an embedding provider brought up to what the service tells, with all that is known beyond it. Pure.

Only facts that are told otherwise are rewritten, each with the new answer as its source. Titles, descriptions, scopes, values of
tasks, warnings, batch sizes and regions stay, and a parameter takes them along where it moves between a provider and its models.
What has to be there and nobody told is filled in and named GUESS as its source, until a person looked it up. A model that is no
longer listed stays as END_OF_LIFE: what uses it is told so by `vectorize validate`.
"""

import copy
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jsonschema import Draft202012Validator

from astra.catalog import EmbeddingProvider, JsonSchema, embedding_provider, schema
from astra.catalog_differences import differences, other_dimension
from astra.errors import Invalid
from astra.offered import END_OF_LIFE, ModelOffer, Offer, Rule, fits, limits, parameter_facts, size, stated, takes
from astra.provider_form import GUESS, KINDS, begun, credential, form
from astra.wording import named, redacted

# Those of a collection, by the Data API's documentation: where no limits are told, any of them may be meant.
_ANY_DIMENSION = {"minimum": 1, "maximum": 4096}
_DIMENSIONS = {
    "const": "The only dimension of this model.",
    "minimum": "Any whole number of this range.",
    "enum": "One of these.",
}
# What a parameter may be restricted to.
_LIMITS = ("minimum", "maximum", "enum")
# How many places one note names at most.
_MOST = 20
# Of what was known of a parameter. Unit: characters.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """An answer that facts come from.

    Attributes:
        what: whose answer it is, as a sentence.
        name: the beginning of its key in x-sources.
        date: the day it was given, ISO 8601.
        certainty: recorded, where the live service gave it; unconfirmed, where something else did.
    """

    what: str
    name: str
    date: str
    certainty: Literal["recorded", "unconfirmed"]

    @property
    def key(self) -> str:
        """Its key in x-sources."""
        return f"{self.name}-{self.date}"


@dataclass(frozen=True, slots=True)
class Updated:
    """What becomes of the schemas.

    Attributes:
        documents: by key, the file of each provider that changes.
        notes: what a person has to look at, a sentence each.
    """

    documents: Mapping[str, JsonSchema]
    notes: tuple[str, ...]


def updated(
    known: Mapping[str, JsonSchema], told: Mapping[str, Offer], source: Source, places: Collection[tuple[str, str]] = ()
) -> Updated:
    """The files that change.

    Args:
        known: by key, the file of each provider as it is written.
        told: what the databases offer between them, as `offered.together` returns it.
        source: where that comes from.
        places: as for `catalog_differences.differences`.

    Raises:
        Invalid: what is told cannot be said in the form of the schemas.
    """
    read = {key: embedding_provider(key, document) for key, document in known.items()}
    documents: dict[str, JsonSchema] = {}
    notes: list[str] = []
    for key in sorted({one.provider for one in differences(read, told, places)}):
        offer = told.get(key)
        if key not in known:
            _refuse_the_same_file(key, (*known, *documents))
        before = known[key] if key in known else begun(key, offer.title if offer else key)
        after = _File(embedding_provider(key, before), source).brought_to(offer)
        _refuse_another_form(key, after)
        notes += _notes(key, before, after)
        read[key] = embedding_provider(key, after)
        if after != known.get(key):
            documents[key] = after
    for left in differences(read, told, places):
        raise Invalid(
            f"{left.subject}: {left.sentence}, and would do so after the update, too: nothing was written. This is a mistake of "
            "vectorize catalog update; correct the file by hand, and report it."
        )
    return Updated(documents, tuple(notes))


def offered_to_editors(document: JsonSchema, providers: Mapping[str, JsonSchema]) -> JsonSchema:
    """The schema of a service with every provider and model as an example, which editors offer."""
    result = copy.deepcopy(dict(document))
    models = {name for key, one in providers.items() for name in embedding_provider(key, one).models}
    result["properties"]["provider"]["examples"] = sorted(providers)
    result["properties"]["modelName"]["examples"] = sorted(models)
    return result


class _File:
    """One provider's file while it is rewritten."""

    def __init__(self, provider: EmbeddingProvider, source: Source) -> None:
        self.key = provider.key
        self.meant = stated(provider)
        self.source = source
        self.document: dict[str, Any] = copy.deepcopy(dict(provider.schema))
        # As they were: each is rewritten while the knowledge of another is still looked for.
        self.known = {name: _Known.of(schema) for name, schema in _of_parameters(provider.schema).items()}

    def brought_to(self, told: Offer | None) -> JsonSchema:
        """The document as it should be; None for a provider that is not listed any more."""
        if told is not None:
            self._authentication(told)
            self._common_parameters(told)
            self._models(told)
        for name in self.meant.models.keys() - (told.models.keys() if told else set()):
            self._end(self._branch(name))
        self._sources()
        return self.document

    def _branch(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.document["oneOf"] if _name(one) == name)
        return found

    def _end(self, branch: dict[str, Any]) -> None:
        if branch["x-status"] != END_OF_LIFE:
            # Of a model that is not listed nothing else is told.
            branch["properties"]["dimension"].setdefault("x-source", branch["x-source"])
            branch |= {"x-status": END_OF_LIFE, "x-source": self.source.key}

    def _authentication(self, told: Offer) -> None:
        if dict(told.authentication) == dict(self.meant.authentication):
            return
        kept = self.document["x-authentication"]
        self.document["x-authentication"] = {
            kind: kept[kind] if tokens == self.meant.authentication.get(kind) else self._kind(kind, tokens, kept.get(kind, {}))
            for kind, tokens in sorted(told.authentication.items())
        }
        if form(told.authentication) != form(self.meant.authentication):
            service = self.document["properties"]["service"]["properties"]
            service["authentication"] = credential(self.document["title"], told.authentication)

    def _kind(self, kind: str, tokens: tuple[str, ...], kept: Mapping[str, Any]) -> dict[str, Any]:
        portal = {"portal": kept.get("portal", {"name": "API key name", "secret": "API key", "x-source": GUESS})}
        return {
            "description": kept.get("description") or KINDS.get(kind, kind),
            **({"tokens": [*tokens]} if tokens else {}),
            **(portal if kind == "SHARED_SECRET" else {}),
            "x-source": self.source.key,
        }

    def _common_parameters(self, told: Offer) -> None:
        common = self._parameters("", told.parameters)
        self.document["$defs"]["parameters"] = common
        service = self.document["properties"]["service"]
        needed = [name for name in service["required"] if name != "parameters"]
        if ("parameters" in service["required"]) != ("required" in common):
            service["required"] = [*needed, *(["parameters"] if "required" in common else [])]

    def _models(self, told: Offer) -> None:
        for name, model in told.models.items():
            if name in self.meant.models:
                self._model(self._branch(name), self.meant.models[name], model)
            else:
                self.document["oneOf"].append(self._new_model(name, model))
            own = self._parameters(name, limits(told, name)["parameters"])
            same = _Known.of(own) == _Known.of(self.document["$defs"]["parameters"])
            place = self._branch(name)["properties"]["service"]["properties"]
            place["parameters"] = {"$ref": "#/$defs/parameters"} if same else own
        self.document["oneOf"].sort(key=_name)

    def _model(self, branch: dict[str, Any], meant: ModelOffer, told: ModelOffer) -> None:
        if told.status != meant.status:
            branch["properties"]["dimension"].setdefault("x-source", branch["x-source"])
            branch |= {"x-status": told.status, "x-source": self.source.key}
        if other_dimension(meant, told):
            self._dimension(branch, branch["properties"]["dimension"], told)

    def _dimension(self, branch: dict[str, Any], rule: Mapping[str, Any], told: ModelOffer) -> None:
        before = {key: value for key, value in rule.items() if key in ("const", "minimum", "maximum", "enum")}
        stated = dict(told.limits) or before
        default = told.dimension.get("default", rule.get("default"))
        if default is None and "const" in stated:
            # What was fixed, and has to be stated now.
            stated = {"minimum": stated["const"], "maximum": stated["const"]}
        same_kind = before.keys() == stated.keys()
        # Of limits that are not told the source stays.
        source = self.source.key if told.limits else rule.get("x-source", branch["x-source"])
        branch["properties"]["dimension"] = {
            "description": rule["description"] if same_kind else _DIMENSIONS[next(iter(stated))],
            **stated,
            **({} if default is None else {"default": default}),
            **({} if source == branch["x-source"] else {"x-source": source}),
        }
        if default is None and "required" not in branch:
            rest = {key: branch.pop(key) for key in [*branch] if key != "title"}
            branch |= {"required": ["dimension"], **rest}
        elif default is not None:
            branch.pop("required", None)

    def _new_model(self, name: str, told: ModelOffer) -> dict[str, Any]:
        service = {"properties": {"modelName": {"const": name}, "parameters": {"$ref": "#/$defs/parameters"}}}
        branch: dict[str, Any] = {
            "title": name,
            "properties": {"dimension": {}, "service": service},
            "x-status": told.status,
            "x-source": self.source.key,
        }
        stated = told.limits or _ANY_DIMENSION
        self._dimension(branch, {"description": _DIMENSIONS[next(iter(stated))], **stated, "x-source": GUESS}, told)
        return branch

    def _parameters(self, model: str, told: Mapping[str, Rule]) -> dict[str, Any]:
        """The schema of parameters.

        Args:
            model: whose it is; "" for what all models have.
            told: every parameter that there is.
        """
        stood = self.known.get(model, self.known[""]).rules
        order = [*(name for name in stood if name in told), *(name for name in told if name not in stood)]
        required = [name for name in order if told[name]["required"]]
        return {
            "type": "object",
            **({"required": required} if required else {}),
            "properties": {name: self._parameter(self._known(model, name), name, told[name]) for name in order},
            "additionalProperties": False,
        }

    def _known(self, model: str, name: str) -> "_Rule | None":
        """What was known of a parameter: of this model, or else of all, or else of others."""
        for place in (model, ""):
            if place in self.known and name in self.known[place].rules:
                return self.known[place].rule(name)
        others = [one.rule(name) for one in self.known.values() if name in one.rules]
        if not others:
            return None
        first = others[0]
        if all(one.limits == first.limits for one in others):
            return first
        # Values that one of them has are not those of all.
        return _Rule({key: value for key, value in first.stated.items() if key not in _LIMITS}, first.required)

    def _parameter(self, kept: "_Rule | None", name: str, told: Rule) -> Mapping[str, Any]:
        if kept and parameter_facts({name: kept.facts}, {name: told}) == parameter_facts({name: told}, {name: told}):
            return kept.stated
        before = kept.stated if kept else {}
        untold = {key: value for key, value in before.items() if key in _LIMITS and key not in told}
        untold = untold if told["type"] == before.get("type") else {}
        rule = {"type": told["type"]}
        if told["required"] and told["type"] == "string":
            rule["minLength"] = 1
        rule |= {key: told.get(key, untold.get(key)) for key in _LIMITS if key in told or key in untold}
        if "default" in told:
            rule["default"] = told["default"]
        # Of an account are texts that all models of a provider have, as far as was seen.
        guessed = "account" if told["type"] == "string" else "model"
        # What stays a guess, and where values come from that nobody tells, is no word of this answer.
        source = before.get("x-source", GUESS)
        return rule | {
            "description": before.get("description") or told.get("description") or "Nothing is told of it.",
            "x-scope": before.get("x-scope", guessed),
            "x-source": source if source == GUESS or untold else self.source.key,
        }

    def _sources(self) -> None:
        said = {
            self.source.key: {"what": self.source.what, "date": self.source.date, "certainty": self.source.certainty},
            GUESS: {
                "what": "Nobody looked it up: vectorize catalog update filled it in.",
                "date": self.source.date,
                "certainty": "unconfirmed",
            },
        }
        sources = {**said, **self.document["x-sources"]}
        used = {*_named(self.document)}
        order = [*self.document["x-sources"], *(key for key in said if key not in self.document["x-sources"])]
        self.document["x-sources"] = {key: sources[key] for key in order if key in used}


@dataclass(frozen=True, slots=True)
class _Rule:
    """A parameter as it stands in a file."""

    stated: Mapping[str, Any]
    required: bool

    @property
    def facts(self) -> Rule:
        return {**self.stated, "required": self.required}

    @property
    def limits(self) -> Mapping[str, Any]:
        return {key: value for key, value in self.stated.items() if key in _LIMITS}


@dataclass(frozen=True, slots=True)
class _Known:
    """The parameters of all models, or of one."""

    rules: Mapping[str, Mapping[str, Any]]
    required: frozenset[str]

    @classmethod
    def of(cls, schema: JsonSchema) -> "_Known":
        return cls(schema["properties"], frozenset(schema.get("required", ())))

    def rule(self, name: str) -> _Rule:
        return _Rule(self.rules[name], name in self.required)


def _of_parameters(document: JsonSchema) -> dict[str, JsonSchema]:
    """The schema of the parameters of each model that has its own; of "" that of all models."""
    found = {"": document["$defs"]["parameters"]}
    for branch in document["oneOf"]:
        stated = branch["properties"]["service"]["properties"]["parameters"]
        found |= {} if "$ref" in stated else {_name(branch): stated}
    return found


def _name(branch: Mapping[str, Any]) -> str:
    return str(branch["properties"]["service"]["properties"]["modelName"]["const"])


def _named(stated: Any) -> Iterator[str]:
    """The sources that facts name."""
    if isinstance(stated, Mapping):
        if isinstance(stated.get("x-source"), str):
            yield stated["x-source"]
        for value in stated.values():
            yield from _named(value)
    elif isinstance(stated, list):
        for value in stated:
            yield from _named(value)


def _refuse_the_same_file(key: str, others: Collection[str]) -> None:
    for other in others:
        if other.casefold() == key.casefold():
            raise Invalid(
                f"the database lists an embedding provider {named(key)}, which differs from {named(other)} in case alone: on "
                "some systems their files would be one. Nothing was written."
            )


def _refuse_another_form(key: str, document: JsonSchema) -> None:
    metaschema = Draft202012Validator(schema("embedding-provider.metaschema"))
    wrong = sorted(error.json_path for error in metaschema.iter_errors(document))
    if wrong:
        raise Invalid(
            f"what the database lists of the embedding provider {named(key)} cannot be said in "
            f"schemas/embedding-provider.metaschema.json: {named(wrong[0])}. Widen that form first; nothing was written."
        )


def _notes(key: str, before: JsonSchema, after: JsonSchema) -> Iterator[str]:
    provider = named(key)
    guessed = [named(path) for path, source in _paths(after) if source == GUESS]
    if guessed:
        more = f" and {len(guessed) - _MOST:,} more" if len(guessed) > _MOST else ""
        yield f"{provider}: look up what was filled in, and name where it stands: {', '.join(guessed[:_MOST])}{more}"
    if before["oneOf"] and {*before["x-authentication"]} != {*after["x-authentication"]}:
        yield f"{provider}: the kinds of authentication changed; its description may speak of others"
    for kind in before["x-authentication"].keys() - after["x-authentication"].keys():
        yield f"{provider}: {_gone(kind, before['x-authentication'][kind])}"
    models = {_name(branch): branch for branch in before["oneOf"]}
    for branch in after["oneOf"]:
        old, rule = models.get(_name(branch)), branch["properties"]["dimension"]
        subject = f"{provider}/{named(_name(branch))}"
        if old and _size(old["properties"]["dimension"]) != _size(rule):
            if "x-warnings" in branch:
                yield f"{subject}: the dimension changed; its warnings may not hold any more"
            if "default" in rule and not fits(rule["default"], rule):
                yield f"{subject}: the default is none of the known dimensions, {size(rule)}: look them up"
    yield from _of_parameter_notes(provider, before, after)


def _size(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in rule.items() if key not in ("description", "x-source")}


def _of_parameter_notes(provider: str, before: JsonSchema, after: JsonSchema) -> Iterator[str]:
    were, are = _every_parameter(before), _every_parameter(after)
    for (model, name), one in are.items():
        if "default" in one.stated and not fits(one.stated["default"], one.stated) and were.get((model, name)) != one:
            subject = "/".join([provider, *map(named, filter(None, [model]))])
            yield f"{subject}: the default of {named(name)} is none of the known values, {takes(one.facts)}: look them up"
    kept = {(name, _beyond(one)) for (_, name), one in are.items()}
    gone: dict[str, list[str]] = {}
    for (model, name), one in were.items():
        if (model, name) not in are and (name, _beyond(one)) not in kept:
            gone.setdefault(_gone(f"the parameter {named(name)}", one.stated), []).append(model)
    for sentence, models in gone.items():
        yield f"{'/'.join([provider, *map(named, filter(None, models[:1]))])}: {sentence}"


def _gone(what: str, known: Mapping[str, Any]) -> str:
    text = redacted(json.dumps(known, ensure_ascii=False, allow_nan=False))
    text = text if len(text) <= _LONGEST and text.isprintable() else "what its file said before"
    return f"{what} is gone; should it come back, this was known of it: {text}"


def _every_parameter(document: JsonSchema) -> dict[tuple[str, str], _Rule]:
    known = {model: _Known.of(schema) for model, schema in _of_parameters(document).items()}
    return {(model, name): one.rule(name) for model, one in known.items() for name in one.rules}


def _beyond(one: _Rule) -> tuple[Any, Any]:
    """What the service never tells of a parameter."""
    return one.stated["description"], one.stated["x-scope"]


def _paths(stated: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each place that names a source, and the source."""
    if isinstance(stated, Mapping):
        if isinstance(stated.get("x-source"), str):
            yield path, stated["x-source"]
        for key, value in stated.items():
            yield from _paths(value, f"{path}.{key}" if path else str(key))
    elif isinstance(stated, list):
        for index, value in enumerate(stated):
            yield from _paths(value, f"{path}[{index}]")
