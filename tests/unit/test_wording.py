"""How values are shown, and that nothing is shown which looks like a secret."""

from typing import Any

import pytest

from astra.wording import HIDDEN, beginning, is_bare_key, listed, named, nearest, redacted, shown

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
    assert shown(f"my key:\n{secret}") == HIDDEN
    assert shown({"deep": [secret]}) == HIDDEN
    assert "0123456789" not in redacted(f"the token {secret} is wrong")
    assert redacted(f"'{secret}'") == "'(hidden)'"


@pytest.mark.parametrize("secret", [*SECRETS, RANDOM])
def test_a_name_that_begins_like_a_secret_is_not_shown(secret: str) -> None:
    assert named(secret) == "(hidden)"
    assert named(f"my\n{secret}") == '"my\\n(hidden)"'
    assert listed(["a", secret, "b"]) == "a, (hidden), b"


def test_user_and_password_in_an_address_are_not_shown() -> None:
    address = "https://me:word@db.example.com/x"
    assert (shown(address), named(address)) == (HIDDEN, "https://(hidden)db.example.com/x")
    assert redacted(f"cannot reach {address}: refused") == "cannot reach https://(hidden)db.example.com/x: refused"
    assert shown("https://db.example.com:8181/a@b:c") == '"https://db.example.com:8181/a@b:c"'


BARE = ["0a1b2c3d" * 4, "Ab1" * 10 + "xy", "Ab1" * 13 + "x", "Ab1" * 28]


@pytest.mark.parametrize("key", BARE)
def test_letters_and_digits_mixed_are_a_key_from_32_on(key: str) -> None:
    assert is_bare_key(key)
    assert (named(key), shown(key), shown({"deep": [key]})) == ("(hidden)", HIDDEN, HIDDEN)
    assert (named(f"my {key}"), shown(f"my key is {key}."), shown(f"a\n{key}")) == ("my (hidden)", HIDDEN, HIDDEN)
    assert not is_bare_key(f"{key} ")
    assert not is_bare_key(f"{key}\n")


@pytest.mark.parametrize(
    "name",
    [
        "a1" * 15 + "a",
        "n" * 48,
        "1" * 40,
        "customer_support_articles_of_the_year_2026_first",
        "articles_0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d",
        "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
        "models/0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d",
        "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d.svc",
    ],
)
def test_a_shorter_or_divided_text_or_one_of_letters_alone_is_no_bare_key(name: str) -> None:
    assert not is_bare_key(name)
    assert (named(name), shown(name)) == (name, f'"{name}"')


def test_an_absurdly_long_name_is_shortened_after_it_was_searched_for_secrets() -> None:
    assert named("k_" * 100_000) == f"{'k_' * 35}…{'_k' * 14}_"
    assert named("k" * 120) == "k" * 120
    assert named("k " * 70 + SECRETS[0]) == f"{'k ' * 35}…{' k' * 10} (hidden)"


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
        ("", ["a", ""], ""),
        ("n" * 201, ["n" * 201], ""),
        ("metric", ["service"], ""),
        ("promotesTo", ["protect"], ""),
        ("true", ["target", "protect"], ""),
        ("nope", ["openai"], ""),
        ("GPC", ["AWS", "GCP", "AZURE"], '; did you mean "GCP"?'),
        ("opnai", ["nvidia", "openai"], '; did you mean "openai"?'),
        ("bod", ["id", "body"], '; did you mean "body"?'),
        ("valueType", ["dimension", "type"], '; did you mean "type"?'),
        ("endpoint", ["endpointName"], '; did you mean "endpointName"?'),
        ("truncate", ["autoTruncate"], '; did you mean "autoTruncate"?'),
        ("embed-english", ["embed-english-light-v3.0", "embed-english-v3.0"], '; did you mean "embed-english-v3.0"?'),
        *(
            (name, ["BAAI/bge-m3", "sentence-transformers/all-MiniLM-L6-v2"], hint)
            for hint in ['; did you mean "sentence-transformers/all-MiniLM-L6-v2"?']
            for name in ("all-MiniLM-L6-v2", "all-minilm-l6v2", "sentence/all-MiniLM-L6-v2")
        ),
        ("a/", ["b/"], ""),
        ("c/bge-m3", ["bge-m3", "BAAI/bge-m3"], '; did you mean "bge-m3"?'),
    ],
)
def test_nearest(name: str, known: list[str], hint: str) -> None:
    assert nearest(name, known) == hint


def test_the_nearest_of_very_many_names_is_found() -> None:
    known = [f"{kind}_{number:03}" for kind in ("articles", "tickets") for number in range(400)]
    assert nearest("artcles_217", known) == '; did you mean "articles_217"?'
    assert nearest("TICKETS_399", known) == '; did you mean "tickets_399"?'
    assert nearest("documents", known) == ""
    assert nearest("artcles_217", [*map(str, range(1000)), *known]) == '; did you mean "articles_217"?'


@pytest.mark.parametrize(
    ("text", "shown_of_it"),
    [
        ("", ""),
        (" one\n two ", "one two"),
        ("one two thr", "one two thr"),
        ("one two three", "one two …"),
        ("one two thre four", "one two …"),
        ("onetwothreefour", "…"),
        ("a sk-0123456789abcdef", "a …"),
    ],
)
def test_the_beginning_of_a_text_is_whole_words(text: str, shown_of_it: str) -> None:
    assert beginning(text, 11) == shown_of_it


def test_the_beginning_of_a_text_is_redacted() -> None:
    assert beginning("a sk-0123456789abcdef b", 30) == "a (hidden) b"
