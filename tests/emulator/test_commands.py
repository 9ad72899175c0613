"""`vectorize emulator status|reset|database|fault|model|provider|setting|token`: what they do, and what they say."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from emulator import control
from emulator.command_line import emulator
from emulator.settings import SETTINGS
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import EmulatorTransport
from emulator.world import World

DEFINITION = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
READABLE = 80
"""Characters in a line of a terminal."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are given, with the store where they look for it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def world(folder: Path) -> World:
    opened = World(folder / ".vectorize" / "emulator.sqlite")
    opened.set("provisioning_seconds", 0)
    return opened


@pytest.fixture
def client(world: World) -> httpx.Client:
    return httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator")


@pytest.fixture
def database(client: httpx.Client) -> str:
    return client.post("/v2/databases", json=DEFINITION).headers["Location"]


def run(*arguments: str, typed: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(emulator, arguments, input=typed)
    return done.exit_code, done.output.strip()


def test_faults_are_added_listed_and_cleared(client: httpx.Client) -> None:
    limited = ("--status", "429", "--retry-after", "2", "--route", "POST /v2/databases", "--count", "3")
    assert run("fault", "add", *limited) == (
        0,
        "Added the fault 1: answer 429 with Retry-After 2: POST /v2/databases, 3 more times.",
    )
    assert run("fault", "add", "--hang-up", "half", "--command", "createCollection") == (
        0,
        "Added the fault 2: hang up half-way through: createCollection.",
    )
    assert run("fault", "add", "--delay", "0.5", "--probability", "0.1", "--seed", "7") == (
        0,
        "Added the fault 3: wait 0.5 s: every request, probability 0.1, seed 7.",
    )
    client.post("/v2/databases", json=DEFINITION)
    assert run("fault", "clear", "3") == (0, "Removed 1 fault.")
    assert run("fault", "list")[1].splitlines() == [
        "1: answer 429 with Retry-After 2: POST /v2/databases, 2 more times (happened 1 time)",
        "2: hang up half-way through: createCollection",
    ]
    assert run("fault", "clear") == (0, "Removed 2 faults.")
    assert run("fault", "list") == (0, "There is no fault.")


def test_a_database_is_hibernated_and_listed(client: httpx.Client, database: str) -> None:
    assert run("database", "set-status", "kb", "hibernated") == (0, "The database kb is HIBERNATED.")
    assert client.get(f"/v2/databases/{database}").json()["status"] == "HIBERNATED"
    assert run("database", "list") == (
        0,
        f"kb: HIBERNATED, AWS us-east-2, {database}\n  keyspaces: default_keyspace; 0 collections, 0 tables, 0 documents",
    )


def test_a_model_ages_and_a_provider_vanishes(database: str) -> None:
    assert database
    model = ("openai", "text-embedding-3-small")
    assert run("model", "set-status", *model, "DEPRECATED") == (
        0,
        "openai text-embedding-3-small is DEPRECATED for every database.",
    )
    assert run("model", "set-status", *model, "END_OF_LIFE", "--database", "kb") == (
        0,
        "openai text-embedding-3-small is END_OF_LIFE for kb.",
    )
    assert "openai text-embedding-3-small: DEPRECATED" in run("model", "list", "openai")[1].splitlines()
    assert "openai text-embedding-3-small: END_OF_LIFE" in run("model", "list", "--database", "kb")[1].splitlines()
    assert run("provider", "remove", "nvidia", "--database", "kb") == (0, "nvidia is gone for kb.")
    assert run("model", "list", "nvidia", "--database", "kb")[0] == 1
    assert run("provider", "restore", "nvidia", "--database", "kb") == (0, "nvidia is back for kb.")
    assert run("model", "list", "nvidia", "--database", "kb") == run("model", "list", "nvidia")


def test_a_setting_is_changed_and_restored(world: World) -> None:
    assert run("setting", "set", "provisioning_seconds", "30") == (0, "provisioning_seconds is 30.")
    assert world.get("provisioning_seconds") == 30
    assert run("setting", "set", "credential_service", "down") == (0, 'credential_service is "down".')
    assert run("setting", "set", "organization_regions", '["AWS/us-east-2"]') == (0, 'organization_regions is ["AWS/us-east-2"].')
    assert run("setting", "restore", "provisioning_seconds") == (0, "provisioning_seconds is 0.4 again.")


def test_every_setting_is_listed_with_its_meaning() -> None:
    run("setting", "set", "max_indexes", "5")
    code, said = run("setting", "list")
    lines = said.splitlines()
    assert code == 0
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == list(SETTINGS)
    assert "max_indexes: 5 (default: 100)" in lines
    assert max(map(len, lines)) <= READABLE
    for setting in SETTINGS.values():
        assert "".join(f"{setting.meaning}; {setting.form.words}".split()) in "".join(said.split())


def test_a_credential_can_be_lost_to_every_database() -> None:
    assert run("credentials", "add", "openai", "mine", "--no-database") == (
        0,
        "Stored the credential mine of openai, scoped to no database.",
    )
    assert run("credentials", "list") == (0, "openai mine: no database")
    assert run("credentials", "add", "openai", "mine", "--no-database", "--database", "kb")[1].endswith(
        "Error: Give either --database or --no-database."
    )


def test_a_token_may_do_what_is_stated_alone(client: httpx.Client) -> None:
    code, token = run("token", "add", "--permission", "org-db-view")
    headers = {"Authorization": f"Bearer {token}"}
    assert (code, client.get("/v2/databases", headers=headers).status_code) == (0, 200)
    assert client.post("/v2/databases", headers=headers).text == "null"
    nothing = {"Authorization": f"Bearer {run('token', 'add')[1]}"}
    assert client.get("/v2/databases", headers=nothing).text == "null"


def test_the_status_of_a_new_world(world: World) -> None:
    world.close()
    control.reset(world)
    empty = (
        "Databases",
        "Self-hosted Data API",
        "Credentials",
        "Faults",
        "Changed settings",
        "Changed models",
        "Changed providers",
    )
    assert run("status")[1].splitlines() == [
        f"Store: {world.path}",
        f"Tokens: 2; the public one is {DEFAULT_TOKEN}",
        *(f"{title}: none" for title in empty),
    ]


def test_the_status_of_a_world_that_was_changed(world: World, client: httpx.Client, database: str) -> None:
    client.post("/v1", json={"createKeyspace": {"name": "own"}})
    run("credentials", "add", "openai", "mine", "--database", "kb")
    run("fault", "add", "--status", "503")
    run("model", "set-status", "openai", "text-embedding-3-small", "REMOVED")
    run("provider", "remove", "nvidia", "--database", "kb")
    code, said = run("status")
    assert (code, said.splitlines()) == (
        0,
        [
            f"Store: {world.path}",
            f"Tokens: 2; the public one is {DEFAULT_TOKEN}",
            "Databases:",
            f"  kb: ACTIVE, AWS us-east-2, {database}",
            "    keyspaces: default_keyspace; 0 collections, 0 tables, 0 documents",
            "Self-hosted Data API:",
            "  keyspaces: own; 0 collections, 0 tables, 0 documents",
            "Credentials:",
            "  openai mine: kb",
            "Faults:",
            "  1: answer 503: every request",
            "Changed settings:",
            "  provisioning_seconds: 0",
            "Changed models:",
            "  openai text-embedding-3-small: REMOVED for every database",
            "Changed providers:",
            "  nvidia: removed for kb",
        ],
    )
    assert max(map(len, said.splitlines()[1:])) <= READABLE
    assert json.loads(run("status", "--format", "json")[1]) == control.status(world)


def test_reset_asks_a_person_and_refuses_where_nobody_can_be_asked(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("reset") == (1, "Error: This deletes everything in the world, and nobody can be asked: say --yes.")
    monkeypatch.setattr("emulator.status_command.somebody_can_be_asked", lambda: True)
    question = "Delete everything in .vectorize/emulator.sqlite, 1 database? [y/N]:"
    code, said = run("reset", typed="n\n")
    assert (code, said.splitlines()[0].strip()) == (1, f"{question} n")
    assert [one["id"] for one in world.databases()] == [database]
    code, said = run("reset", typed="y\n")
    assert (code, said.splitlines()[-1]) == (0, ".vectorize/emulator.sqlite is as new.")
    assert world.databases() == []


def test_reset_does_not_ask_who_said_yes(world: World, database: str) -> None:
    assert database
    assert run("reset", "--yes") == (0, ".vectorize/emulator.sqlite is as new.")
    assert world.databases() == []


@pytest.mark.parametrize("command", ["status", "reset"])
def test_what_looks_at_a_world_makes_none(folder: Path, command: str) -> None:
    assert run(command, "--store", "other.sqlite") == (
        1,
        "Error: There is no store other.sqlite. An update of the stack local makes it, and so does emulator serve.",
    )
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("fault add", "A fault needs something to do: a status, a delay or a hang-up."),
        ("fault add --status 500 --command find_one", "The Data API has no command find_one. Did you mean findOne"),
        ("fault clear 7", "There is no fault 7. There are: none."),
        ("database set-status other ERROR", "There is no database other. Databases: none."),
        ("database set-status kb SLEEPING", "A database has no status SLEEPING"),
        ("model set-status openai ada REMOVED", "openai has no model ada"),
        ("model list opena", "There is no embedding provider opena. Did you mean openai"),
        ("provider remove nvida", "There is no embedding provider nvida. Did you mean nvidia?"),
        ("setting set max_collection 3", "There is no setting max_collection. Did you mean max_collections?"),
        ("setting set max_collections many", "The setting max_collections must be a whole number, 0 or more."),
        ("setting set lexical 1", "The setting lexical must be true or false."),
        ("setting restore max", "There is no setting max"),
        ("token add --permission org-db-vew", "There is no permission org-db-vew. Did you mean org-db-view"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: str, sentence: str) -> None:
    code, said = run(*arguments.split())
    assert code == 1
    assert said.startswith(f"Error: {sentence}")
    assert said.count("\n") == 0


KEY = "sk-proj-0123456789abcdef"
TOKEN = "AstraCS:abcdefgh:0123456789abcdef"


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (f"model set-status openai {KEY} REMOVED", "a name"),
        (f"model set-status {KEY} ada REMOVED", "a name"),
        (f"model set-status openai text-embedding-3-small {KEY}", "a name"),
        (f"model list --database {KEY}", "a database"),
        (f"model list {KEY}", "a name"),
        (f"provider remove {KEY}", "a name"),
        (f"provider restore {KEY}", "a name"),
        (f"setting set {KEY} 1", "a name"),
        (f"setting set organization {KEY}", "the value"),
        (f"setting restore {KEY}", "a name"),
        (f"database set-status {TOKEN} ERROR", "a database"),
        (f"database set-status kb {TOKEN}", "a name"),
        (f"token add --permission {TOKEN}", "a name"),
        (f"fault add --status 500 --route {TOKEN}", "the route"),
        (f"fault add --status 500 --route 'POST {TOKEN}'", "the route"),
        (f"fault add --status 500 --command {KEY}", "the command"),
        (f"fault add --hang-up {KEY}", "the hang up"),
    ],
)
def test_a_pasted_key_is_neither_stored_nor_repeated(arguments: str, place: str) -> None:
    code, said = run(*shlex.split(arguments))
    assert code == 1
    assert said == (
        f"Error: What stands for {place} looks like a key or a token, and is stored nowhere. Give a name of your own instead: "
        "the emulator needs no key."
    )


def test_faults_are_removed_all_or_none() -> None:
    for _ in range(3):
        run("fault", "add", "--status", "500")
    assert run("fault", "clear", "2", "99") == (1, "Error: There is no fault 99. There are: 1, 2, 3.")
    assert run("fault", "clear", "1", "1") == (0, "Removed 1 fault.")
    assert run("fault", "clear") == (0, "Removed 2 faults.")


def test_a_store_that_another_process_does_not_let_go_of_is_one_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.storage.BUSY_SECONDS", 0.01)
    with world.writing():
        said = run("fault", "add", "--status", "500")
    assert said == (1, f"Error: The store {world.path} cannot be used: database is locked.")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(emulator), ids=" ".join)
def test_every_command_explains_itself_in_lines_that_fit(path: tuple[str, ...]) -> None:
    code, said = run(*path, "--help")
    assert code == 0
    assert max(map(len, said.splitlines())) <= READABLE
    assert "\b" not in said
