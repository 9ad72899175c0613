"""Which service is talked to, and as whom."""

import pytest

from astra.target import ADDRESSES, Target, target


def test_astra_unless_config_says_otherwise() -> None:
    assert target("astra", {}, "t") == Target(
        "astra", "https://api.astra.datastax.com", "https://{id}-{region}.apps.astra.datastax.com", "t"
    )


def test_config_overrides_addresses() -> None:
    config = {"devopsUrl": "https://d.example.com/", "dataApiUrl": "https://{region}.example.com/{id}/"}
    found = target("astra", config, "t")
    assert (found.devops_url, found.api_endpoint("i", "r")) == ("https://d.example.com", "https://r.example.com/i")


def test_a_token_never_reaches_a_transport_in_process() -> None:
    assert target("emulator", {"transport": "emulator.transport:open_store", "store": "x"}, "t").token == ""


@pytest.mark.parametrize("kind", ADDRESSES)
def test_every_kind_has_endpoints_per_database_and_region(kind: str) -> None:
    endpoint = target(kind, {}, "").api_endpoint("0a1b", "us-east-2")
    assert "0a1b-us-east-2" in endpoint
    assert "{" not in endpoint
