"""The file of the environment that takes a workload: what is written, and what stands in the way of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from astra import canonical
from astra.deployment import Deployment
from commands.environment_file import environment_file
from commands.promotion import source, target
from commands.promotion.side import Side

OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
AZURE = {"provider": "azureOpenAI", "modelName": "text-embedding-3-large"}
WORKLOAD: dict[str, Any] = {
    "k": {"docs": {"collections": {"a": {"vector": {"service": OPENAI}}, "b": {"vector": {"service": AZURE}}}}}
}
COMMIT = "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f"


def azure(name: str) -> dict[str, Any]:
    return {
        "provider": "azureOpenAI",
        "authentication": "SHARED_SECRET",
        "providerKey": f"{name}-azure",
        "parameters": {"resourceName": name, "deploymentId": name},
    }


def environment(name: str, workload: Any = None, **integrations: Any) -> dict[str, Any]:
    openai = {"authentication": "SHARED_SECRET", "providerKey": f"{name}-openai"}
    stated = {"openai": openai, "azure": azure(name), **integrations}
    return {
        "target": {"kind": "emulator"},
        "databases": {"k": {"name": f"k-{name}", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {key: value for key, value in stated.items() if value},
        "workload": workload or {},
    }


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(tmp_path)


def side(name: str, data: dict[str, Any]) -> Side:
    Path(f"environments/{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return Side(name, environment_file(name), name)


def promoted(
    taking: dict[str, Any], proven: dict[str, Any] | None = None, digest: str = ""
) -> tuple[target.Wanted | None, list[tuple[str, str, str]]]:
    """What `staging` would become, and its gates but for those that passed."""
    dev = side("dev", proven or environment("dev", WORKLOAD))
    assert dev.file.text
    data = dev.file.text.data
    chosen = Deployment(digest or canonical.digest(data), json.dumps(data["workload"]), "2026-01-02T03:04:05Z", COMMIT)
    staging = side("staging", taking)
    wanted, gates = target.wanted(dev, staging, chosen, staging.path.read_bytes())
    return wanted, [(one.verdict, one.rule, one.address) for one in gates if one.verdict != "passed"]


def test_the_workload_and_where_it_came_from_are_written_and_nothing_else() -> None:
    wanted, gates = promoted(environment("staging"))
    assert (gates, wanted is not None) == ([], True)
    assert wanted
    written = yaml.safe_load(wanted.text)
    digest = canonical.digest(environment("dev", WORKLOAD))
    assert written.pop("promoted") == {"from": "dev", "digest": digest, "commit": COMMIT, "deployedAt": "2026-01-02T03:04:05Z"}
    assert written == environment("staging", WORKLOAD)
    assert wanted.environment.digest == digest


INTEGRATION = "promotion/integration"


@pytest.mark.parametrize(
    ("integrations", "refused"),
    [
        ({"openai": None}, "integrations.openai"),
        ({"azure": None}, "integrations.azureOpenAI"),
        ({"openai": {"provider": "mistral", "authentication": "SHARED_SECRET", "providerKey": "m"}}, "integrations.openai"),
        # A provider that is used without naming an integration, and there are two of it.
        ({"second": azure("second")}, "integrations.azureOpenAI"),
    ],
)
def test_integrations_have_to_mean_the_same(integrations: dict[str, Any], refused: str) -> None:
    wanted, gates = promoted(environment("staging", **integrations))
    assert wanted is None
    assert ("refused", INTEGRATION, refused) in gates


def test_an_integration_that_adds_to_the_model_makes_another_workload() -> None:
    wanted, gates = promoted(environment("staging"), digest=f"sha256:{'0' * 64}")
    assert (wanted, gates) == (None, [("refused", INTEGRATION, "integrations")])


def test_the_whole_file_is_validated_and_judged_by_the_policies() -> None:
    policy = {"name": "no-openai", "reason": "It is not approved.", "models": {"deny": ["openai/*"]}}
    Path("policies.yaml").write_text(json.dumps([policy]))
    other = environment("staging")
    other["databases"] = {"other": other["databases"].pop("k")}
    wanted, gates = promoted(other)
    service = "workload.k.docs.collections.a.vector.service"
    assert wanted is None
    assert ("refused", "promotion/invalid", "workload.k") in gates
    assert any(verdict == "refused" and rule == "policy" and address.startswith(service) for verdict, rule, address in gates)


def test_a_file_that_cannot_be_read_is_refused_with_its_place() -> None:
    dev = side("dev", environment("dev", WORKLOAD))
    chosen = Deployment(canonical.digest(environment("dev", WORKLOAD)), json.dumps(WORKLOAD), "2026-01-02T03:04:05Z")
    staging = side("staging", {})
    wanted, (gate,) = target.wanted(dev, staging, chosen, b"target: [")
    assert wanted is None
    assert (gate.rule, gate.sentence.startswith("environments/staging.yaml:")) == ("promotion/invalid", True)


def test_what_somebody_wrote_and_nobody_deployed_is_replaced_with_a_warning() -> None:
    staging = side("staging", environment("staging", {"k": {"docs": {"collections": {"mine": None}}}}))
    deployed = Deployment(f"sha256:{'1' * 64}", "{}", "2026-01-02T03:04:05Z")
    chosen = Deployment(canonical.digest(environment("dev", WORKLOAD)), json.dumps(WORKLOAD), "2026-01-02T03:04:05Z")
    known = Side("staging", staging.file, "staging", history=(deployed,))
    _, gates = target.wanted(side("dev", environment("dev", WORKLOAD)), known, chosen, staging.path.read_bytes())
    assert ("warning", "promotion/target") in [(one.verdict, one.rule) for one in gates]


def test_a_workload_that_states_something_of_an_account_is_not_promoted() -> None:
    own = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "dev-openai"}}
    data = environment("dev", {"k": {"docs": {"collections": {"a": {"vector": {"service": own}}}}}})
    chosen = Deployment(canonical.digest(data), json.dumps(data["workload"]), "2026-01-02T03:04:05Z")
    dev = side("dev", data)
    dev = Side("dev", dev.file, "dev", update="succeeded", history=(chosen,))
    refused = [one.address for one in source.gates(dev, chosen) if one.verdict == "refused"]
    assert refused == ["workload.k.docs.collections.a.vector.service.authentication"]
