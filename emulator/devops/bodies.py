"""The JSON the DevOps API returns: a database, its datacenters, a region. Pure functions.

The fields are those of a recorded answer; what depends on the moment or needs a signature (metrics, cost, secure
bundles, ...) is left out.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from emulator.devops.models import Database, Datacenter

NEVER: Final = "0001-01-01T00:00:00Z"
"""The service's way to say that something has not happened."""

ACTIONS: Final = {"ACTIVE": ["addKeyspace", "removeKeyspace", "addDatacenters", "terminate"]}
"""`availableActions` by status (unverified; the words are those of the published document)."""

STANDING: Final = ("ACTIVE", "TERMINATING")
"""Which datacenters a database lists: as with keyspaces, a new one once it is there, one that goes until it is gone
(unverified)."""

DATA_ENDPOINT: Final = "https://{id}-{region}.apps.astra.datastax.com/api/rest"


@cache
def regions() -> tuple[dict[str, Any], ...]:
    """The serverless regions this emulator knows, in the form of the service's listing (`regions.json`)."""
    data = json.loads((Path(__file__).parent / "regions.json").read_text(encoding="utf-8"))
    return tuple(
        {
            "cloudProvider": cloud,
            "name": name,
            "displayName": display_name,
            "zone": zone,
            "classification": classification,
            "enabled": True,
            "reservedForQualifiedUsers": False,
            "region_type": "vector",
        }
        for cloud, name, display_name, zone, classification in data["regions"]
    )


def region(cloud: str, name: str) -> dict[str, Any] | None:
    """One of the regions."""
    return next((item for item in regions() if (item["cloudProvider"], item["name"]) == (cloud, name)), None)


def datacenters(
    database: Database, places: Iterable[Datacenter], now: float, shown: Container[str] = STANDING
) -> list[dict[str, Any]]:
    """A database's datacenters of these statuses, the newest first.

    At the service their order is not that of creation; whoever leans on it is to stumble here.
    """
    return [_datacenter(database, place, now) for place in reversed([*places]) if place.status(now) in shown]


def _datacenter(database: Database, place: Datacenter, now: float) -> dict[str, Any]:
    where = region(database.cloud_provider, place.region) or {"zone": "", "classification": ""}
    return {
        "id": place.id,
        "name": f"dc-{place.number}",
        "tier": database.tier,
        "status": place.status(now),
        "dateCreated": time_text(place.created),
        "cloudProvider": database.cloud_provider,
        "region": place.region,
        "regionZone": where["zone"],
        "regionClassification": where["classification"],
        "capacityUnits": database.capacity_units,
    }


def database(
    record: Database, keyspaces: list[str], places: Iterable[Datacenter], organization: str, now: float
) -> dict[str, Any]:
    """The answer about one database. `dbType` is absent for one that was not made for vectors.

    The status of a datacenter is empty in it, as recorded; in the listing of datacenters it is what the published
    document says (unverified).
    """
    status = record.status(now)
    terminated = record.terminated()
    info = {
        "name": record.name,
        "keyspace": record.keyspace,
        "keyspaces": keyspaces,
        "additionalKeyspaces": [name for name in keyspaces if name != record.keyspace],
        "datacenters": [place | {"status": ""} for place in datacenters(record, places, now)],
        "cloudProvider": record.cloud_provider,
        "tier": record.tier,
        "capacityUnits": record.capacity_units,
        "region": record.region,
    }
    return {
        "id": record.id,
        "orgId": organization,
        "ownerId": organization,
        "info": info if record.db_type is None else info | {"dbType": record.db_type},
        "creationTime": time_text(record.created),
        "terminationTime": NEVER if terminated is None or terminated > now else time_text(terminated),
        "lastUsageTime": time_text(record.created),
        "status": status,
        "observedStatus": status,
        "availableActions": ACTIONS.get(status, []),
        "dataEndpointUrl": DATA_ENDPOINT.format(id=record.id, region=record.region),
    }


def time_text(seconds: float) -> str:
    """A time as both the service and its document write it, in UTC. `seconds` are since the epoch."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
