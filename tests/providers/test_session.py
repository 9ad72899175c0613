"""What the host knows of its stack, and where the token comes from."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from astra.errors import AstraError, DataLoss, Invalid, Unauthorized
from providers.session import Session, configured, open_session

TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"
OTHER = "AstraCS:another:0123456789abcdef0123456789abcdef"


def settings(kind: str = "astra", **config: str) -> str:
    return json.dumps({"target": kind, "config": config, "allowDataLoss": ["a.b"]})


@pytest.fixture(autouse=True)
def nothing_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ASTRA_DB_APPLICATION_TOKEN", "VECTORIZE_ALLOW_DATA_LOSS"):
        monkeypatch.delenv(name, raising=False)
    # `configure` sets it; given back afterwards.
    monkeypatch.setattr(sys, "tracebacklimit", None, raising=False)


def test_the_token_of_the_environment_comes_before_the_stack_s(monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"vectorize:settings": settings(), "vectorize:token": OTHER}
    assert configured(config).target.token == OTHER
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", TOKEN)
    assert configured(config).target.token == TOKEN


def test_without_any_token_the_sentence_says_where_to_put_one() -> None:
    with pytest.raises(Unauthorized) as raised:
        configured({"vectorize:settings": settings()})
    assert str(raised.value) == (
        "no token for https://api.astra.datastax.com: set ASTRA_DB_APPLICATION_TOKEN to an application token of Astra, or keep "
        "one as a secret of the stack: pulumi config set --secret vectorize:token (it asks for the value)."
    )


def test_a_transport_in_process_needs_no_token_and_gets_none(tmp_path: Path) -> None:
    place = settings("emulator", transport="emulator.transport:open_store", store=str(tmp_path / "world.sqlite"))
    assert configured({"vectorize:settings": place, "vectorize:token": TOKEN}).target.token == ""


def test_without_the_explicit_provider_the_sentence_names_it() -> None:
    with pytest.raises(
        AstraError, match=r"^this resource has no explicit provider: declare AstraProvider\(\.\.\.\) and pass it as "
    ):
        configured({})


def test_all_resources_of_a_stack_share_one_session() -> None:
    assert open_session(settings(), TOKEN) is open_session(settings(), TOKEN)
    assert open_session(settings(), TOKEN) is not open_session(settings(), OTHER)


def test_a_session_never_shows_the_token() -> None:
    session = open_session(settings(), TOKEN)
    assert TOKEN not in repr(session) + str(session)


@pytest.mark.parametrize(("address", "allowed"), [("a.b", True), ("a.b.c", False), ("a", False), ("*", False)])
def test_a_permission_holds_for_its_address_alone(address: str, allowed: bool) -> None:
    session = open_session(settings(), TOKEN)
    asked: list[Any] = []

    def filled() -> list[str]:
        asked.append(address)
        return ["x", "y"]

    if allowed:
        session.require_permission(address, filled)
        assert asked == []
    else:
        with pytest.raises(DataLoss, match=r"holds documents \(x, y\)"):
            session.require_permission(address, filled)


def test_what_is_empty_needs_no_permission(session: Session) -> None:
    session.require_permission("a", list)


CONFIG = {"vectorize:settings": settings(), "vectorize:token": TOKEN}


@pytest.mark.parametrize(
    ("variable", "allowed"),
    [
        ("", {"a.b"}),
        (" , ", {"a.b"}),
        ("c.d.e", {"a.b", "c.d.e"}),
        (" c.d.e ,f,, a.b", {"a.b", "c.d.e", "f"}),
    ],
)
def test_what_may_be_lost_in_this_run_is_added_to_what_the_environment_allows(
    variable: str, allowed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert configured(CONFIG).allow_data_loss == {"a.b"}
    monkeypatch.setenv("VECTORIZE_ALLOW_DATA_LOSS", variable)
    assert configured(CONFIG).allow_data_loss == allowed


@pytest.mark.parametrize("variable", ["*", "a.b,*", "a.*"])
def test_one_run_is_not_allowed_to_lose_everything(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECTORIZE_ALLOW_DATA_LOSS", variable)
    with pytest.raises(Invalid) as raised:
        configured(CONFIG)
    assert str(raised.value) == (
        "VECTORIZE_ALLOW_DATA_LOSS allows what is named and nothing else, and * is not accepted there: write the dotted names of "
        "what may be lost, with commas between them, such as knowledge.docs.articles,knowledge.docs.chunks."
    )
