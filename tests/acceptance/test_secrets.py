"""What becomes of a stack when a secret is replaced, as docs/threat-model.md says; and what the state keeps of the providers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from emulator.application import application
from emulator.tokens import digest
from tests.acceptance.test_service_errors import astra_at, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

OLD = "AstraCS:CANARYoldCANARY:0123456789abcdef0123456789abcdef"
NEW = "AstraCS:CANARYnewCANARY:0123456789abcdef0123456789abcdef"
REFUSED = "Check ASTRA_DB_APPLICATION_TOKEN: it must be a valid token of this organisation."
TOKEN_KEY = "vectorize:token"


@pytest.fixture
def astra(project: Project, declared: dict[str, Any]) -> Iterator[Project]:
    """A stack of the target `astra`, over HTTP; the old and the new token are valid."""
    project.declare({**declared, "target": {"kind": "astra"}, "protect": False})
    for token in (OLD, NEW):
        project.world.add_token(token)
    with served(application(project.world)) as address:
        project.configure(astra_at(address))
        yield project


def revoke(project: Project, token: str) -> None:
    with project.world.writing() as connection:
        connection.execute("DELETE FROM tokens WHERE digest = ?", (digest(token),))


def kept(project: Project) -> dict[str, Any]:
    """What the state holds of every resource but the provider."""
    resources = (one for one in project.resources() if not one["type"].startswith("pulumi:providers:"))
    return {one["urn"]: (one["id"], one["inputs"], one["outputs"]) for one in resources if "id" in one}


def test_a_token_of_the_environment_is_replaced_without_a_trace(astra: Project) -> None:
    astra.up(ASTRA_DB_APPLICATION_TOKEN=OLD).ok()
    before = kept(astra)
    revoke(astra, OLD)
    refused = astra.pulumi("refresh", "--yes", ASTRA_DB_APPLICATION_TOKEN=OLD)
    assert refused.code != 0
    assert REFUSED in refused.output
    assert kept(astra) == before
    astra.pulumi("refresh", "--yes", "--expect-no-changes", ASTRA_DB_APPLICATION_TOKEN=NEW).ok()
    astra.preview("--expect-no-changes", ASTRA_DB_APPLICATION_TOKEN=NEW).ok()
    assert kept(astra) == before


def token_in_state(project: Project) -> dict[str, str]:
    """What the state holds of the token of the secret config."""
    (provider,) = (one for one in project.resources() if one["type"].startswith("pulumi:providers:"))
    found: dict[str, str] = provider["inputs"][TOKEN_KEY]
    return found


def test_a_token_of_the_secret_config_is_replaced_by_one_update_of_the_provider_alone(astra: Project) -> None:
    astra.pulumi("config", "set", "--secret", TOKEN_KEY, OLD).ok()
    astra.up().ok()
    before, first = kept(astra), token_in_state(astra)
    assert first.keys() >= {"ciphertext"}
    astra.pulumi("config", "set", "--secret", TOKEN_KEY, NEW).ok()
    revoke(astra, OLD)
    # Until the update, the engine goes by what the state has.
    assert REFUSED in astra.pulumi("refresh", "--yes").output
    run = astra.up("--diff").ok()
    assert "~ pulumi:providers:pulumi-python: (update)" in run.output
    assert "~ 1 updated" in run.output
    astra.pulumi("refresh", "--yes", "--expect-no-changes").ok()
    assert kept(astra) == before
    assert token_in_state(astra)["ciphertext"] != first["ciphertext"]


def test_another_passphrase_encrypts_the_config_and_the_state_anew(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.pulumi("config", "set", "--secret", TOKEN_KEY, OLD).ok()
    project.up().ok()
    before, first = kept(project), token_in_state(project)
    subprocess.run(
        ["pulumi", "stack", "change-secrets-provider", "passphrase"],
        cwd=project.folder,
        env=project.environment,
        input="another passphrase\n",
        text=True,
        capture_output=True,
        timeout=600,
        check=True,
    )
    refused = project.pulumi("config", "get", TOKEN_KEY)
    assert refused.code != 0
    assert "incorrect passphrase" in refused.output
    project.environment["PULUMI_CONFIG_PASSPHRASE"] = "another passphrase"
    assert project.pulumi("config", "get", TOKEN_KEY).ok().output.strip() == OLD
    project.preview("--expect-no-changes").ok()
    assert kept(project) == before
    assert token_in_state(project)["ciphertext"] != first["ciphertext"]
    assert OLD not in json.dumps(project.state())


def test_pickles_in_the_state_are_short_constant_and_not_secret(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.up().ok()
    pickles = {
        (resource["type"], resource["inputs"]["__provider"])
        for resource in project.resources()
        if resource["type"].startswith("pulumi-python:dynamic")
    }
    assert {kind for kind, _ in pickles} == {
        "pulumi-python:dynamic/astra:Collection",
        "pulumi-python:dynamic/astra:Database",
        "pulumi-python:dynamic/astra:Deployment",
        "pulumi-python:dynamic/astra:Keyspace",
        "pulumi-python:dynamic/astra:ProviderIntegration",
        "pulumi-python:dynamic/astra:Workload",
    }
    assert len(pickles) == 6
    assert all(len(pickle) < 100 for _, pickle in pickles)
