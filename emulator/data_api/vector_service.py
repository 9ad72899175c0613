"""The embedding service of a collection or of a table's column: is it offered, and how is it stored? Pure functions.

The order is that of the open-source service: provider, credentials, model and dimension, the model's status,
parameters. So an unknown credential is reported before an impossible dimension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import fields
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.data_api.catalogue import Provider

DIMENSION_PARAMETER: Final = "vectorDimension"
"""The parameter by which the catalogue says which dimensions a model has; it is not one that can be sent."""

ENDPOINT_MODEL: Final = {"huggingfaceDedicated": "endpoint-defined-model"}
"""Providers whose one model need not be named."""

TYPES: Final[dict[str, tuple[type, ...]]] = {"STRING": (str,), "NUMBER": (int, float), "BOOLEAN": (bool,)}


def _refuse(message: str) -> DataApiError:
    return DataApiError("INVALID_CREATE_COLLECTION_OPTIONS", message)


def parse(value: object, path: str) -> dict[str, Any] | None:
    """A service as sent, scalars coerced and nulls dropped; all of this is refused before the keyspace is looked at.

    Raises:
        DataApiError: COMMAND_FIELD_UNKNOWN, REQUEST_STRUCTURE_MISMATCH.

    """
    sent = fields.structure(value, path, ("provider", "modelName", "authentication", "parameters"))
    if sent is None:
        return None
    service: dict[str, Any] = {
        name: fields.text(sent[name], f"{path}.{name}") for name in ("provider", "modelName") if name in sent
    }
    if "authentication" in sent:
        keys = fields.any_object(sent["authentication"], f"{path}.authentication")
        service["authentication"] = {key: None if item is None else fields.text(item, key) for key, item in keys.items()}
    if "parameters" in sent:
        service["parameters"] = fields.any_object(sent["parameters"], f"{path}.parameters")
    return service


def complete(
    service: Mapping[str, Any],
    dimension: int | None,
    providers: Mapping[str, Provider],
    check_credential: Callable[[str, str, str], None],
) -> tuple[dict[str, Any], int]:
    """The service and the dimension as they are stored.

    Credentials' names get their key appended (`x` becomes `x.providerKey`); defaults of parameters are not filled in;
    empty objects stay.

    Args:
        service: provider, modelName, authentication, parameters as sent, nulls dropped.
        dimension: as sent; None takes the model's.
        providers: what the database offers.
        check_credential: called with provider, key and full name; raises when the credential is not there.

    Raises:
        DataApiError: INVALID_CREATE_COLLECTION_OPTIONS, DEPRECATED_AI_MODEL, END_OF_LIFE_AI_MODEL, and what
            `check_credential` raises.

    """
    name = service.get("provider")
    if name is None:
        raise _refuse("A service needs a provider.")
    if name not in providers:
        raise _refuse(f"There is no provider {name}.")
    provider = providers[name]
    stored = dict(service)
    if "authentication" in service:
        stored["authentication"] = _authentication(name, provider, service["authentication"], check_credential)
    elif not any(_accepts(provider, kind) for kind in ("NONE", "HEADER")):
        raise _refuse(f"The provider {name} needs authentication.")
    model = _model(name, provider, service.get("modelName", ENDPOINT_MODEL.get(name)))
    stored["modelName"] = model["name"]
    dimension = _dimension(model, dimension)
    refuse_unless_supported(model)
    _check_parameters(name, [*provider["parameters"], *model["parameters"]], service.get("parameters", {}))
    order = ("provider", "modelName", "authentication", "parameters")
    return {field: stored[field] for field in order if field in stored}, dimension


def _accepts(provider: Provider, kind: str) -> bool:
    return bool(provider["supportedAuthentication"].get(kind, {}).get("enabled"))


def _authentication(
    name: str, provider: Provider, sent: Mapping[str, str | None], check_credential: Callable[[str, str, str], None]
) -> dict[str, str]:
    accepted = (
        [token["accepted"] for token in provider["supportedAuthentication"]["SHARED_SECRET"]["tokens"]]
        if _accepts(provider, "SHARED_SECRET")
        else []
    )
    if not sent and not any(_accepts(provider, kind) for kind in ("NONE", "HEADER")):
        raise _refuse(f"The provider {name} needs authentication.")
    stored = {}
    for key, value in sent.items():
        if value is None:
            raise DataApiError("UNEXPECTED_SERVER_ERROR", f"authentication.{key} is null.")
        if key not in accepted:
            raise _refuse(f"The provider {name} does not take the authentication key {key}.")
        stored[key] = value if value.endswith(f".{key}") else f"{value}.{key}"
        check_credential(name, key, stored[key])
    return stored


def find_model(provider: Provider, name: str | None) -> dict[str, Any] | None:
    """A provider's model by its exact name."""
    return next((model for model in provider["models"] if model["name"] == name), None)


def _model(provider_name: str, provider: Provider, name: str | None) -> dict[str, Any]:
    if name is None:
        raise _refuse(f"The provider {provider_name} needs a modelName.")
    model = find_model(provider, name)
    if model is None:
        raise _refuse(f"The provider {provider_name} has no model {name}.")
    return model


def _dimension(model: Mapping[str, Any], sent: int | None) -> int:
    fixed: int | None = model["vectorDimension"]
    if fixed:
        if sent not in (None, fixed):
            raise _refuse(f"The model {model['name']} has dimension {fixed}, not {sent}.")
        return fixed
    parameter = next(item for item in model["parameters"] if item["name"] == DIMENSION_PARAMETER)
    if sent is None:
        if not parameter["defaultValue"]:
            raise _refuse(f"The model {model['name']} needs a dimension.")
        return int(parameter["defaultValue"])
    validation = parameter["validation"]
    low, high = validation.get("numericRange", (sent, sent))
    if not low <= sent <= high or sent not in validation.get("options", [sent]):
        raise _refuse(f"The model {model['name']} cannot have dimension {sent}: {validation}.")
    return sent


def refuse_unless_supported(model: Mapping[str, Any], *, existing: bool = False) -> None:
    """A deprecated model cannot be chosen any more; one at the end of its life cannot even be used by what exists."""
    status = model["apiModelSupport"]["status"]
    if status == "END_OF_LIFE" or (status == "DEPRECATED" and not existing):
        raise DataApiError(f"{status}_AI_MODEL", f"The model {model['name']} is {status}.")


def _check_parameters(provider: str, expected: list[dict[str, Any]], sent: Mapping[str, Any]) -> None:
    known = {item["name"]: item for item in expected if item["name"] != DIMENSION_PARAMETER}
    for name in sent:
        if name not in known:
            raise _refuse(f"The provider {provider} has no parameter {name}.")
    for name, item in known.items():
        if item["required"] and name not in sent:
            raise _refuse(f"The provider {provider} needs the parameter {name}.")
    for name, value in sent.items():
        kind = known[name]["type"].upper()
        if not isinstance(value, TYPES[kind]) or (kind == "NUMBER" and isinstance(value, bool)):
            raise _refuse(f"The parameter {name} must be a {kind.lower()}.")
