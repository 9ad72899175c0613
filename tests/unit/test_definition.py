"""Whether what stands is what was meant: against recorded answers of the Data API, and row by row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import service, validation
from astra.changes import ABSENT, Change
from astra.definition import as_found, chosen, differences, normalised, options, same_choice

RECORDINGS = Path(__file__).parents[1] / "recordings" / "exchanges.jsonl"
EXCHANGES = [json.loads(line) for line in RECORDINGS.read_text(encoding="utf-8").splitlines()]

# Accepted by the Data API, and refused by this project before anything is sent: so the difference is never met.
REFUSED_BY_OUR_SCHEMAS = {
    "col_dim_string": "a dimension is a number, not text",
    "col_dim_float_frac": "a dimension has no fraction",
    "col_vector_alias_size_function": "size and function are old names of dimension and metric",
}


def recorded(wanted: list[str]) -> Iterator[Any]:
    """Each createCollection that was answered with these error codes, and the collection as the next listing had it."""
    sent: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = {}
    for exchange in EXCHANGES:
        match exchange["request"]:
            case {"createCollection": {"name": name, **rest}}:
                if [error["errorCode"] for error in exchange.get("errors", [])] == wanted:
                    stated: Any = rest.get("options")
                    sent.setdefault((exchange["path"], name), []).append((exchange["name"], stated or {}))
            case {"deleteCollection": {"name": name}}:
                sent.pop((exchange["path"], name), None)
            case {"findCollections": {"options": {"explain": _}}} if "returned" in exchange:
                for entry in exchange["returned"]["status"]["collections"]:
                    for name, definition in sent.pop((exchange["path"], entry["name"]), ()):
                        yield pytest.param(name, definition, entry["options"], id=f"{name} - {exchange['name']}")


ACCEPTED = list(recorded([]))
DIFFERENT = list(recorded(["EXISTING_COLLECTION_DIFFERENT_SETTINGS"]))


@pytest.mark.parametrize(("name", "sent", "returned"), ACCEPTED)
def test_what_the_service_accepted_is_never_a_difference(name: str, sent: Any, returned: Any) -> None:
    assert (differences(sent, returned) != ()) == (name in REFUSED_BY_OUR_SCHEMAS)


@pytest.mark.parametrize(("name", "sent"), [param.values[:2] for param in ACCEPTED if param.values[0] in REFUSED_BY_OUR_SCHEMAS])
def test_the_exceptions_are_refused_before_anything_is_sent(name: str, sent: dict[str, Any]) -> None:
    definition = {"apiEndpoint": "https://x", "keyspace": "k", "name": "c", **sent}
    assert validation.problems(definition, "resources:collection") or service.problems(sent["vector"]), name


@pytest.mark.parametrize(("name", "sent", "returned"), DIFFERENT)
def test_what_the_service_calls_different_is_a_difference(name: str, sent: Any, returned: Any) -> None:
    assert differences(sent, returned), name


def test_the_recordings_are_all_looked_at() -> None:
    assert (len(ACCEPTED), len(DIFFERENT)) == (68, 20)


# What a database with everything on adds to every collection.
ADDED = {
    "lexical": {"enabled": True, "analyzer": "standard"},
    "rerank": {"enabled": True, "service": {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}},
}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}


def vector(**changed: Any) -> dict[str, Any]:
    """Options with a vector of 8 dimensions as the service returns them, but for what is changed."""
    return {"vector": {"dimension": 8, "metric": "cosine", "sourceModel": "other", **changed}}


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        pytest.param({}, {**ADDED}, id="nothing said of lexical and rerank"),
        pytest.param({}, {"lexical": {"enabled": False}, "rerank": {"enabled": False}}, id="nor where both are off"),
        pytest.param({"lexical": {"enabled": True}}, {**ADDED}, id="the analyzer left out"),
        pytest.param({"rerank": {"enabled": True}}, {**ADDED}, id="the reranking service left out"),
        pytest.param({"rerank": {"enabled": True, "service": {"provider": "nvidia"}}}, {**ADDED}, id="its model left out"),
        pytest.param({"vector": {"dimension": 8}}, vector(), id="metric and sourceModel left out"),
        pytest.param(
            {"vector": {"dimension": 8, "sourceModel": "ada002"}},
            vector(sourceModel="ada002", metric="dot_product"),
            id="metric left out beside a sourceModel",
        ),
        pytest.param(
            {"vector": {"dimension": 8, "sourceModel": "other"}}, vector(), id="metric left out beside the sourceModel other"
        ),
        pytest.param({"vector": {"service": NVIDIA}}, vector(dimension=1024, service=NVIDIA), id="a fixed dimension left out"),
        pytest.param({"vector": {"service": OPENAI}}, vector(dimension=1536, service=OPENAI), id="a default dimension left out"),
        pytest.param(
            {"vector": {"service": {"provider": "new", "modelName": "unheard"}}},
            vector(dimension=77, service={"provider": "new", "modelName": "unheard"}),
            id="a dimension left out of a model that the catalogue does not know",
        ),
        pytest.param(
            {"vector": {"service": {**OPENAI, "authentication": {"providerKey": "mine"}}}},
            vector(dimension=1536, service={**OPENAI, "authentication": {"providerKey": "mine.providerKey"}}),
            id="the short name of a credential",
        ),
        pytest.param(
            {"vector": {"service": {**OPENAI, "authentication": {"providerKey": "mine.providerKey"}}}},
            vector(dimension=1536, service={**OPENAI, "authentication": {"providerKey": "mine.providerKey"}}),
            id="its full name",
        ),
        pytest.param(
            {"vector": {"dimension": 8, "metric": None, "service": None}, "indexing": None}, vector(), id="nulls are nothing"
        ),
        pytest.param({"vector": {"dimension": 8.0}}, vector(), id="a whole float is the integer"),
        pytest.param({"indexing": {"deny": []}}, {"indexing": {}}, id="an empty list says nothing"),
        pytest.param(
            {"vector": {"service": {**OPENAI, "parameters": {"projectId": "p", "organizationId": "o"}}}},
            vector(dimension=1536, service={**OPENAI, "parameters": {"organizationId": "o", "projectId": "p"}}),
            id="parameters in another order",
        ),
    ],
)
def test_same(sent: Any, returned: Any) -> None:
    assert differences(sent, returned) == ()


@pytest.mark.parametrize(
    ("sent", "returned", "expected"),
    [
        pytest.param({"vector": {"dimension": 9}}, vector(), Change(("vector", "dimension"), 9, 8), id="another dimension"),
        pytest.param(
            {"vector": {"service": OPENAI}},
            vector(dimension=512, service=OPENAI),
            Change(("vector", "dimension"), 1536, 512),
            id="another than the default dimension",
        ),
        pytest.param(
            {"vector": {"dimension": 8}},
            vector(metric="euclidean"),
            Change(("vector", "metric"), "cosine", "euclidean"),
            id="another than the default metric",
        ),
        pytest.param(
            {"vector": {"dimension": 8}},
            vector(service=NVIDIA),
            Change(("vector", "service"), ABSENT, NVIDIA),
            id="a service where none was meant",
        ),
        pytest.param(
            {"vector": {"dimension": 1536, "service": {**OPENAI, "authentication": {"providerKey": "mine"}}}},
            vector(dimension=1536, service={**OPENAI, "authentication": {"providerKey": "theirs.providerKey"}}),
            Change(("vector", "service", "authentication", "providerKey"), "mine.providerKey", "theirs.providerKey"),
            id="another credential",
        ),
        pytest.param(
            {"vector": {"dimension": 1536, "service": {**OPENAI, "parameters": {}}}},
            vector(dimension=1536, service=OPENAI),
            Change(("vector", "service", "parameters"), {}, ABSENT),
            id="empty parameters differ from none, as the service has it",
        ),
        pytest.param(
            {"lexical": {"enabled": False}},
            {**ADDED},
            Change(("lexical", "enabled"), False, True),
            id="lexical search on where it was meant to be off",
        ),
        pytest.param(
            {"lexical": {"enabled": True, "analyzer": "english"}},
            {**ADDED},
            Change(("lexical", "analyzer"), "english", "standard"),
            id="another analyzer",
        ),
        pytest.param(
            {"rerank": {"enabled": True}},
            {"rerank": {"enabled": False}},
            Change(("rerank", "enabled"), True, False),
            id="reranking off where it was meant to be on",
        ),
        pytest.param({}, vector(), Change(("vector",), ABSENT, vector()["vector"]), id="vectors where none were meant"),
        pytest.param({"indexing": {"deny": ["a"]}}, {}, Change(("indexing",), {"deny": ["a"]}, ABSENT), id="everything indexed"),
        pytest.param({"defaultId": {"type": "uuid"}}, {}, Change(("defaultId",), {"type": "uuid"}, ABSENT), id="no default id"),
    ],
)
def test_different(sent: Any, returned: Any, expected: Change) -> None:
    assert differences(sent, returned) == (expected,)


SERVICES = st.sampled_from([NVIDIA, OPENAI, {**OPENAI, "authentication": {"providerKey": "mine"}}])
VECTORS = st.fixed_dictionaries(
    {"dimension": st.integers(1, 4096)},
    optional={
        "metric": st.sampled_from(["cosine", "dot_product", "euclidean"]),
        "sourceModel": st.sampled_from(["other", "ada002", "bert"]),
        "service": SERVICES,
    },
)
DEFINITIONS = st.fixed_dictionaries(
    {},
    optional={
        "vector": VECTORS | SERVICES.map(lambda service: {"service": service}),
        "indexing": st.sampled_from([{"deny": ["a"]}, {"allow": ["a", "b"]}, {"deny": []}]),
        "defaultId": st.just({"type": "uuid"}),
        "lexical": st.sampled_from([{"enabled": True}, {"enabled": True, "analyzer": "standard"}]),
        "rerank": st.just({"enabled": True}),
    },
)


@given(DEFINITIONS)
def test_what_the_service_makes_of_a_definition_is_no_difference(definition: dict[str, Any]) -> None:
    assert differences(definition, {**normalised(definition), **ADDED}) == ()


@given(DEFINITIONS)
def test_normalising_twice_changes_nothing_more(definition: dict[str, Any]) -> None:
    assert normalised(normalised(definition)) == normalised(definition)


@given(DEFINITIONS, DEFINITIONS)
def test_the_definition_as_found_is_the_same_as_what_stands(meant: dict[str, Any], standing: dict[str, Any]) -> None:
    returned = {**ADDED, **normalised(standing)}
    assert differences(as_found(meant, returned), returned) == ()


def test_what_nobody_changed_is_found_as_it_was_written() -> None:
    written = {"keyspace": "k", "vector": {"service": NVIDIA}}
    assert as_found(written, {**vector(dimension=1024, service=NVIDIA), **ADDED}) == written


def test_what_somebody_changed_is_found_as_it_stands_and_the_rest_as_it_was_written() -> None:
    returned = {**vector(dimension=1024, sourceModel="ada002", metric="cosine", service=NVIDIA), **ADDED}
    assert as_found({"keyspace": "k", "vector": {"service": NVIDIA}}, returned) == {
        "keyspace": "k",
        # The metric too: left out beside this sourceModel it would mean dot_product.
        "vector": {"service": NVIDIA, "sourceModel": "ada002", "metric": "cosine"},
    }


def test_what_is_sent_has_no_nulls_and_nothing_that_is_not_an_option() -> None:
    assert options({"name": "x", "keyspace": "k", "vector": {"dimension": 8, "metric": None}, "rerank": None}) == {
        "vector": {"dimension": 8}
    }


def test_what_the_service_chose_is_kept_where_nobody_said_otherwise() -> None:
    left_out = {"service": {"provider": "openai", "modelName": "text-embedding-3-small"}}
    explained = {**left_out, "dimension": 1024, "metric": "cosine", "sourceModel": "other"}
    assert chosen(left_out, explained) == {**left_out, "dimension": 1024}
    assert chosen({**left_out, "dimension": 512}, explained) == {**left_out, "dimension": 512}
    assert chosen({"dimension": 8}, explained) == {"dimension": 8}
    assert chosen(left_out, None) == left_out
    assert chosen("text", explained) == "text"


def test_a_choice_holds_for_the_same_model_as_long_as_it_is_left_out() -> None:
    left_out = {"service": {"provider": "openai", "modelName": "text-embedding-3-small"}}
    another = {"service": {"provider": "openai", "modelName": "text-embedding-3-large"}}
    assert same_choice(left_out, left_out)
    assert not same_choice(left_out, another)
    assert not same_choice(left_out, {**left_out, "dimension": 512})
    assert not same_choice({**left_out, "dimension": 512}, left_out)
