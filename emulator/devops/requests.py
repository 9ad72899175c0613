"""What the DevOps API accepts: pure checks of bodies, parameters and names. The limits are the published document's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emulator.devops.bodies import region
from emulator.devops.errors import DevOpsError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from emulator.devops.models import Database

CLOUD_PROVIDERS: Final = ("AWS", "GCP", "AZURE")
TIER: Final = "serverless"
CAPACITY_UNITS: Final = 1
DB_TYPES: Final = (None, "vector")

DATABASE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9&+\-_()<>., @]{0,48}[A-Za-z0-9])?")
"""Documented: 1 to 50 characters, a letter or digit at both ends. (A space inside is unverified.)"""

KEYSPACE_NAME = re.compile(r"(?!(?:dse|system)\Z)[A-Za-z0-9][A-Za-z0-9_]{0,47}")
"""Documented: 1 to 48 letters, digits and underscores, a letter or digit first, and neither `dse` nor `system`."""

PAGE_DEFAULT: Final = 25
PAGE_MAXIMUM: Final = 100
INCLUDES: Final = (
    *("nonterminated", "all", "active", "pending", "preparing", "prepared", "initializing", "parked", "parking", "unparking"),
    *("terminating", "terminated", "resizing", "error", "maintenance", "suspended", "suspending"),
)
PROVIDER_FILTERS: Final = ("ALL", *CLOUD_PROVIDERS)
REQUIRED: Final = ("name", "cloudProvider", "tier", "capacityUnits", "region")


def definition(body: object, allowed: Container[str] | None) -> Mapping[str, Any]:
    """The body of a creation, when it is acceptable; `allowed` are the organisation's regions, None for all.

    Raises:
        DevOpsError: 400 for a body that breaks the published schema, 422 for a region the cloud does not have and for a
            bad keyspace name (unverified which of the two the service says).

    """
    if not isinstance(body, dict):
        raise DevOpsError("not_json")
    for field in REQUIRED:
        if body.get(field) in (None, ""):
            raise DevOpsError("field_missing", field=field)
    expected = {
        "name": (
            isinstance(body["name"], str) and DATABASE_NAME.fullmatch(body["name"]),
            "a name of at most 50 characters",
        ),
        "cloudProvider": (body["cloudProvider"] in CLOUD_PROVIDERS, f"one of {', '.join(CLOUD_PROVIDERS)}"),
        "tier": (body["tier"] == TIER, TIER),
        "capacityUnits": (type(body["capacityUnits"]) is int and body["capacityUnits"] == CAPACITY_UNITS, str(CAPACITY_UNITS)),
        "region": (isinstance(body["region"], str), "a string"),
        "dbType": (body.get("dbType") in DB_TYPES, "vector, or absent"),
        "keyspace": (isinstance(body.get("keyspace", ""), str), "a string"),
    }
    for field, (right, wanted) in expected.items():
        if not right:
            raise DevOpsError("field_invalid", field=field, expected=wanted)
    if not usable(body["cloudProvider"], body["region"], allowed):
        raise DevOpsError("region_unknown", cloud=body["cloudProvider"], region=body["region"])
    if body.get("keyspace"):
        keyspace_name(body["keyspace"])
    return body


def datacenter_regions(body: object, database: Database, taken: Iterable[str], allowed: Container[str] | None) -> list[str]:
    """The regions of the datacenters to add, when all are acceptable; everything refused here is unverified.

    Args:
        body: what was sent.
        database: where to add them.
        taken: the regions it is in.
        allowed: the organisation's regions, as "AWS/us-east-2"; None for all.

    Raises:
        DevOpsError: 400, the only fitting answer that the published document has.

    """
    if not isinstance(body, list) or not body or not all(isinstance(item, dict) for item in body):
        raise DevOpsError("not_array")
    regions = [*taken]
    for item in body:
        if item.get("tier") != TIER:
            raise DevOpsError("field_invalid", field="tier", expected=TIER)
        if item.get("cloudProvider") != database.cloud_provider:
            raise DevOpsError("datacenter_cloud", database=database.id, cloud=database.cloud_provider)
        name = item.get("region")
        if not isinstance(name, str) or not usable(database.cloud_provider, name, allowed):
            raise DevOpsError("datacenter_region", cloud=database.cloud_provider, region=str(name))
        if name in regions:
            raise DevOpsError("datacenter_exists", database=database.id, region=name)
        regions.append(name)
    return regions[-len(body) :]


def usable(cloud: str, name: str, allowed: Container[str] | None) -> bool:
    """Whether there is such a region, and the organisation may use it."""
    return region(cloud, name) is not None and (allowed is None or f"{cloud}/{name}" in allowed)


def keyspace_name(name: str) -> str:
    """The name, when a keyspace may have it.

    Raises:
        DevOpsError: 422.

    """
    if not KEYSPACE_NAME.fullmatch(name):
        raise DevOpsError("keyspace_name")
    return name


def status_filter(text: str | None) -> str:
    """Which databases a listing shows: nonterminated unless told, all, or those of one status.

    Raises:
        DevOpsError: 400.

    """
    return _choice("include", "nonterminated" if text is None else text, INCLUDES)


def _choice(parameter: str, stated: str, known: Sequence[str]) -> str:
    if stated not in known:
        raise DevOpsError("parameter_invalid", parameter=parameter, expected=f"one of {', '.join(known)}")
    return stated


def included(include: str, status: str) -> bool:
    """Whether a listing shows a database of that status."""
    if include == "nonterminated":
        return status != "TERMINATED"
    return include in ("all", status.lower())


def page_limit(text: str | None) -> int:
    """How many databases one page holds: 25 unless told, 1 to 100.

    Raises:
        DevOpsError: 400.

    """
    if text is None:
        return PAGE_DEFAULT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= PAGE_MAXIMUM:
        raise DevOpsError("parameter_invalid", parameter="limit", expected=f"a whole number from 1 to {PAGE_MAXIMUM}")
    return int(text)


def flag(name: str, text: str | None) -> bool:
    """A parameter that is true or false; false unless told.

    Raises:
        DevOpsError: 400.

    """
    if text not in (None, "true", "false"):
        raise DevOpsError("parameter_invalid", parameter=name, expected="true or false")
    return text == "true"


def provider_filter(text: str | None) -> str:
    """ALL unless told.

    Raises:
        DevOpsError: 400.

    """
    return _choice("provider", "ALL" if text is None else text, PROVIDER_FILTERS)
