"""What the reports say of the tool itself, and of the rules it checks by."""

from collections.abc import Mapping
from importlib import metadata
from typing import Any

from astra import catalog

NAME = "astra-vectorize"
# What the rules are about; a copy of the template has a home of its own, which nobody here knows.
INFORMATION = "https://docs.datastax.com/en/astra-db-serverless/"


def version() -> str:
    """The installed version of this project, such as 0.1.0."""
    return metadata.version(NAME)


def rules(schema: str) -> Mapping[str, Mapping[str, Any]]:
    """Each rule's title and description by its id, in the order of the schema of that name."""
    found: Mapping[str, Mapping[str, Any]] = catalog.schema(schema)["$defs"]
    return found
