"""Where an environment file names embedding providers and models, its integrations among them. Pure.

Reads the file as it is, also one that is not valid: what is asked is who is touched when a provider or a model changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import catalog, integration
from astra.validation import mapping

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One place that names a provider.

    Attributes:
        path: where it stands in the file.
        provider: key of the provider.
        model: name of the model, also one that the service fills in; "" for an integration, and where it is not known.
    """

    path: Path
    provider: str
    model: str = ""


def model_uses(data: Any) -> Iterator[ModelUse]:
    """Every place of an environment that names a provider, in the order of the file.

    Args:
        data: the file's content, of whatever shape.
    """
    integrations = mapping(mapping(data).get("integrations"))
    for name, stated in integrations.items():
        yield ModelUse(("integrations", name), str(mapping(stated).get("provider", name)))
    yield from _services(mapping(data).get("workload"), ("workload",), integrations)


def _filled_in(service: Mapping[str, Any]) -> str:
    provider = catalog.embedding_providers().get(str(service["provider"]))
    return (provider.default_model if provider else None) or ""


def _services(stated: Any, path: Path, integrations: Mapping[str, Any]) -> Iterator[ModelUse]:
    if isinstance(stated, Mapping):
        if isinstance(stated.get("service"), Mapping):
            service = integration.merged(stated, integrations)["service"]
            if "provider" in service:
                yield ModelUse((*path, "service"), str(service["provider"]), str(service.get("modelName") or _filled_in(service)))
        for key, value in stated.items():
            yield from _services(value, (*path, key), integrations)
    elif isinstance(stated, list):
        for index, value in enumerate(stated):
            yield from _services(value, (*path, index), integrations)
