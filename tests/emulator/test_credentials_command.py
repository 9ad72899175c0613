"""`vectorize emulator credentials`: the Astra Portal, played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from emulator.command_line import emulator
from emulator.transport import open_store
from emulator.world import World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A world with one database, which was just asked for."""
    file = str(tmp_path / "world.sqlite")
    body = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    with httpx.Client(transport=open_store(file)) as client:
        assert client.post("http://emulator/v2/databases", json=body).status_code == 201
    return file


def run(store: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(emulator, ["credentials", *arguments, "--store", store])
    return done.exit_code, done.output.strip()


def test_added_listed_and_removed(store: str) -> None:
    assert run(store, "list") == (0, "No credential is stored.")
    assert run(store, "add", "openai", "mine") == (0, "Stored the credential mine of openai, scoped to every database.")
    assert run(store, "add", "mistral", "mine", "--database", "kb") == (
        0,
        "Stored the credential mine of mistral, scoped to kb.",
    )
    assert run(store, "list") == (0, "mistral mine: kb\nopenai mine: every database")
    assert World(store).credentials()[0][2] == [World(store).databases()[0]["id"]]
    assert run(store, "remove", "openai", "mine") == (0, "Removed the credential mine of openai.")
    assert run(store, "list") == (0, "mistral mine: kb")


def test_once_more_changes_the_scope(store: str) -> None:
    run(store, "add", "openai", "mine", "--database", "kb")
    run(store, "add", "openai", "mine")
    assert run(store, "list") == (0, "openai mine: every database")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "nvidia", "mine"), "nvidia is no embedding provider with stored credentials; these are: "),
        (("add", "openai", "mine", "--database", "other"), "There is no database other. Databases: kb ("),
        (("remove", "openai", "mine"), "There is no credential mine of openai in "),
    ],
)
def test_what_cannot_be_done_is_one_sentence(store: str, arguments: tuple[str, ...], sentence: str) -> None:
    code, said = run(store, *arguments)
    assert code == 1
    assert said.startswith(f"Error: {sentence}")


KEYS = (
    "AstraCS:abcdefgh:0123456789abcdef",
    "Cassandra:dXNlcg==:cGFzcw==",
    "https://me:word@db.example.com",
    "sk-proj-0123456789abcdef",
    "hf_abcdefghijklmnop0",
    "0a1b2c3d" * 4,
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("add", "KEY", "mine"), "'PROVIDER'"),
        (("add", "openai", "KEY"), "'NAME'"),
        (("add", "openai", "mine", "--database", "kb", "--database", "KEY"), "'--database'"),
        (("remove", "KEY", "mine"), "'PROVIDER'"),
        (("remove", "openai", "KEY"), "'NAME'"),
    ],
)
def test_a_pasted_key_is_neither_stored_nor_repeated(store: str, key: str, arguments: tuple[str, ...], place: str) -> None:
    code, said = run(store, *(key if one == "KEY" else one for one in arguments))
    assert code == 1
    assert said == (
        f"Error: What stands for {place} looks like a key or a token, and is stored nowhere. Give a name of your own instead: "
        "the emulator needs no key."
    )
    assert run(store, "list") == (0, "No credential is stored.")


@pytest.mark.parametrize("name", ["", "bad name!", "two\nlines", "mine_", "_mine", "n" * 51, "n-" * 2500 + "n"])
def test_a_name_that_the_portal_does_not_take_is_not_stored(store: str, name: str) -> None:
    code, said = run(store, "add", "openai", name)
    assert code == 1
    assert said == (
        "Error: The name of a credential has at most 50 characters, which are letters, digits, _ and -; it begins and ends with "
        "a letter or a digit."
    )
    assert run(store, "list") == (0, "No credential is stored.")


@pytest.mark.parametrize("name", ["knowledge-dev-openai-2", "sk-team-openai", "up_prod1", "n" * 50, "1" * 8])
def test_a_name_that_only_begins_like_a_key_is_a_name(store: str, name: str) -> None:
    assert run(store, "add", "openai", name) == (0, f"Stored the credential {name} of openai, scoped to every database.")
