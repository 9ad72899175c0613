"""Which service is talked to, and as whom. Plain values: nothing is read or opened here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Where each kind of target is found unless the stack's config says otherwise. {id} and {region} are the
# database's. Astra's addresses: DevOps API reference and the Data API's documentation. The emulator's
# are what `vectorize emulator serve` listens on by default, so both faces print the same endpoints.
ADDRESSES: Mapping[str, tuple[str, str]] = {
    "astra": ("https://api.astra.datastax.com", "https://{id}-{region}.apps.astra.datastax.com"),
    "emulator": ("http://127.0.0.1:8181", "http://127.0.0.1:8181/databases/{id}-{region}"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """The service of one stack.

    Attributes:
        kind: astra or emulator.
        devops_url: address of the DevOps API, without `/v2`.
        data_api_url: address of a database's Data API with {id} and {region} in it, without `/api/json/v1`.
        token: Astra application token, `AstraCS:...`; "" where the transport brings its own.
        transport: dotted name `module:function` of what opens an httpx transport; "" for the network.
        store: the one argument that function gets.
    """

    kind: str
    devops_url: str
    data_api_url: str
    token: str = field(default="", repr=False)
    transport: str = ""
    store: str = ""

    def api_endpoint(self, database_id: str, region: str) -> str:
        """Address of that database's Data API in that region."""
        return self.data_api_url.format(id=database_id, region=region)

    def database_id(self, api_endpoint: str) -> str:
        """Id of the database whose Data API has that address; "" where the address is not made like this target's."""
        pattern = re.escape(self.data_api_url).replace(r"\{id\}", "(?P<id>.{36})").replace(r"\{region\}", "[^./]+")
        found = re.fullmatch(pattern, api_endpoint)
        return found["id"] if found else ""


def target(kind: str, config: Mapping[str, Any], token: str) -> Target:
    """The target of that kind with what the stack's config overrides.

    Args:
        kind: a key of ADDRESSES.
        config: may hold devopsUrl, dataApiUrl, transport, store.
        token: from the environment or the stack's secret config; not used with a transport in process,
            so that a real token never reaches an emulator.
    """
    devops_url, data_api_url = ADDRESSES[kind]
    transport = config.get("transport") or ""
    return Target(
        kind=kind,
        devops_url=(config.get("devopsUrl") or devops_url).rstrip("/"),
        data_api_url=(config.get("dataApiUrl") or data_api_url).rstrip("/"),
        token="" if transport else token,
        transport=transport,
        store=config.get("store") or "",
    )
