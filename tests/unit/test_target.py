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


@pytest.mark.parametrize("kind", [kind for kind, (_, data_api) in ADDRESSES.items() if data_api])
def test_an_address_of_a_database_names_it_and_its_region(kind: str) -> None:
    identity = "0a1b2c3d-0000-4000-8000-000000000001"
    endpoint = target(kind, {}, "").api_endpoint(identity, "us-east-2")
    assert f"{identity}-us-east-2" in endpoint
    assert target(kind, {}, "").place(endpoint) == (identity, "us-east-2")
    assert target(kind, {}, "").database_id(endpoint) == identity


@pytest.mark.parametrize("kind", ADDRESSES)
def test_another_address_names_none(kind: str) -> None:
    assert target(kind, {}, "").place("https://data.example.com") is None
    assert target(kind, {}, "").database_id("https://data.example.com") == ""


def test_a_self_hosted_data_api_has_another_path_and_no_devops_api() -> None:
    found = target("data-api", {}, "Cassandra:Y2Fzc2FuZHJh:Y2Fzc2FuZHJh")
    assert (found.self_hosted, found.data_api_path, found.devops_url) == (True, "/v1", "")
    assert target("astra", {}, "t").data_api_path == "/api/json/v1"
