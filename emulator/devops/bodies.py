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
    from emulator.devops.models import Database

NEVER: Final = "0001-01-01T00:00:00Z"
"""The service's way to say that something has not happened."""

ACTIONS: Final = {"ACTIVE": ["addKeyspace", "removeKeyspace", "addDatacenters", "terminate"]}
"""`availableActions` by status (unverified; the words are those of the published document)."""

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


def datacenters(database: Database) -> list[dict[str, Any]]:
    """A database's datacenters: the first region's only, as long as no others can be added."""
    place = region(database.cloud_provider, database.region) or {"zone": "", "classification": ""}
    return [
        {
            "id": f"{database.id}-1",
            "name": "dc-1",
            "tier": database.tier,
            "status": "",
            "dateCreated": _time(database.created),
            "cloudProvider": database.cloud_provider,
            "region": database.region,
            "regionZone": place["zone"],
            "regionClassification": place["classification"],
            "capacityUnits": database.capacity_units,
        }
    ]


def database(record: Database, keyspaces: list[str], organization: str, now: float) -> dict[str, Any]:
    """The answer about one database. `dbType` is absent for one that was not made for vectors."""
    status = record.status(now)
    terminated = record.terminated()
    info = {
        "name": record.name,
        "keyspace": record.keyspace,
        "keyspaces": keyspaces,
        "additionalKeyspaces": [name for name in keyspaces if name != record.keyspace],
        "datacenters": datacenters(record),
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
        "creationTime": _time(record.created),
        "terminationTime": NEVER if terminated is None or terminated > now else _time(terminated),
        "lastUsageTime": _time(record.created),
        "status": status,
        "observedStatus": status,
        "availableActions": ACTIONS.get(status, []),
        "dataEndpointUrl": DATA_ENDPOINT.format(id=record.id, region=record.region),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
