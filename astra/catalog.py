"""The schemas of schemas/, read on first use: resources, the environment, the embedding providers and their models.

Every limit, allowed value and default stands in those files alone; this module only finds them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urljoin

from referencing import Registry
from referencing.jsonschema import DRAFT202012

JsonSchema: TypeAlias = Mapping[str, Any]

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


@dataclass(frozen=True, slots=True)
class Model:
    """One embedding model.

    Attributes:
        name: as the Data API names it.
        schema: JSON Schema branch of the provider's file that holds for this model.
        status: SUPPORTED, DEPRECATED (usable, not creatable) or END_OF_LIFE.
    """

    name: str
    schema: JsonSchema
    status: str

    @property
    def default_dimension(self) -> int | None:
        """The dimension the service takes where none is given; None where it has none."""
        stated: int | None = self.schema["properties"]["dimension"].get("default")
        return stated


@dataclass(frozen=True, slots=True)
class EmbeddingProvider:
    """One embedding provider: its key in the Data API, its schema and what the schema says."""

    key: str
    schema: JsonSchema
    models: Mapping[str, Model]

    @property
    def title(self) -> str:
        """The provider's name for people."""
        return str(self.schema["title"])

    @property
    def authentication(self) -> tuple[str, ...]:
        """The kinds a service of this provider may use: NONE, HEADER, SHARED_SECRET."""
        return tuple(self.schema["x-authentication"])

    @property
    def default_model(self) -> str | None:
        """The model that the service fills in where none is named; None where one must be."""
        stated: str | None = self.schema["properties"]["service"]["properties"]["modelName"].get("default")
        return stated

    @property
    def parameters(self) -> Mapping[str, JsonSchema]:
        """The parameters of all of its models by name."""
        found: dict[str, JsonSchema] = {}
        for model in self.models.values():
            stated = model.schema["properties"]["service"]["properties"]["parameters"]
            found |= self.schema["$defs"]["parameters"]["properties"] if "$ref" in stated else stated["properties"]
        return found


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def schema(name: str) -> JsonSchema:
    """The schema of that name: its path in schemas/ with colons and without the ending, such as `resources:collection`."""
    return documents()[name]


@cache
def documents() -> Mapping[str, JsonSchema]:
    """Every schema file by its name.

    The files refer to each other by relative paths, as editors need it. Here each has its own address as `$id`, and every `$ref`
    is a whole address, so that it means the same wherever it is met.
    """
    return {
        re.sub(r"(\.schema)?\.json$", "", path.relative_to(SCHEMAS).as_posix()).replace("/", ":"): {
            # Without the dialect: jsonschema would judge what a reference leads to by the dialect's rules and not by ours.
            **{key: value for key, value in _addressed(_read(path), path.as_uri()).items() if key != "$schema"},
            "$id": path.as_uri(),
        }
        for path in sorted(SCHEMAS.rglob("*.json"))
    }


def _addressed(stated: Any, base: str) -> Any:
    """A part of a schema with every `$ref` as seen from that address."""
    if isinstance(stated, dict):
        return {
            key: urljoin(base, value) if key == "$ref" and isinstance(value, str) else _addressed(value, base)
            for key, value in stated.items()
        }
    return [_addressed(value, base) for value in stated] if isinstance(stated, list) else stated


@cache
def referred(address: str) -> JsonSchema:
    """What a `$ref` of one of the schemas leads to."""
    found: JsonSchema = registry().resolver().lookup(address).contents
    return found


@cache
def registry() -> "Registry[Any]":
    """All schemas for the resolution of `$ref`; nothing is ever fetched."""
    resources = ((document["$id"], DRAFT202012.create_resource(document)) for document in documents().values())
    return Registry().with_resources(resources)


@cache
def embedding_providers() -> Mapping[str, EmbeddingProvider]:
    """All embedding providers that have a schema, by the key the Data API uses, in alphabetical order."""
    prefix = "embedding-providers:"
    return {
        key.removeprefix(prefix): _provider(key.removeprefix(prefix), document)
        for key, document in sorted(documents().items())
        if key.startswith(prefix)
    }


def _provider(key: str, document: JsonSchema) -> EmbeddingProvider:
    models = {}
    for branch in document["oneOf"]:
        name = branch["properties"]["service"]["properties"]["modelName"]["const"]
        models[name] = Model(name, branch, branch["x-status"])
    return EmbeddingProvider(key, document, models)
