"""The parts of an embedding provider's file that are the same for every provider, and the text that the file is. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

from astra.catalog import JsonSchema
from astra.errors import Invalid
from astra.wording import named

# The source of what had to be filled in.
GUESS = "guess"
# What a provider's key and so its file may be called; it comes from another machine.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
KINDS = {
    "NONE": "Nothing to give: Astra DB calls the models with its own account.",
    "HEADER": "The application sends its key with every request that embeds; nothing is stored.",
    "SHARED_SECRET": (
        "A credential that was stored in the organisation through the Astra Portal, by its name, and scoped to the database."
    ),
}


def begun(key: str, title: str) -> JsonSchema:
    """The file of a provider of which nothing is known yet: everything that is told has still to be put in."""
    if not _KEY.fullmatch(key):
        raise Invalid(f"the database lists an embedding provider {named(key)}, whose name cannot be the name of a file.")
    texts = {
        "dimension": "Number of components of every vector. Left out, the service takes the model's default.",
        "provider": f"{title}, as the Data API names it.",
        "modelName": "The embedding model.",
        "parameters": "Further settings of the provider or the model.",
    }
    service = {
        "provider": {"description": texts["provider"], "const": key},
        "modelName": {"description": texts["modelName"], "type": "string"},
        "authentication": {},
        "parameters": {"description": texts["parameters"], "type": "object"},
    }
    return {
        "$schema": "../embedding-provider.metaschema.json",
        "title": title,
        "description": f"Embedding models of {title}.",
        "type": "object",
        "required": ["service"],
        "properties": {
            "dimension": {"description": texts["dimension"], "type": "integer"},
            "service": {
                "type": "object",
                "required": ["provider", "modelName"],
                "properties": service,
                "additionalProperties": False,
            },
        },
        "oneOf": [],
        "x-authentication": {},
        "x-batchSize": {"value": 1, "x-source": GUESS},
        "x-sources": {},
        "$defs": {"parameters": {"type": "object", "properties": {}, "additionalProperties": False}},
    }


def form(kinds: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    """What the schema of `authentication` depends on."""
    kind = next((one for one in ("SHARED_SECRET", "HEADER", "NONE") if one in kinds), "")
    return kind, kinds.get(kind, ())


def credential(title: str, kinds: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The schema of `authentication` for a provider that takes those kinds."""
    match form(kinds):
        case "SHARED_SECRET", ("providerKey",):
            return {
                "$ref": "../service.schema.json#/$defs/sharedSecret",
                "description": "The stored credential, by name; left out where the key comes as a header.",
            }
        case "SHARED_SECRET", tokens:
            name = {"$ref": "../service.schema.json#/$defs/credentialName"}
            return {
                "description": "The stored credential, by the names of its parts; left out where the keys come as headers.",
                "type": "object",
                "properties": dict.fromkeys(tokens, name),
                "additionalProperties": False,
            }
        case "HEADER", tokens:
            headers = " and ".join(tokens)
            message = (
                f"{title} takes no stored credential; the application sends its key with each request, as the header {headers}"
            )
            return {
                "description": "No stored credential can be named: the key comes as a header.",
                "type": "object",
                "additionalProperties": {"not": {}, "x-message": message, "secret": True},
            }
        case _:
            return {"$ref": "../service.schema.json#/$defs/noAuthentication", "description": "This provider needs none."}


def written(document: JsonSchema) -> str:
    """A document as the text of its file: the form that all of them have."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return re.sub(r'(?<="portal": )\{\s+"name"[^{}]*\}', lambda found: json.dumps(json.loads(found[0]), ensure_ascii=False), text)
