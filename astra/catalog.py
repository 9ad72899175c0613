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

from astra.errors import Invalid, Problem
from astra.finding import found, position_after

JsonSchema: TypeAlias = Mapping[str, Any]

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
_PROVIDERS, _ENDING = SCHEMAS / "embedding-providers", ".schema.json"
# Where every provider and model is named for editors.
SERVICE_FILE = SCHEMAS / "service.schema.json"


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
    def parameters(self) -> JsonSchema | None:
        """The schema of this model's own parameters, those of its provider among them; None where it has the provider's alone."""
        stated: JsonSchema = self.schema["properties"]["service"]["properties"]["parameters"]
        return None if "$ref" in stated else stated

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
    def batch_size(self) -> int:
        """How many texts the service sends to the provider in one request."""
        return int(self.schema["x-batchSize"]["value"])

    @property
    def regions(self) -> tuple[tuple[str, str], ...]:
        """Cloud provider and region of each place that it is restricted to; empty where no restriction is known."""
        return tuple((one["cloudProvider"], one["region"]) for one in self.schema.get("x-regions", {}).get("regions", ()))

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The sources of what was filled in, or told by another service than Astra's: it waits for a person to look it up."""
        return tuple(name for name, source in self.schema["x-sources"].items() if source["certainty"] == "unconfirmed")

    @property
    def guessed(self) -> bool:
        """Whether something in its file is not confirmed."""
        return bool(self.unconfirmed)

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
            found |= (model.parameters or self.schema["$defs"]["parameters"])["properties"]
        return found


_FACTS: Mapping[type, list[str]] = {
    kind: [name for name, stated in vars(kind).items() if isinstance(stated, property)] for kind in (EmbeddingProvider, Model)
}


def provider_file(key: str) -> Path:
    """The file of an embedding provider, whether it is there or not."""
    return _PROVIDERS / f"{key}{_ENDING}"


def provider_files() -> list[Path]:
    """The files of all embedding providers, in alphabetical order."""
    return [file for file in _files() if file.parent == _PROVIDERS]


def _files() -> list[Path]:
    """Every schema file; among the providers others may lie, and everywhere hidden ones, as editors and archives leave them."""
    every = (file for file in sorted(SCHEMAS.rglob("*.json")) if not file.name.startswith("."))
    return [file for file in every if file.parent != _PROVIDERS or file.name.endswith(_ENDING)]


def read(path: Path) -> Any:
    """A schema file as it is written, with its own references.

    Raises:
        Invalid: it cannot be read, or is no JSON.
    """
    name = path.relative_to(SCHEMAS.parent).as_posix() if path.is_relative_to(SCHEMAS.parent) else str(path)
    try:
        content = path.read_bytes()
        stated = json.loads(content)
    except json.JSONDecodeError as error:
        problem = Problem((), f"the file is no JSON: {error.msg}; correct it, or restore it from git", rule="syntax")
        raise Invalid(str(found(name, (error.lineno, error.colno), problem))) from None
    except UnicodeDecodeError as error:
        place = position_after(content[: error.start].decode(errors="replace"))
        raise Invalid(str(found(name, place, Problem((), "the text is not UTF-8", rule="syntax")))) from None
    except OSError as error:
        raise Invalid(f"{name}: cannot be read: {error.strerror}") from None
    if not isinstance(stated, dict):
        raise Invalid(str(found(name, (1, 1), Problem((), "the file is no JSON object", rule="syntax"))))
    return stated


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
            **{key: value for key, value in _addressed(read(path), path.as_uri()).items() if key != "$schema"},
            "$id": path.as_uri(),
        }
        for path in _files()
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
    """All embedding providers that have a schema, by the key the Data API uses, in alphabetical order.

    Raises:
        Invalid: a file cannot be read, or does not say what an embedding provider is.
    """
    prefix = "embedding-providers:"
    return {
        key.removeprefix(prefix): _whole(key.removeprefix(prefix), document)
        for key, document in sorted(documents().items())
        if key.startswith(prefix)
    }


def _whole(key: str, document: JsonSchema) -> EmbeddingProvider:
    """The provider, of which everything can be told that is ever asked of it.

    That is not all of its metaschema, which takes as long to check as everything else at the start of a command.
    """
    made: EmbeddingProvider | None = None
    try:
        made = embedding_provider(key, document)
        for one in (made, *made.models.values()):
            for fact in _FACTS[type(one)]:
                getattr(one, fact)
    except (AttributeError, KeyError, TypeError, ValueError):
        made = None
    if made is None or not made.models:
        name = provider_file(key).relative_to(SCHEMAS.parent).as_posix()
        form = "the file has not the form of schemas/embedding-provider.metaschema.json: correct it, or restore it from git"
        raise Invalid(str(found(name, (1, 1), Problem((), form, rule="syntax"))))
    return made


def embedding_provider(key: str, document: JsonSchema) -> EmbeddingProvider:
    """The embedding provider of that key that a document in the form of its file describes."""
    models = {}
    for branch in document["oneOf"]:
        name = branch["properties"]["service"]["properties"]["modelName"]["const"]
        models[name] = Model(name, branch, branch["x-status"])
    return EmbeddingProvider(key, document, models)
