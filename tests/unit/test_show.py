"""`vectorize show`: the rows of its table, and what it says where there is nothing to show."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commands.show import UNKNOWN, rows, show

MADE = {"dimension": 512, "metric": "cosine", "provider": "openai", "modelName": "text-embedding-3-small"}
OWN = {"dimension": 8, "metric": "euclidean", "provider": None, "modelName": None}
NONE = {"dimension": None, "metric": None, "provider": None, "modelName": None}
KNOWLEDGE: dict[str, Any] = {
    "name": "knowledge-dev",
    "cloudProvider": "AWS",
    "region": "us-east-2",
    "apiEndpoint": "https://0a1b-us-east-2.apps.astra.datastax.com",
    "keyspaces": {"research": {"collections": {}}, "default_keyspace": {"collections": {"own": OWN, "made": MADE, "none": NONE}}},
}


def test_rows_are_sorted_and_a_keyspace_without_collections_has_one_too() -> None:
    assert list(rows(KNOWLEDGE)) == [
        ("default_keyspace", "made", "openai", "text-embedding-3-small", "512", "cosine"),
        ("default_keyspace", "none", "no vectors", "", "", ""),
        ("default_keyspace", "own", "own vectors", "", "8", "euclidean"),
        ("research", "(none)", "", "", "", ""),
    ]


def test_of_a_table_each_vector_column_has_a_row() -> None:
    chunks = {"embedding": {"dimension": 1024, "provider": "nvidia", "modelName": "NV-Embed-QA"}, "own": {"dimension": 8}}
    assert list(rows({"keyspaces": {"docs": {"tables": {"chunks": chunks, "plain": {}}}}})) == [
        ("docs", "chunks.embedding", "nvidia", "NV-Embed-QA", "1024", ""),
        ("docs", "chunks.own", "own vectors", "", "8", ""),
        ("docs", "plain (table)", "no vectors", "", "", ""),
    ]


def test_regions_and_what_was_verified_stand_in_the_heading(engine: Path) -> None:
    integrations = {
        "openai": {"status": "verified", "proof": "it answered"},
        "voyageAI": {"status": UNKNOWN, "proof": UNKNOWN},
    }
    regions = {"us-west-2": {"apiEndpoint": "https://0a1b-us-west-2.apps.astra.datastax.com"}}
    says(engine, json.dumps({"databases": {"knowledge": {**KNOWLEDGE, "regions": regions, "integrations": integrations}}}))
    assert CliRunner().invoke(show).output.splitlines()[:5] == [
        "knowledge: knowledge-dev, AWS us-east-2",
        "https://0a1b-us-east-2.apps.astra.datastax.com",
        "us-west-2: https://0a1b-us-west-2.apps.astra.datastax.com",
        "openai: verified, it answered",
        "voyageAI: not verified",
    ]


def test_what_looks_like_markup_is_shown_as_it_is(engine: Path) -> None:
    proof = "it answered [/default_keyspace] with [bold] and :smile:"
    keyspaces = {"[red]": {"collections": {"[/own]": {**OWN, "provider": ":key:", "modelName": "[link]"}}}}
    database = {
        **KNOWLEDGE,
        "name": "[dev]",
        "keyspaces": keyspaces,
        "integrations": {"[i]": {"status": "verified", "proof": proof}},
    }
    says(engine, json.dumps({"databases": {"[/k]": database}}))
    done = CliRunner().invoke(show)
    lines = done.output.splitlines()
    assert done.exit_code == 0, done.exception
    assert (lines[0], lines[2]) == ("[/k]: [dev], AWS us-east-2", f"[i]: verified, {proof}")
    assert ["[red]", "[/own]", ":key:", "[link]", "8", "euclidean"] in [line.split() for line in lines]


def test_what_could_not_be_made_is_not_made_yet(engine: Path) -> None:
    keyspaces = {"docs": {"collections": {"articles": UNKNOWN, "own": OWN}, "tables": {"chunks": UNKNOWN}}}
    says(engine, json.dumps({"databases": {"knowledge": {**KNOWLEDGE, "keyspaces": keyspaces}}}))
    lines = [line.split() for line in CliRunner().invoke(show).output.splitlines()]
    assert ["docs", "articles", "not", "made", "yet"] in lines
    assert ["docs", "chunks", "(table)", "not", "made", "yet"] in lines


def test_a_database_that_is_named_by_its_address_alone(engine: Path) -> None:
    says(engine, json.dumps({"databases": {"knowledge": {"apiEndpoint": "http://localhost:8181", "keyspaces": {}}}}))
    assert CliRunner().invoke(show).output.splitlines()[0] == "knowledge: http://localhost:8181"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Alone on PATH: a program named pulumi, still to be written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "pulumi"


def says(engine: Path, out: str = "", err: str = "", code: int = 0) -> None:
    """Writes the program: it prints these and exits."""
    engine.write_text(f"#!/bin/sh\nprintf '%s' '{out}'\nprintf '%s' '{err}' >&2\nexit {code}\n")
    engine.chmod(engine.stat().st_mode | stat.S_IXUSR)


def test_what_stands_is_a_table_per_database(engine: Path) -> None:
    says(engine, json.dumps({"databases": {"knowledge": KNOWLEDGE}}))
    done = CliRunner().invoke(show)
    lines = [line.rstrip() for line in done.output.splitlines() if line.strip()]
    assert lines[:2] == ["knowledge: knowledge-dev, AWS us-east-2", "https://0a1b-us-east-2.apps.astra.datastax.com"]
    assert lines[2].split() == ["keyspace", "collection", "or", "column", "provider", "model", "dimension", "metric"]
    assert lines[4].split() == ["default_keyspace", "made", "openai", "text-embedding-3-small", "512", "cosine"]
    assert done.exit_code == 0


def test_as_json_it_is_the_stack_s_output(engine: Path) -> None:
    says(engine, '{"databases": {"knowledge": {"name": "k"}}, "other": 1}')
    done = CliRunner().invoke(show, ["dev", "--json"])
    assert (done.exit_code, done.output) == (0, '{\n  "knowledge": {\n    "name": "k"\n  }\n}\n')


def test_a_stack_in_which_nothing_stands(engine: Path) -> None:
    says(engine, "{}")
    done = CliRunner().invoke(show)
    assert (done.exit_code, done.output) == (0, "Nothing stands in this stack yet: run pulumi up.\n")


@pytest.mark.parametrize(
    ("arguments", "err", "sentence"),
    [
        ([], "error: no stack selected", "cannot read the outputs of the selected stack: no stack selected"),
        (["dev"], "error: no stack named dev", "cannot read the outputs of dev: no stack named dev"),
        (["dev"], "", "cannot read the outputs of dev: exit code 3"),
    ],
)
def test_what_the_engine_says_when_it_fails_is_said(engine: Path, arguments: list[str], err: str, sentence: str) -> None:
    says(engine, err=err, code=3)
    done = CliRunner().invoke(show, arguments)
    assert (done.exit_code, done.output) == (1, f"Error: {sentence}\n")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        # Of a password, @ need not be encoded.
        (
            "postgres://USER:sec@r%2Fet@HOST:5432/DATABASE?sslmode=disable",
            "postgres://(hidden)@HOST:5432/DATABASE?sslmode=disable",
        ),
        ("postgres://HOST/DATABASE?password=secret&user=USER", "postgres://HOST/DATABASE?password=(hidden)&user=USER"),
        ("s3://BUCKET?endpoint=https://KEY:secret@s3.example.com", "s3://BUCKET?endpoint=https://(hidden)@s3.example.com"),
        ("s3://BUCKET?endpoint=https://s3.example.com", "s3://BUCKET?endpoint=https://s3.example.com"),
    ],
)
def test_of_the_state_s_address_no_password_is_shown(engine: Path, address: str, shown: str) -> None:
    """The engine repeats it where it cannot open it."""
    says(engine, err=f'error: unable to open state "{address}": ask team@example.com', code=255)
    done = CliRunner().invoke(show, ["dev"])
    assert done.output == f'Error: cannot read the outputs of dev: unable to open state "{shown}": ask team@example.com\n'


@pytest.mark.parametrize("key", ["AstraCS:pasted:0123456789abcdef0123456789abcdef", "0123pasted456789abcdef0123456789ab"])
def test_a_key_that_was_pasted_as_the_stack_is_not_repeated(engine: Path, key: str) -> None:
    says(engine, err=f'error: no stack named "{key}" found', code=1)
    done = CliRunner().invoke(show, [key])
    assert done.output == 'Error: cannot read the outputs of (hidden): no stack named "(hidden)" found\n'


def test_without_an_engine_the_sentence_says_how_to_get_at_it(engine: Path) -> None:
    assert not engine.exists()
    done = CliRunner().invoke(show)
    assert (done.exit_code, done.output) == (
        1,
        "Error: pulumi is not on PATH. Activate the project's environment: . .vectorize/activate\n",
    )
