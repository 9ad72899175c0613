"""The rules of the databases of an environment that cross their form: each stands once, where its target can have it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from astra.errors import Problem
from astra.validation import mapping
from astra.wording import named

# Astra and the emulator put a database's id into the address of its Data API.
_ID_IN_ADDRESS = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-")


def problems(databases: Mapping[str, Any], target: Any) -> Iterator[Problem]:
    """Everything wrong with the databases themselves; paths begin at their logical names.

    Args:
        databases: their settings by logical name.
        target: kind of the target.
    """
    first: dict[tuple[str, ...], str] = {}
    for name, stated in databases.items():
        settings = mapping(stated)
        if target == "data-api" and "apiEndpoint" not in settings:
            sentence = "a self-hosted Data API has no DevOps API: give its address as apiEndpoint, and nothing else"
            yield Problem((name,), sentence, "target")
        identity = _identity(settings)
        if identity and first.setdefault(identity, name) != name:
            yield Problem((name,), _twin(settings, named(first[identity])), "reference")
        yield from (problem.below(name) for problem in _region_problems(settings))


def _identity(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a database from all others; empty where it is not said."""
    if "id" in settings:
        return (str(settings["id"]).casefold(),)
    if "apiEndpoint" in settings:
        address = str(settings["apiEndpoint"]).casefold()
        found = _ID_IN_ADDRESS.search(address)
        return (found[1] if found else address,)
    triple = tuple(str(settings.get(key)) for key in ("name", "cloudProvider", "region"))
    return () if "None" in triple else triple


def _twin(settings: Mapping[str, Any], other: str) -> str:
    if "id" in settings or "apiEndpoint" in settings:
        return f"is the same database as {other}; declare it once"
    return f"has the name, cloud and region of {other}, and could not be told from it; give it another name"


def _region_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    regions = settings.get("additionalRegions")
    for index, region in enumerate(regions if isinstance(regions, list) else ()):
        if region == settings.get("region"):
            sentence = "is the database's first region already; only further ones stand here"
            yield Problem(("additionalRegions", index), sentence, "reference")
