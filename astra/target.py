"""Which service is talked to, and as whom. Plain values: nothing is read or opened here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["astra", "data-api", "emulator"]

# Where each kind of target is found unless the stack's config says otherwise. {id} and {region} are the
# database's. Astra's addresses: DevOps API reference and the Data API's documentation. The emulator's
# are what `vectorize emulator serve` listens on by default, so both faces print the same endpoints. A self-hosted
# Data API has no DevOps API, and its environment names the address of each database itself.
ADDRESSES: Mapping[str, tuple[str, str]] = {
    "astra": ("https://api.astra.datastax.com", "https://{id}-{region}.apps.astra.datastax.com"),
    "data-api": ("", ""),
    "emulator": ("http://127.0.0.1:8181", "http://127.0.0.1:8181/databases/{id}-{region}"),
}
# The path of the Data API under a database's address. Sources: Astra's documentation of the Data API; the open-source
# Data API's for a self-hosted one.
_DATA_API_PATH, _SELF_HOSTED_PATH = "/api/json/v1", "/v1"


class Place(NamedTuple):
    """A database and one of its regions, as an address of its Data API names them."""

    database_id: str
    region: str


@dataclass(frozen=True, slots=True)
class Target:
    """The service of one stack.

    Attributes:
        kind: astra, data-api (self-hosted) or emulator.
        devops_url: address of the DevOps API, without `/v2`; "" where there is none.
        data_api_url: address of a database's Data API with {id} and {region} in it, without the API's path; "" where each
            database has an address of its own.
        token: application token, `AstraCS:...` or for a self-hosted Data API `Cassandra:...`; "" where the transport brings
            its own.
        transport: dotted name `module:function` of what opens an httpx transport; "" for the network.
        store: the one argument that function gets.
    """

    kind: str
    devops_url: str
    data_api_url: str
    token: str = field(default="", repr=False)
    transport: str = ""
    store: str = ""

    @property
    def self_hosted(self) -> bool:
        """Whether it is a Data API without a DevOps API beside it."""
        return self.kind == "data-api"

    @property
    def data_api_path(self) -> str:
        """What stands between a database's address and its keyspaces."""
        return _SELF_HOSTED_PATH if self.self_hosted else _DATA_API_PATH

    def api_endpoint(self, database_id: str, region: str) -> str:
        """Address of that database's Data API in that region."""
        return self.data_api_url.format(id=database_id, region=region)

    def place(self, api_endpoint: str) -> Place | None:
        """The database whose Data API has that address, and the region; None where it is not made like this target's."""
        if not self.data_api_url:
            return None
        form = re.escape(self.data_api_url).replace(r"\{id\}", "(?P<id>.{36})").replace(r"\{region\}", "(?P<region>[^./]+)")
        found = re.fullmatch(form, api_endpoint)
        return Place(found["id"], found["region"]) if found else None

    def serves(self, api_endpoint: str) -> bool:
        """Whether an address is one of this target's, which may have its token. Where a self-hosted one is, nobody knows."""
        return self.self_hosted or self.place(api_endpoint) is not None

    def database_id(self, api_endpoint: str) -> str:
        """Id of the database whose Data API has that address; "" where the address is not made like this target's."""
        found = self.place(api_endpoint)
        return found.database_id if found else ""


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
