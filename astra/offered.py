"""What a database offers of embedding providers, and what our own schemas say of them, in the same words. Pure.

Sources: the Data API's documentation of findEmbeddingProviders and recorded answers. A limit that an answer does not tell is no
difference: Astra's of 2025-12 named a default of Titan v2 and none of its dimensions.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from astra.catalog import EmbeddingProvider, JsonSchema, Model
from astra.changes import Change, changes
from astra.errors import Unreadable
from astra.wording import listed, named, shown

# The parameter by which a database says which dimensions a model has; it is none that can be sent.
_DIMENSION = "vectorDimension"
SUPPORTED, END_OF_LIFE = "SUPPORTED", "END_OF_LIFE"
# From the best on.
_STATUSES = (SUPPORTED, "DEPRECATED", END_OF_LIFE)
_LIMITS = ("const", "minimum", "maximum", "enum")
# What a rule of a parameter says beyond its texts. The first three are always told, by silence, too.
_FACTS = ("type", "required", "default", "enum", "minimum", "maximum")
_ALWAYS = frozenset(_FACTS[:3])
# Beyond it a double cannot hold every whole number.
_EXACT = 2**53

Rule: TypeAlias = Mapping[str, Any]


class _Nonsense(ValueError):
    """A fact of a known form that cannot be; str() is the rest of a sentence."""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """One model.

    Attributes:
        status: SUPPORTED, DEPRECATED or END_OF_LIFE.
        dimension: `const`, `minimum` and `maximum`, or `enum`, none of them where no limits are told; and `default`, null where
            it is told that there is none.
        parameters: its own, where its provider has none of that name or one with other facts: by name type, required, default,
            enum, minimum, maximum, description and scope, as far as they are told.
    """

    status: str
    dimension: Rule
    parameters: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def limits(self) -> Rule:
        """Which dimensions it has, without the default."""
        return {key: value for key, value in self.dimension.items() if key in _LIMITS}


@dataclass(frozen=True, slots=True)
class Offer:
    """One embedding provider.

    Attributes:
        title: its name for people.
        authentication: the kinds that are enabled, NONE, HEADER or SHARED_SECRET, each with the names that its secrets go by.
        parameters: those that all of its models have, by name as those of a model.
        models: by name.
    """

    title: str
    authentication: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Rule]
    models: Mapping[str, ModelOffer]


def enabled(entry: Mapping[str, Any]) -> list[str]:
    """The kinds of authentication that an entry of an answer has enabled, in alphabetical order."""
    return sorted(kind for kind, stated in entry["supportedAuthentication"].items() if stated.get("enabled"))


def status(model: Mapping[str, Any]) -> str:
    """The status of a model of an answer. Astra stated none in 2025-12, when only supported ones were listed."""
    return str((model.get("apiModelSupport") or {}).get("status") or SUPPORTED)


def told(key: str, entry: Mapping[str, Any]) -> Offer:
    """An entry of an answer of findEmbeddingProviders.

    Of one without an enabled kind of authentication nothing can be used, so nothing else of it is read.

    Args:
        key: of the provider.
        entry: what the answer says of it.

    Raises:
        Unreadable: it has another form, or says what cannot be.
    """
    try:
        title = " ".join(str(entry.get("displayName") or key).split())
        kinds = {kind: _tokens(entry["supportedAuthentication"][kind]) for kind in enabled(entry)}
        if not kinds:
            return Offer(title, {}, {}, {})
        common = _told_parameters(entry)
        return Offer(title, kinds, common, {_text(one["name"]): _told_model(one, entry, common) for one in entry["models"]})
    except _Nonsense as error:
        raise Unreadable(f"what the database says of the embedding provider {named(key)} cannot be: {error}.") from None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise Unreadable(f"what the database says of the embedding provider {named(key)} has no known form.") from None


def _tokens(stated: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(str(one["accepted"]) for one in stated.get("tokens") or ()))


def _text(stated: Any) -> str:
    if not isinstance(stated, str) or not stated:
        raise _Nonsense(f"the name {shown(stated)} is no text")
    return stated


def _told_model(model: Mapping[str, Any], entry: Mapping[str, Any], common: Mapping[str, Rule]) -> ModelOffer:
    return ModelOffer(status(model), _told_dimension(model, entry), _own(_told_parameters(model), common))


def _own(rules: Mapping[str, Rule], common: Mapping[str, Rule]) -> dict[str, Rule]:
    """The parameters of a model without those of which its provider says the same."""
    return {name: rule for name, rule in rules.items() if name not in common or _facts(rule) != _facts(common[name])}


def _facts(rule: Rule) -> Rule:
    return {key: rule[key] for key in _FACTS if key in rule}


def _told_dimension(model: Mapping[str, Any], entry: Mapping[str, Any]) -> Rule:
    of = f"the dimension of the model {named(model['name'])}"
    if model.get("vectorDimension"):
        fixed = _whole(model["vectorDimension"], of)
        return {"const": fixed, "default": fixed}
    parameters = (*(model.get("parameters") or ()), *(entry.get("parameters") or ()))
    stated = next((one for one in parameters if one.get("name") == _DIMENSION), None)
    if stated is None:
        return {}
    limits = _told_limits(stated, "number", of)
    for number in (limits.get("minimum"), limits.get("maximum"), *limits.get("enum", ())):
        if number is not None:
            _whole(number, of)
    default = None if stated.get("defaultValue") in (None, "") else _whole(stated["defaultValue"], of)
    if default is not None and not fits(default, limits):
        raise _Nonsense(f"{of} has a default that it does not allow, {size({**limits, 'default': default})}")
    return {**limits, "default": default}


def fits(value: Any, limits: Rule) -> bool:
    """Whether a value is among those that `const`, `minimum` and `maximum`, or `enum` allow."""
    return (
        limits.get("const", value) == value
        and value in limits.get("enum", (value,))
        and ("minimum" not in limits or limits["minimum"] <= value)
        and ("maximum" not in limits or value <= limits["maximum"])
    )


def _told_limits(stated: Mapping[str, Any], kind: str, of: str) -> Rule:
    limits = stated.get("validation") or {}
    result: dict[str, Any] = {}
    if limits.get("numericRange"):
        least, most = (_number(one, of) for one in limits["numericRange"])
        if least > most:
            raise _Nonsense(f"{of} is {least} to {most}")
        result["minimum"], result["maximum"] = least, most
    if limits.get("options"):
        result["enum"] = [*dict.fromkeys(_value(one, kind, of) for one in limits["options"])]
    return result


def _told_parameters(stated: Mapping[str, Any]) -> dict[str, Rule]:
    return {_text(one["name"]): _told_parameter(one) for one in stated.get("parameters") or () if one.get("name") != _DIMENSION}


def _told_parameter(stated: Mapping[str, Any]) -> Rule:
    kind, of = str(stated.get("type")).lower(), f"the parameter {named(stated['name'])}"
    limits = _told_limits(stated, kind, of)
    rule: dict[str, Any] = {"type": kind, "required": bool(stated.get("required")), **limits}
    # Always told as text, empty where there is none.
    if stated.get("defaultValue") not in (None, ""):
        rule["default"] = _value(stated["defaultValue"], kind, of)
        if not fits(rule["default"], limits):
            raise _Nonsense(f"{of} has a default that it does not allow: {takes(rule)}")
    if stated.get("help"):
        rule["description"] = " ".join(str(stated["help"]).split())
    return rule


def _value(stated: Any, kind: str, of: str) -> Any:
    """What is told as text, or as what it is, as a value of that kind; of a kind that nobody knows as it is."""
    if kind == "number":
        return _number(stated, of)
    found = json.loads(stated.lower()) if kind == "boolean" and isinstance(stated, str) else stated
    if not isinstance(found, {"string": str, "boolean": bool}.get(kind, object)):
        raise _Nonsense(f"{of} is a {kind}, and {shown(stated)} is none")
    return found


def _number(stated: Any, of: str) -> int | float:
    found = json.loads(stated) if isinstance(stated, str) else stated
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise _Nonsense(f"{of} is a number, and {shown(stated)} is none")
    return int(found) if abs(found) <= _EXACT and found == int(found) else found


def _whole(stated: Any, of: str) -> int:
    found = _number(stated, of)
    if not isinstance(found, int) or found < 1:
        raise _Nonsense(f"{of} is a whole number from 1 on, and {shown(stated)} is none")
    return found


def stated(provider: EmbeddingProvider) -> Offer:
    """What our own schema says of a provider."""
    common = _stated_parameters(provider.schema["$defs"]["parameters"])
    return Offer(
        provider.title,
        {kind: tuple(sorted(one.get("tokens", ()))) for kind, one in provider.schema["x-authentication"].items()},
        common,
        {name: _stated_model(model, common) for name, model in provider.models.items()},
    )


def _stated_model(model: Model, common: Mapping[str, Rule]) -> ModelOffer:
    rule = model.schema["properties"]["dimension"]
    dimension = {**{key: rule[key] for key in _LIMITS if key in rule}, "default": rule.get("default")}
    own = _stated_parameters(model.parameters) if model.parameters else {}
    return ModelOffer(model.status, dimension, _own(own, common))


def _stated_parameters(schema: JsonSchema) -> dict[str, Rule]:
    required = schema.get("required", ())
    return {name: _stated_parameter(one, required=name in required) for name, one in schema["properties"].items()}


def _stated_parameter(rule: JsonSchema, *, required: bool) -> Rule:
    kept = {key: rule[key] for key in (*_FACTS, "description") if key in rule}
    return {**kept, "required": required, "scope": rule["x-scope"]}


def together(answers: Iterable[Mapping[str, Offer]]) -> dict[str, Offer]:
    """What several databases offer between them, by provider.

    What any of them offers counts, with the best status that one of them tells; in limits and parameters the first one's word.
    A provider without an enabled kind of authentication is offered by none: nothing can be used of it.
    """
    found: dict[str, Offer] = {}
    for answer in answers:
        for key, offer in answer.items():
            if offer.authentication:
                found[key] = _both(found[key], offer) if key in found else offer
    return dict(sorted(found.items()))


def _both(first: Offer, second: Offer) -> Offer:
    models = {name: _beside(first, second, model) for name, model in second.models.items()} | {**first.models}
    for name in first.models.keys() & second.models.keys():
        best = min((first.models[name].status, second.models[name].status), key=age)
        models[name] = replace(first.models[name], status=best)
    return replace(first, authentication={**second.authentication, **first.authentication}, models=models)


def _beside(first: Offer, second: Offer, model: ModelOffer) -> ModelOffer:
    """A model of the second answer among the parameters that all models have by the first."""
    return replace(model, parameters=_own({**second.parameters, **model.parameters}, first.parameters))


def age(said: str) -> int:
    """How far a status is from SUPPORTED; one that nobody knows is farthest."""
    return _STATUSES.index(said) if said in _STATUSES else len(_STATUSES)


def limits(offer: Offer, model: str) -> Mapping[str, Any]:
    """What a model takes: `{dimension, parameters}`, those of its provider included."""
    found = offer.models[model]
    return {"dimension": found.dimension, "parameters": {**offer.parameters, **found.parameters}}


def limit_changes(meant: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[Change, ...]:
    """Where told limits are others than ours; both as from `limits`."""
    ours = {
        "dimension": {key: value for key, value in meant["dimension"].items() if key in said["dimension"] and value is not None},
        "parameters": parameter_facts(meant["parameters"], said["parameters"]),
    }
    theirs = {
        "dimension": {key: value for key, value in said["dimension"].items() if value is not None},
        "parameters": parameter_facts(said["parameters"], said["parameters"]),
    }
    return changes(ours, theirs)


def parameter_facts(rules: Mapping[str, Rule], said: Mapping[str, Rule]) -> dict[str, Rule]:
    """Of parameters what can be compared with what is told of them: not their texts, nor what is not told."""
    return {
        name: {key: rule[key] for key in _FACTS if key in rule and (key in _ALWAYS or key in said.get(name, rule))}
        for name, rule in rules.items()
    }


def size(dimension: Rule) -> str:
    """A dimension for people: `1024`, `2 to 1536 (default 1536)`, `256, 512, 1024 (default 1024)`, `not told`."""
    if "const" in dimension:
        return str(dimension["const"])
    known = listed(dimension["enum"]) if "enum" in dimension else ""
    known = f"{dimension['minimum']} to {dimension['maximum']}" if "minimum" in dimension else known
    default = f"default {dimension['default']}" if dimension.get("default") else "no default"
    return f"{known or 'not told'} ({default})" if dimension else "not told"


def takes(rule: Rule) -> str:
    """A parameter for people, without its name: `text, required, of the account`."""
    words = [{"string": "text"}.get(rule["type"], named(rule["type"])), "required" if rule["required"] else ""]
    words += [f"one of {listed(rule['enum'])}" if "enum" in rule else ""]
    words += [f"{rule['minimum']} to {rule['maximum']}" if "minimum" in rule else ""]
    words += [f"default {shown(rule['default'])}" if "default" in rule else ""]
    words += [f"of the {rule['scope']}" if "scope" in rule else ""]
    return ", ".join(filter(None, words))
