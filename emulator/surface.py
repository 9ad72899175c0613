"""Which paths and commands there are, implemented or not."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from emulator.data_api.commands import COLLECTION, KEYSPACE, SELF_HOSTED_ROOT
from emulator.world import SELF_HOSTED

DEVOPS = re.compile(r"/v[23](/.*)?", re.DOTALL)
"""The DevOps API: a few of its operations have version 3."""

CONTROL = re.compile(r"/emulator(/.*)?", re.DOTALL)
"""The emulator's own: Astra has nothing there."""

_PLACE = r"(?:/(?P<keyspace>[^/]+))?(?:/(?P<collection>[^/]+))?/?"

SELF_HOSTED_FACE = re.compile("/v1" + _PLACE)

DATABASE = re.compile(r"/databases/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<region>[^/]+)/api/json/v1" + _PLACE)
"""One database's Data API; at the service, id and region stand in the host's name."""

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

COMMANDS: Final = tuple(sorted({*SELF_HOSTED_ROOT, *KEYSPACE, *COLLECTION}))
"""Every command of the Data API."""


class DataApiPlace(NamedTuple):
    """Where a request to a Data API goes: the database's id or `SELF_HOSTED`, its region, keyspace and collection, or ""."""

    database: str
    region: str
    keyspace: str
    collection: str

    @property
    def path(self) -> list[str]:
        """Keyspace and collection, as far as the path names them."""
        return [part for part in (self.keyspace, self.collection) if part]


def data_api_place(path: str) -> DataApiPlace | None:
    """Where a path leads; None when it leads to no Data API."""
    if match := SELF_HOSTED_FACE.fullmatch(path):
        return DataApiPlace(SELF_HOSTED, "", match["keyspace"] or "", match["collection"] or "")
    if match := DATABASE.fullmatch(path):
        return DataApiPlace(match["id"], match["region"], match["keyspace"] or "", match["collection"] or "")
    return None


@cache
def published() -> tuple[str, ...]:
    """Every operation of the DevOps API's published document, as `METHOD /path/{with}/{names}`."""
    data = json.loads((Path(__file__).parent / "devops" / "operations.json").read_text(encoding="utf-8"))
    return tuple(data["operations"])


DATA_API_ROUTES: Final = tuple(
    f"POST {base}{below}"
    for base in ("/databases/{database}/api/json/v1", "/v1")
    for below in ("", "/{keyspace}", "/{keyspace}/{collection}")
)
"""Every route of a Data API, in the same form as those of `published`; `{database}` is a database's id and region."""


@cache
def routes() -> tuple[str, ...]:
    """Every route of both APIs."""
    return (*published(), *DATA_API_ROUTES)
