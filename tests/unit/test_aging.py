"""Models in use against what a database says of them: what became of them, and what the recorded services say of none."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from astra import catalog
from astra.aging import Use, aged
from astra.drift import Property
from tests.unit.recorded_answers import RECORDED, size

SMALL = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "k.providerKey"}}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
TITAN = {"provider": "bedrock", "modelName": "amazon.titan-embed-text-v2:0"}
USES = [Use("k.docs.a", 512, SMALL), Use("k.docs.b", 1536, SMALL), Use("k.docs.n", 1024, NVIDIA), Use("k.docs.t", 256, TITAN)]
OFFERED = RECORDED["emulator"]


def offered(change: Callable[[dict[str, Any]], Any] = lambda _: None) -> dict[str, Any]:
    """What the database lists, after a change."""
    changed = copy.deepcopy(OFFERED)
    change(changed)
    return changed


def small(entries: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in entries["openai"]["models"] if one["name"] == SMALL["modelName"])
    return found


def titan(entries: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in entries["bedrock"]["models"] if one["name"] == TITAN["modelName"])
    return found


def said(change: Callable[[dict[str, Any]], Any]) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    found = aged("k", USES, offered(change))
    return [(one.kind, one.address, one.severity, one.sentence, one.contents) for one in found]


OF_SMALL = ("k.openai/text-embedding-3-small", ("k.docs.a", "k.docs.b"))


@pytest.mark.parametrize(
    ("change", "severity", "sentence"),
    [
        (
            lambda entries: small(entries).update(apiModelSupport={"status": "DEPRECATED"}),
            "warning",
            "the model text-embedding-3-small of openai is DEPRECATED",
        ),
        (
            lambda entries: small(entries).update(apiModelSupport={"status": "END_OF_LIFE"}),
            "error",
            "the model text-embedding-3-small of openai is END_OF_LIFE",
        ),
        (
            lambda entries: entries["openai"]["models"].remove(small(entries)),
            "error",
            "the database does not list the model text-embedding-3-small of openai any more",
        ),
        (
            lambda entries: small(entries).update(parameters=size({"numericRange": [2, 3072]})),
            "warning",
            "the limits of text-embedding-3-small of openai changed: dimension.maximum is 3072, this project's schema says 1536",
        ),
        (
            lambda entries: small(entries).update(parameters=size({"numericRange": [600, 1536]})),
            "error",
            "the limits of text-embedding-3-small of openai changed: dimension.minimum is 600, this project's schema says 2",
        ),
        (
            lambda entries: small(entries).update(parameters=size({"numericRange": [2, 1536]}, "1024")),
            "warning",
            "the limits of text-embedding-3-small of openai changed: dimension.default is 1024, this project's schema says 1536",
        ),
        (
            lambda entries: entries["openai"]["parameters"][0].update(required=True),
            "warning",
            (
                "the limits of text-embedding-3-small of openai changed: parameters.organizationId.required is true, this "
                "project's schema says false"
            ),
        ),
        (
            lambda entries: entries["openai"]["parameters"].pop(),
            "warning",
            (
                "the limits of text-embedding-3-small of openai changed: parameters.projectId is null, this project's schema "
                'says {"type": "string", "required": false}'
            ),
        ),
    ],
)
def test_what_becomes_of_a_model_is_told_once_with_what_uses_it(
    change: Callable[[dict[str, Any]], Any], severity: str, sentence: str
) -> None:
    address, users = OF_SMALL
    assert said(change) == [("catalogue", address, severity, sentence, users)]


def test_dimensions_that_are_listed_one_by_one() -> None:
    (one,) = aged("k", USES, offered(lambda entries: titan(entries).update(parameters=size({"options": [512, 1024]}, "1024"))))
    assert (one.severity, one.meaning) == ("error", "The dimension 256 in use is not allowed any more: embedding with it fails.")
    assert one.properties == (Property("dimension.enum", [256, 512, 1024], [512, 1024]),)


@pytest.mark.parametrize(
    ("change", "address", "sentence"),
    [
        (
            lambda entries: entries.pop("nvidia"),
            "k.nvidia",
            (
                "the database lists no provider nvidia any more; it lists azureOpenAI, bedrock, cohere, huggingface, "
                "huggingfaceDedicated, jinaAI, mistral, openai, upstageAI, voyageAI"
            ),
        ),
        (
            lambda entries: entries["nvidia"]["supportedAuthentication"]["NONE"].update(enabled=False),
            "k.nvidia",
            "the database offers nvidia with no kind of authentication, and what is used names no stored credential",
        ),
        (
            lambda entries: entries["openai"]["supportedAuthentication"]["SHARED_SECRET"].update(enabled=False),
            "k.openai",
            "the database offers openai with HEADER alone, and a stored credential is used",
        ),
    ],
)
def test_a_provider_that_cannot_be_used_any_more(change: Callable[[dict[str, Any]], Any], address: str, sentence: str) -> None:
    assert [one[:4] for one in said(change)] == [("integration", address, "error", sentence)]


def test_of_a_provider_of_which_that_is_said_already_it_is_not_said_again() -> None:
    assert list(aged("k", USES, offered(lambda entries: entries.pop("nvidia")), told=["nvidia"])) == []


def test_a_model_that_nothing_uses_ages_in_silence() -> None:
    def end(entries: dict[str, Any]) -> None:
        for model in entries["voyageAI"]["models"]:
            model["apiModelSupport"]["status"] = "END_OF_LIFE"

    assert said(end) == []


def every_model(entries: dict[str, Any]) -> list[Use]:
    """One use of every model, with the largest of its dimensions, by a kind of authentication that is enabled."""
    known = catalog.embedding_providers()
    uses: list[Use] = []
    for provider, entry in entries.items():
        stored = entry["supportedAuthentication"].get("SHARED_SECRET", {}).get("enabled")
        # The recorded server had two models of its own, to show the other statuses.
        for model in (one for one in entry["models"] if one["name"] in known[provider].models):
            rule = known[provider].models[model["name"]].schema["properties"]["dimension"]
            dimension = rule.get("const") or rule.get("maximum") or max(rule["enum"])
            service = {"provider": provider, "modelName": model["name"], "authentication": {"providerKey": "x"} if stored else {}}
            uses.append(Use(f"k.docs.{len(uses)}", dimension, service))
    return uses


@pytest.mark.parametrize(
    "entries",
    [pytest.param(entries, id=name) for name, entries in RECORDED.items()],
)
def test_of_what_the_services_listed_nothing_is_told(entries: dict[str, Any]) -> None:
    uses = every_model(entries)
    assert len(uses) > 20
    assert list(aged("k", uses, entries)) == []
