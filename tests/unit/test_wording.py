"""How values are shown, and that nothing is shown which looks like a secret."""

from typing import Any

import pytest

from astra.wording import HIDDEN, listed, named, nearest, redacted, shown

SECRETS = [
    "AstraCS:abcdefgh:0123456789abcdef",
    "Cassandra:dXNlcg==:cGFzcw==",
    "sk-proj-0123456789abcdef",
    "hf_abcdefghijklmnop",
    "jina_0123456789abcdef",
    "pa-0123456789abcdefABCDEF",
    "up_0123456789abcdefABCDEF",
    "nvapi-0123456789abcdef",
    "AKIA0123456789ABCDEF",
    "Bearer abcdefghijklm",
]
RANDOM = "0a1b2c3d" * 8


@pytest.mark.parametrize("secret", [*SECRETS, RANDOM])
def test_a_value_that_looks_like_a_secret_is_not_shown(secret: str) -> None:
    assert shown(secret) == HIDDEN
    assert shown(f"my key: {secret}") == HIDDEN
    assert shown({"deep": [secret]}) == HIDDEN
    assert "0123456789" not in redacted(f"the token {secret} is wrong")
    assert redacted(f"'{secret}'") == "'(hidden)'"


@pytest.mark.parametrize("secret", SECRETS)
def test_a_name_that_begins_like_a_secret_is_not_shown(secret: str) -> None:
    assert named(secret) == "(hidden)"
    assert listed(["a", secret, "b"]) == "a, (hidden), b"


@pytest.mark.parametrize(
    "name",
    [
        "helpdesk-articles",
        "disk-images-archive",
        "backup_documents_2026",
        "support_group_tickets",
        "europa-production",
        "sentence-transformers/all-MiniLM-L6-v2",
        "text-embedding-3-small",
        "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
        "n" * 48,
    ],
)
def test_an_ordinary_name_is_shown(name: str) -> None:
    assert (named(name), shown(name), redacted(name)) == (name, f'"{name}"', name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        ("a", '"a"'),
        (None, "null"),
        (True, "true"),
        ("ü", '"ü"'),
        ("a\nb", '"a\\nb"'),
        (["a"], '["a"]'),
        ("ab " * 30, '"' + "ab " * 19 + "a…"),
    ],
)
def test_shown(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_name_of_several_lines_or_of_nothing_is_quoted() -> None:
    assert (named("a\nb"), named("")) == ('"a\\nb"', '""')


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("cosin", ["cosine", "euclidean"], '; did you mean "cosine"?'),
        ("OPENAI", ["openai"], '; did you mean "openai"?'),
        ("vespa", ["openai", "nvidia"], ""),
        ("x", [], ""),
    ],
)
def test_nearest(name: str, known: list[str], hint: str) -> None:
    assert nearest(name, known) == hint
