"""What the Data API makes of a collection's definition, and whether what stands is what was meant.

The one place that knows the service's normalisation (recorded from Data API 1.0.51): it fills in
defaults, renames old keys, completes the credential's name and drops nulls. What the user left out is
not an intent, so it never counts as a difference.
"""

from collections.abc import Mapping
from typing import Any

from astra import catalog
from astra.changes import Change, apply, changes

OPTIONS = ("vector", "indexing", "defaultId", "lexical", "rerank")
# Always returned, filled in by the database's own settings where nothing was sent.
_DATABASE_DECIDES = ("lexical", "rerank")
_CREDENTIAL_SUFFIX = ".providerKey"


def options(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The options of createCollection in a definition: what is set, without nulls, ready to be sent."""
    return {key: _without_nulls(definition[key]) for key in OPTIONS if definition.get(key) is not None}


def normalised(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the service returns for options it accepted, as far as that follows from what was sent."""
    result = options(sent)
    if "vector" in result:
        result["vector"] = _vector(result["vector"])
    if "indexing" in result:
        # An empty list says nothing, and the service returns nothing of it.
        result["indexing"] = {key: paths for key, paths in result["indexing"].items() if paths}
    return result


def differences(sent: Mapping[str, Any], returned: Mapping[str, Any]) -> tuple[Change, ...]:
    """How what stands differs from what was meant: `old` is meant, `new` is live. Empty where it is the same.

    Args:
        sent: the user's definition or options.
        returned: the options that findCollections explains.
    """
    meant = normalised(sent)
    live = options(returned)
    for key in _DATABASE_DECIDES:
        live[key] = _restricted(live.get(key), meant.get(key))
        if live[key] is None:
            del live[key]
    if "vector" in meant and "vector" in live and "dimension" not in meant["vector"]:
        # The catalogue does not know the default of this model, so whatever the service chose is right.
        live["vector"] = {key: value for key, value in live["vector"].items() if key != "dimension"}
    return changes(meant, live)


def chosen(vector: Any, explained: Any) -> Any:
    """A vector definition with the dimension that the service chose: its own default may be another than the catalogue's.

    Args:
        vector: the user's `{dimension, service, ...}` of a collection or a column, or anything else.
        explained: the same as the service explains it.

    Returns:
        `vector` with the dimension of `explained` where it names a service and leaves the dimension out; otherwise `vector`.
    """
    if not isinstance(vector, Mapping) or not isinstance(explained, Mapping):
        return vector
    if vector.get("service") is None or vector.get("dimension") is not None or "dimension" not in explained:
        return vector
    return {**vector, "dimension": explained["dimension"]}


def same_choice(vector: Any, earlier: Any) -> bool:
    """Whether what the service chose for an earlier definition holds for this one: both leave it out, for the same model."""
    stated = [one if isinstance(one, Mapping) else {} for one in (vector, earlier)]
    models = [tuple((one.get("service") or {}).get(key) for key in ("provider", "modelName")) for one in stated]
    return models[0] == models[1] and all(one.get("dimension") is None for one in stated)


def as_found(definition: Mapping[str, Any], returned: Mapping[str, Any]) -> dict[str, Any]:
    """The user's definition with what differs live put in its place; untouched where nothing differs.

    Args:
        definition: the user's.
        returned: the options that findCollections explains.
    """
    once = apply(differences(definition, returned), definition)
    # Twice: the default of one key may follow from another, and what was left out has to be spelled out then.
    return apply(differences(once, returned), once)


def _vector(vector: Mapping[str, Any]) -> dict[str, Any]:
    result = {"sourceModel": "other", **vector}
    result.setdefault("metric", "cosine" if result["sourceModel"] == "other" else "dot_product")
    service = result.get("service")
    if service is not None:
        result["service"] = normalised_service(service)
        default = default_dimension(service)
        if default is not None:
            result.setdefault("dimension", default)
    return result


def normalised_service(service: Mapping[str, Any]) -> dict[str, Any]:
    """What the service returns of a `{provider, modelName, authentication, parameters}` that it accepted."""
    result = dict(service)
    provider = catalog.embedding_providers().get(service.get("provider", ""))
    if provider and provider.default_model:
        result.setdefault("modelName", provider.default_model)
    if "authentication" in result:
        result["authentication"] = {
            # The service is known to leave that one suffix; what it told of another key has to stay what it is, too.
            key: name if str(name).endswith((_CREDENTIAL_SUFFIX, f".{key}")) else f"{name}.{key}"
            for key, name in result["authentication"].items()
        }
    return result


def default_dimension(service: Mapping[str, Any]) -> int | None:
    """The dimension the service takes for that model where none is given; None where the catalogue knows none."""
    provider = catalog.embedding_providers().get(service.get("provider", ""))
    model = provider.models.get(service.get("modelName", "")) if provider else None
    return model.default_dimension if model else None


def _restricted(value: Any, pattern: Any) -> Any:
    """`value` without the keys that `pattern` does not speak of."""
    if isinstance(value, Mapping) and isinstance(pattern, Mapping):
        return {key: _restricted(value[key], pattern[key]) for key in value if key in pattern}
    return None if pattern is None else value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value
