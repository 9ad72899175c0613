"""What databases answered to findEmbeddingProviders, as far as it was recorded, in the form of that answer."""

import json
from pathlib import Path
from typing import Any

from emulator.data_api import catalogue

RECORDINGS = Path(__file__).parents[1] / "recordings"


def of_emulator() -> dict[str, Any]:
    """The emulator's own catalogue."""
    found: dict[str, Any] = json.loads(Path(catalogue.__file__).with_name("providers.json").read_text(encoding="utf-8"))
    entries: dict[str, Any] = found["embeddingProviders"]
    return entries


def of_open_source() -> dict[str, Any]:
    """The open-source Data API's, with models of every status."""
    found: dict[str, Any] = json.loads((RECORDINGS / "providers.json").read_text(encoding="utf-8"))
    return found


def of_astra() -> dict[str, Any]:
    """The recorded facts of Astra's."""
    facts = json.loads((RECORDINGS / "find-embedding-providers.json").read_text(encoding="utf-8"))["embeddingProviders"]
    return {
        name: {
            "supportedAuthentication": {
                kind: {"enabled": True, "tokens": [{"accepted": token} for token in tokens]}
                for kind, tokens in one["authentication"].items()
            },
            "parameters": parameters_of_astra(one["parameters"]),
            "models": [model_of_astra(model, stated) for model, stated in one["models"].items()],
        }
        for name, one in facts.items()
    }


def model_of_astra(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    parameters = parameters_of_astra(facts.get("parameters", {}))
    stated = facts["dimension"]
    if not isinstance(stated, dict):
        return {"name": name, "vectorDimension": stated, "parameters": parameters}
    limits = {"numericRange": stated["numericRange"]} if "numericRange" in stated else {}
    return {"name": name, "vectorDimension": None, "parameters": [*parameters, *size(limits, str(stated.get("default") or ""))]}


def parameters_of_astra(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": one["type"], "required": one["required"], "defaultValue": one.get("default", "")}
        for name, one in facts.items()
    ]


def size(limits: dict[str, Any], default: str = "1536") -> list[dict[str, Any]]:
    """The parameter by which an answer tells the dimensions of a model."""
    return [{"name": "vectorDimension", "type": "number", "required": True, "defaultValue": default, "validation": limits}]


RECORDED = {"astra": of_astra(), "open-source": of_open_source(), "emulator": of_emulator()}
