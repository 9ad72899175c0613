"""The embedding services of one database: what may be used, what is still there, and what it makes of a text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from emulator import settings
from emulator.data_api import catalogue, credentials, embedding_model, embeddings, vector_service
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from emulator.data_api.call import Call

Service = dict[str, Any]


def completion(connection: sqlite3.Connection, database: str) -> Callable[[Service, int | None], tuple[Service, int]]:
    """`vector_service.complete` with what this database offers and the credentials it may use."""
    return partial(
        vector_service.complete,
        providers=catalogue.providers(connection, database),
        check_credential=partial(credentials.check, connection, database),
    )


def refuse_unavailable(connection: sqlite3.Connection, database: str, service: Mapping[str, Any]) -> None:
    """Whatever is asked of a collection or table whose service the database offers no more, this comes first.

    Raises:
        DataApiError: EMBEDDING_PROVIDER_UNAVAILABLE, END_OF_LIFE_AI_MODEL.

    """
    provider = catalogue.providers(connection, database).get(service["provider"])
    model = vector_service.find_model(provider, service["modelName"]) if provider else None
    if model is None:
        raise DataApiError(
            "EMBEDDING_PROVIDER_UNAVAILABLE",
            f"{service['provider']} {service['modelName']} is not offered any more.",
        )
    vector_service.refuse_unless_supported(model, existing=True)


def vector(call: Call, service: Mapping[str, Any], dimension: int, text: str) -> list[float]:
    """What the service makes of a text, when somebody pays for it.

    Raises:
        DataApiError: EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED, EMBEDDING_PROVIDER_CLIENT_ERROR,
            EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE, EMBEDDING_PROVIDER_BAD_HOST_NAME.

    """
    _check_keys(call, service)
    if settings.read(call.connection, "embedding_providers") == "unreachable":
        raise DataApiError("EMBEDDING_PROVIDER_BAD_HOST_NAME", f"The host of {service['provider']} is not known.")
    if settings.read(call.connection, "embeddings") == "model":
        return embedding_model.embed(text, dimension)
    return embeddings.embed(service["provider"], service["modelName"], text, dimension)


def _check_keys(call: Call, service: Mapping[str, Any]) -> None:
    """The provider's key comes from the headers; or from the stored credential; or the provider needs none."""
    provider = catalogue.providers(call.connection, call.database)[service["provider"]]
    kinds = provider["supportedAuthentication"]
    headers = [token["accepted"] for token in kinds.get("HEADER", {"tokens": []})["tokens"]]
    missing = [name for name in headers if not call.headers.get(name)]
    if kinds.get("NONE", {}).get("enabled"):
        return
    if headers and not missing:
        _check_header_keys(call, service["provider"], headers)
        return
    if not service.get("authentication"):
        raise DataApiError(
            "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED",
            f"The provider {service['provider']} needs the header {', '.join(missing)}.",
        )
    for key, full_name in service["authentication"].items():
        if not credentials.exists(call.connection, call.database, service["provider"], full_name.removesuffix(f".{key}")):
            raise DataApiError(
                "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE", f"There is no credential {full_name} any more."
            )


def _check_header_keys(call: Call, provider: str, headers: list[str]) -> None:
    """The setting `header_keys`. The open-source service answers so to a provider's 401 (unverified)."""
    accepted = settings.read(call.connection, "header_keys")
    if accepted is None or all(call.headers.get(name) in accepted.get(provider, ()) for name in headers):
        return
    raise DataApiError("EMBEDDING_PROVIDER_CLIENT_ERROR", f"The provider {provider} answered HTTP 401.")
