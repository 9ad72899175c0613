"""Embedding and reranking providers: what a database offers, and what it lists."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from emulator import settings
from emulator.data_api import fields
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    import sqlite3

    from emulator.data_api.call import Call

Provider = dict[str, Any]

STATUS_FILTER = re.compile(r"(SUPPORTED|DEPRECATED|END_OF_LIFE)?", re.IGNORECASE)

STATUS_MESSAGES: Final = {
    "DEPRECATED": "Deprecated: what uses it goes on working, nothing new can use it.",
    "END_OF_LIFE": "At the end of its life: it cannot be used any more.",
}

RERANKING: Final[dict[str, Provider]] = {
    "nvidia": {
        "isDefault": True,
        "displayName": "Nvidia",
        "supportedAuthentication": {"NONE": {"enabled": True, "tokens": []}},
        "models": [
            {
                "name": "nvidia/llama-3.2-nv-rerankqa-1b-v2",
                "apiModelSupport": {"status": "SUPPORTED"},
                "isDefault": True,
                "url": "https://us-west-2.api-dev.ai.datastax.com/nvidia/v1/ranking",
                "properties": None,
            }
        ],
    }
}
"""As recorded; the only provider, and its only model."""

DEFAULT_RERANKING: Final[dict[str, str]] = {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}


@cache
def _listed() -> dict[str, Provider]:
    data = json.loads((Path(__file__).parent / "providers.json").read_text(encoding="utf-8"))
    providers: dict[str, Provider] = data["embeddingProviders"]
    return providers


def entries(connection: sqlite3.Connection, database: str) -> dict[str, Provider]:
    """The enabled providers of one database as they were entered: the catalogue, or what this world has in its place.

    What was entered for this database goes before what was entered for all.
    """
    changes = connection.execute("SELECT provider, entry FROM providers WHERE database IN ('', ?) ORDER BY database", (database,))
    entered: dict[str, Provider | None] = {**_listed(), **{row["provider"]: json.loads(row["entry"]) for row in changes}}
    return {name: entry for name, entry in entered.items() if entry is not None}


def providers(connection: sqlite3.Connection, database: str) -> dict[str, Provider]:
    """The enabled providers of one database as it offers them, with the status of each model."""
    rows = connection.execute(
        "SELECT provider, model, status FROM models WHERE database IN ('', ?) ORDER BY database", (database,)
    )
    statuses = {(row["provider"], row["model"]): row["status"] for row in rows}
    shared_secret = settings.read(connection, "shared_secret")
    offered = entries(connection, database).items()
    return {name: _changed(name, entry, statuses, shared_secret) for name, entry in offered}


def _changed(name: str, entry: Provider, statuses: dict[tuple[str, str], str], shared_secret: bool | None) -> Provider:  # noqa: FBT001 -- a setting's value
    models = [
        model | {"apiModelSupport": _support(statuses.get((name, model["name"]), model["apiModelSupport"]["status"]))}
        for model in entry["models"]
        if statuses.get((name, model["name"])) != "REMOVED"
    ]
    kinds = entry["supportedAuthentication"]
    if shared_secret is not None and "SHARED_SECRET" in kinds:
        kinds = kinds | {"SHARED_SECRET": kinds["SHARED_SECRET"] | {"enabled": shared_secret}}
    return entry | {"models": models, "supportedAuthentication": kinds}


def _support(status: str) -> dict[str, str]:
    message = STATUS_MESSAGES.get(status)
    return {"status": status} if message is None else {"message": message, "status": status}


def parse_find_embedding_providers(body: object) -> str:
    """The wanted status in upper case: SUPPORTED unless told, "" for all (which null means too, when it is spelled out)."""
    command = fields.structure(body, "findEmbeddingProviders", ("options",)) or {}
    options = command.get("options")
    fields.structure(options, "options", ("filterModelStatus",))
    if not options or "filterModelStatus" not in options:
        return "SUPPORTED"
    wanted = options["filterModelStatus"]
    status = "" if wanted is None else fields.text(wanted, "options.filterModelStatus")
    if not STATUS_FILTER.fullmatch(status):
        fields.invalid("options.filterModelStatus", status, "SUPPORTED, DEPRECATED, END_OF_LIFE or empty")
    return status.upper()


def find_embedding_providers(call: Call, status: str) -> dict[str, Any]:
    """Enabled providers with their models of that status; a provider without any stays in the list."""
    listed = {
        name: entry | {"models": [model for model in entry["models"] if status in ("", model["apiModelSupport"]["status"])]}
        for name, entry in providers(call.connection, call.database).items()
    }
    return {"status": {"embeddingProviders": listed}}


def parse_find_reranking_providers(body: object) -> None:
    """The command takes no options here (a status filter is unverified)."""
    fields.structure(body, "findRerankingProviders", ())


def find_reranking_providers(call: Call, _: None) -> dict[str, Any]:
    """The reranking providers.

    Raises:
        DataApiError: RERANKING_FEATURE_NOT_ENABLED.

    """
    if not settings.read(call.connection, "rerank"):
        raise DataApiError("RERANKING_FEATURE_NOT_ENABLED", "This database does not rerank.")
    return {"status": {"rerankingProviders": RERANKING}}
