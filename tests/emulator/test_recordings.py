"""The emulator is held against exchanges recorded from the real Data API. What differs is listed, with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.data_api.commands import COLLECTION, IMPLEMENTED, KEYSPACE, SELF_HOSTED_ROOT
from tests.emulator.replay import exchanges, load, recorded, replay

Answers = dict[str, tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """By exchange: what was recorded, and what the emulator answers."""
    store: Path = tmp_path_factory.mktemp("recorded") / "emulator.sqlite"
    return {exchange["name"]: (recorded(exchange), answer) for exchange, answer in replay(store)}


def test_the_emulator_answers_as_recorded(answers: Answers) -> None:
    agreeing = {name for name, (expected, answer) in answers.items() if expected == answer}
    differing = {name: answer for name, (_, answer) in answers.items() if name not in agreeing}
    print(f"{len(agreeing)} of {len(answers)} recorded exchanges agree; {len(load('differences.json'))} listed differences")
    assert differing == {item["exchange"]: item["emulator"] for item in load("differences.json")}
    assert (len(agreeing), len(answers)) == (573, 576)


def test_every_recorded_command_is_implemented(answers: Answers) -> None:
    assert [name for name, (_, answer) in answers.items() if answer["status"] == 501] == []


def test_every_command_that_is_not_implemented_is_listed_with_its_reason() -> None:
    lacking = {command: item["because"] for item in load("not-implemented.json") for command in item["commands"]}
    assert set(lacking) == {*SELF_HOSTED_ROOT, *KEYSPACE, *COLLECTION} - set(IMPLEMENTED)
    assert all(lacking.values())


def test_columns_come_in_the_recorded_order(answers: Answers) -> None:
    """JSON objects are equal in any order; a table's columns are read by people."""

    def orders(answer: dict[str, Any]) -> list[list[str]]:
        tables = answer.get("returned", {}).get("status", {}).get("tables", [])
        return [list(table["definition"]["columns"]) for table in tables if isinstance(table, dict)]

    found = {name: orders(answer) for name, (_, answer) in answers.items() if orders(answer)}
    assert found == {name: orders(expected) for name, (expected, _) in answers.items() if orders(expected)}
    assert len(found) == 27


def test_every_difference_has_its_reason() -> None:
    assert [item for item in load("differences.json") if not item["because"]] == []


def test_every_moment_of_the_recorded_server_belongs_to_an_exchange() -> None:
    moments = [moment["exchange"] for moment in load("server.json")["before"]]
    names = [exchange["name"] for exchange in exchanges()]
    assert moments == sorted(moments, key=names.index), "every moment names an exchange, in recorded order"


def test_the_recordings_keep_facts_and_no_texts() -> None:
    kept = {name for exchange in exchanges() for error in exchange.get("errors", []) for name in error}
    assert kept == {"errorCode", "family", "scope", "documentIds"}
    assert "help" not in json.dumps(exchanges())
