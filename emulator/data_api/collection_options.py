"""What the service makes of the options of createCollection. Pure functions.

The order is the service's: vector options first, indexing last (recorded: bad indexing is reported only when the vector's
service is valid); lexical and rerank stand between them (unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emulator.data_api.catalogue import DEFAULT_RERANKING, RERANKING
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.collection_fields import Options

MAX_DIMENSION: Final = 4096
"""For vectors without a service; with one, the model's own limits hold."""


def complete(
    sent: Options, existing: Options | None, offer: Options, check: Callable[[Options, int | None], tuple[Options, int]]
) -> Options:
    """The options as findCollections will explain them.

    Args:
        sent: what `collection_fields.parse` returned.
        existing: the options of the collection that has the name already; what is missing of lexical and rerank is
            taken from it.
        offer: `lexical` and `rerank`, whether the region has them.
        check: validates a service and a dimension, and returns both completed (`vector_service.complete`).

    Raises:
        DataApiError: INVALID_CREATE_COLLECTION_OPTIONS, VECTOR_SEARCH_TOO_BIG_VALUE, LEXICAL_FEATURE_NOT_ENABLED,
            RERANKING_FEATURE_NOT_ENABLED, INVALID_INDEXING_DEFINITION.

    """
    made: Options = {}
    if "vector" in sent:
        made["vector"] = _complete_vector(sent["vector"], check)
    held = existing or {}
    lexical = _complete_lexical(sent["lexical"], offered=offer["lexical"]) if "lexical" in sent else held.get("lexical")
    rerank = _complete_rerank(sent["rerank"], offered=offer["rerank"]) if "rerank" in sent else held.get("rerank")
    if "indexing" in sent:
        made["indexing"] = _complete_indexing(sent["indexing"])
    if "defaultId" in sent:
        made["defaultId"] = sent["defaultId"]
    made["lexical"] = lexical or _complete_lexical({"enabled": offer["lexical"]}, offered=offer["lexical"])
    made["rerank"] = rerank or _complete_rerank({"enabled": offer["rerank"]}, offered=offer["rerank"])
    return made


def _refuse(message: str) -> DataApiError:
    return DataApiError("INVALID_CREATE_COLLECTION_OPTIONS", message)


def _complete_vector(sent: Options, check: Callable[[Options, int | None], tuple[Options, int]]) -> Options:
    source_model = sent.get("sourceModel", "other")
    vector = {
        "metric": sent.get("metric", "cosine" if source_model == "other" else "dot_product"),
        "sourceModel": source_model,
    }
    if "service" in sent:
        service, dimension = check(sent["service"], sent.get("dimension"))
        return {"dimension": dimension, **vector, "service": service}
    if "dimension" not in sent:
        raise _refuse("Without a service, options.vector needs a dimension.")
    if sent["dimension"] > MAX_DIMENSION:
        raise DataApiError(
            "VECTOR_SEARCH_TOO_BIG_VALUE", f"A vector has at most {MAX_DIMENSION} dimensions, not {sent['dimension']}."
        )
    return {"dimension": sent["dimension"], **vector}


def _complete_lexical(sent: Options, *, offered: bool) -> Options:
    analyzer = sent.get("analyzer") or None
    if "enabled" not in sent:
        raise _refuse("options.lexical needs the field enabled.")
    if not sent["enabled"]:
        if analyzer is not None:
            raise _refuse("options.lexical has an analyzer although it is not enabled.")
        return {"enabled": False}
    if not offered:
        raise DataApiError("LEXICAL_FEATURE_NOT_ENABLED", "This database has no lexical search.")
    if analyzer is not None and not isinstance(analyzer, (str, dict)):
        raise _refuse("options.lexical.analyzer must be a name or an object.")
    return {"enabled": True, "analyzer": analyzer or "standard"}


def _complete_rerank(sent: Options, *, offered: bool) -> Options:
    if "enabled" not in sent:
        raise _refuse("options.rerank needs the field enabled.")
    if not sent["enabled"]:
        if "service" in sent:
            raise _refuse("options.rerank has a service although it is not enabled.")
        return {"enabled": False}
    if not offered:
        raise DataApiError("RERANKING_FEATURE_NOT_ENABLED", "This database does not rerank.")
    service = sent.get("service")
    if service is None:
        return {"enabled": True, "service": dict(DEFAULT_RERANKING)}
    provider = RERANKING.get(service.get("provider", ""))
    if provider is None:
        raise _refuse(f"There is no reranking provider {service.get('provider')}.")
    if service.get("authentication") or service.get("parameters"):
        raise _refuse(f"The reranking provider {service['provider']} takes no authentication and no parameters.")
    if service.get("modelName") not in [model["name"] for model in provider["models"]]:
        raise _refuse(f"The reranking provider {service['provider']} has no model {service.get('modelName')}.")
    return {"enabled": True, "service": {"provider": service["provider"], "modelName": service["modelName"]}}


def _complete_indexing(sent: Options) -> Options:
    if len(sent) != 1:
        problem = "both allow and deny" if sent else "neither allow nor deny"
        raise DataApiError("INVALID_INDEXING_DEFINITION", f"options.indexing has {problem}; it needs one of them.")
    ((name, paths),) = sent.items()
    if len(set(paths)) != len(paths):  # unverified
        raise DataApiError("INVALID_INDEXING_DEFINITION", f"options.indexing.{name} has a path twice.")
    for path in paths:
        if not path or (path.startswith("$") and path != "$vector"):
            raise DataApiError("INVALID_INDEXING_DEFINITION", f"options.indexing.{name} cannot have the path {path!r}.")
    return {name: paths} if paths else {}
