"""A vector's service against the schema of its embedding provider."""

from typing import Any

import pytest

from astra import catalog, service
from astra.validation import UNKNOWN

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}


def said(vector: Any) -> list[str]:
    return [str(problem) for problem in service.problems(vector)]


@pytest.mark.parametrize(
    "vector",
    [
        {"service": NVIDIA},
        {"dimension": 1024, "metric": "cosine", "service": NVIDIA},
        {"dimension": 512, "service": OPENAI},
        {"service": {**OPENAI, "authentication": {"providerKey": "mine"}, "parameters": {"organizationId": "org-1"}}},
        {"dimension": 8},
        {"dimension": 8, "service": None},
        None,
        UNKNOWN,
        {"service": UNKNOWN},
        {"service": {"provider": UNKNOWN, "modelName": "x"}},
        {"service": {"provider": "openai", "modelName": UNKNOWN}},
        {"dimension": UNKNOWN, "service": NVIDIA},
        {"service": {**OPENAI, "authentication": UNKNOWN, "parameters": {"organizationId": UNKNOWN}}},
    ],
)
def test_right_or_not_known_yet(vector: Any) -> None:
    assert said(vector) == []


@pytest.mark.parametrize(
    ("vector", "sentence"),
    [
        ({}, '"dimension" is missing: without a service it cannot be left out'),
        (
            {"service": {"provider": "opnai", "modelName": "x"}},
            'service.provider: unknown embedding provider "opnai"; did you mean "openai"?',
        ),
        (
            {"service": {"provider": "vespa", "modelName": "x"}},
            'service.provider: unknown embedding provider "vespa"; known: ' + ", ".join(catalog.embedding_providers()),
        ),
        (
            {"service": {"provider": "nvidia"}},
            'service: "modelName" is missing; models of nvidia: NV-Embed-QA, nvidia/nv-embedqa-e5-v5',
        ),
        (
            {"service": {"provider": "nvidia", "modelName": "nv-embed-qa"}},
            'service.modelName: nvidia has no model "nv-embed-qa"; did you mean "NV-Embed-QA"?',
        ),
        (
            {"service": {"provider": "nvidia", "modelName": "x"}},
            'service.modelName: nvidia has no model "x"; its models: NV-Embed-QA, nvidia/nv-embedqa-e5-v5',
        ),
        ({"dimension": 512, "service": NVIDIA}, "dimension: 512 is not allowed; allowed: 1024 alone"),
        ({"dimension": 2000, "service": OPENAI}, "dimension: 2000 is not allowed; allowed: 2 to 1536 (default 1536)"),
        ({"dimension": "512", "service": OPENAI}, "dimension: must be a whole number, not text"),
        (
            {"service": {**NVIDIA, "authentication": {"providerKey": "x"}}},
            "service.authentication.providerKey: unknown key; nothing is allowed here",
        ),
        (
            {"service": {**NVIDIA, "parameters": {"a": 1}}},
            "service.parameters.a: unknown key; nothing is allowed here",
        ),
        (
            {"service": {**OPENAI, "parameters": {"organisationId": "o"}}},
            'service.parameters.organisationId: unknown key; did you mean "organizationId"?',
        ),
        (
            {"service": {**OPENAI, "parameters": {"projectId": 1}}},
            "service.parameters.projectId: must be text, not a number; quote it to make it text",
        ),
        ({"service": {**OPENAI, "parameters": []}}, "service.parameters: must be a mapping, not a list"),
    ],
)
def test_wrong(vector: Any, sentence: str) -> None:
    assert said(vector) == [sentence]


@pytest.mark.parametrize("name", [5, [], {}, True])
def test_a_model_that_is_no_text_is_the_general_schema_s_business(name: Any) -> None:
    assert said({"service": {"provider": "openai", "modelName": name}}) == []


def test_everything_wrong_is_said_at_once() -> None:
    wrong = {**OPENAI, "authentication": {"key": "x"}, "parameters": {"projectId": True}}
    assert said({"dimension": 1, "service": wrong}) == [
        "dimension: 1 is not allowed; allowed: 2 to 1536 (default 1536)",
        "service.authentication.key: unknown key; allowed: providerKey",
        "service.parameters.projectId: must be text, not true or false; quote it to make it text",
    ]
