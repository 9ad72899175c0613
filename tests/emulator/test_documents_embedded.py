"""The vectors that texts become: made up and repeatable, or a real model's."""

import importlib.util
import math
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from emulator.data_api import embedding_model
from emulator.data_api.embeddings import embed
from emulator.world import World

Send = Callable[..., httpx.Response]

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
HOSTED_BY_YOU = {
    "provider": "huggingfaceDedicated",
    "parameters": {"endpointName": "e", "regionName": "r", "cloudName": "c"},
}
LOGGED = """
import logging
from emulator.data_api import embedding_model
embedding_model.embed("a cat", 256)
root = logging.getLogger()
assert (root.level, root.handlers) == (logging.WARNING, []), (root.level, root.handlers)
"""
WITHOUT_THE_MODEL = importlib.util.find_spec("wordllama") is None


def product(one: list[float], other: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def near(one: str, other: str, dimension: int = 1024) -> float:
    return product(embed("p", "m", one, dimension), embed("p", "m", other, dimension))


@pytest.mark.parametrize("dimension", [1, 2, 3, 8, 1024, 4096])
@pytest.mark.parametrize("text", ["a", "!?", "the cat and the dog", "x " * 500])
def test_a_text_has_a_vector_of_length_one_whatever_the_dimension(text: str, dimension: int) -> None:
    vector = embed("p", "m", text, dimension)
    assert (len(vector), math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-6)) == (dimension, True)


def test_the_same_text_has_the_same_vector_for_ever() -> None:
    """Whoever wrote documents with one version of the emulator searches them with another."""
    assert embed("openai", "small", "Apple pie", 8) == [
        -0.1334996,
        -0.2803491,
        0.2669991,
        0.01334996,
        -0.2803491,
        0.8009974,
        -0.1601995,
        0.2936991,
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("apple pie", "pie apple"), ("apple pie", "Apple pie"), ("apple", "apple."), ("a", "a a")]
)
def test_two_texts_are_never_quite_the_same(one: str, other: str) -> None:
    assert embed("p", "m", one, 1024) != embed("p", "m", other, 1024)
    assert near(one, other) > 0.9


def test_another_model_makes_other_vectors() -> None:
    assert product(embed("p", "m", "apple pie", 1024), embed("p", "n", "apple pie", 1024)) < 0.2


def test_the_more_words_are_shared_the_nearer() -> None:
    shared = ["a recipe for apple pie", "a recipe for apple cake", "a recipe for bread", "the stock market fell"]
    nearness = [near(shared[0], text) for text in shared]
    assert nearness == sorted(nearness, reverse=True)
    assert [round(item, 1) for item in nearness] == [1.0, 0.8, 0.6, 0.1]


def ranked(send: Send, service: dict[str, Any], dimension: int | None = None) -> list[str]:
    """Texts, nearest to a question first."""
    vector = {"service": service} | ({} if dimension is None else {"dimension": dimension})
    assert send("default_keyspace", "createCollection", name="n", options={"vector": vector}).json() == {"status": {"ok": 1}}
    texts = ["the cat sat on the mat", "interest rates rose again", "how do I bake an apple pie?"]
    documents = [{"_id": text, "$vectorize": text} for text in texts]
    key = {"x-embedding-api-key": "sk-1"}
    assert "errors" not in send("default_keyspace/n", "insertMany", headers=key, documents=documents).json()
    answer = send("default_keyspace/n", "find", headers=key, sort={"$vectorize": "bake a pie"}, options={"limit": 2})
    return [document["_id"] for document in answer.json()["data"]["documents"]]


def test_a_search_by_text_finds_the_text_that_shares_words(send: Send) -> None:
    assert ranked(send, NVIDIA)[0] == "how do I bake an apple pie?"


@pytest.mark.skipif(WITHOUT_THE_MODEL, reason="the extra embeddings is not installed")
class TestTheRealModel:
    """The extra `embeddings`."""

    @pytest.fixture(autouse=True)
    def _offline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> NoReturn:
            raise AssertionError("the model must need no network")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        embedding_model._model.cache_clear()

    def test_it_knows_what_words_mean(self) -> None:
        cat, kitten, tax = (embedding_model.embed(text, 256) for text in ("a cat", "a kitten", "a tax"))
        assert product(cat, kitten) > product(cat, tax) + 0.1

    def test_more_dimensions_change_no_angle_and_every_vector_has_length_one(self) -> None:
        texts = ("a cat on a mat", "the dog barks", "tax")
        angles = {
            dimension: [
                round(product(embedding_model.embed(texts[0], dimension), embedding_model.embed(text, dimension)), 6)
                for text in texts
            ]
            for dimension in (256, 384, 1024, 4096)
        }
        assert set(map(tuple, angles.values())) == {tuple(angles[256])}
        assert angles[256][0] == 1.0
        for dimension in (2, 64, 1536):
            vector = embedding_model.embed("a cat", dimension)
            assert (len(vector), round(math.hypot(*vector), 6)) == (dimension, 1.0)

    def test_a_world_can_choose_it(self, world: World, send: Send) -> None:
        world.set("embeddings", "model")
        assert ranked(send, HOSTED_BY_YOU, dimension=384)[0] == "how do I bake an apple pie?"

    def test_it_leaves_the_log_of_the_process_alone(self) -> None:
        """A process of its own, since pytest has set its log up already."""
        subprocess.run([sys.executable, "-c", LOGGED], check=True)


def test_what_the_extra_needs_is_tested() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["project"]["optional-dependencies"]["embeddings"]) <= {
        one for one in project["dependency-groups"]["dev"] if isinstance(one, str)
    }


def test_without_the_extra_the_model_is_an_error_that_says_what_to_install(
    world: World, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = importlib.import_module

    def absent(name: str) -> Any:
        if name.startswith("wordllama"):
            raise ModuleNotFoundError(name)
        return really(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    embedding_model._model.cache_clear()
    world.set("embeddings", "model")
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    answer = send("default_keyspace/n", "insertOne", document={"$vectorize": "hi"})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        501,
        ("The emulator's setting embeddings is model, which needs the extra of that name: pip install '.[embeddings]'."),
    )
