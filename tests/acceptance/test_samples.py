"""The sample environments as they stand in environments/: each comes up on the emulator, stays as it is, and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from commands.main import main
from emulator.world import SELF_HOSTED
from tests.acceptance.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.acceptance.conftest import Project

FILES = {path.stem: path for path in sorted((ROOT / "environments").glob("*.yaml"))}
SAMPLES: dict[str, dict[str, Any]] = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
INTEGRATIONS = {
    "azureOpenAI",
    "huggingface",
    "huggingfaceDedicated",
    "jinaAI",
    "mistral",
    "nvidia",
    "openai",
    "upstageAI",
    "voyageAI",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_up_stays_and_goes(project: Project, name: str) -> None:
    """With the emulator's own limits, which are those of a database of Astra: ten collections, a hundred indexes."""
    sample = SAMPLES[name]
    keys = one_of_each_variable(sample)
    store_credentials(project, sample)
    project.declare(on_the_emulator(sample))
    project.up(**keys).ok()
    project.preview("--expect-no-changes", **keys).ok()
    # By now there are collections to try the applications' keys with; the outputs follow with the next update.
    project.pulumi("refresh", "--yes", "--skip-preview", **keys).ok()
    project.up("--expect-no-changes", **keys).ok()
    project.pulumi("refresh", "--preview-only", "--expect-no-changes", **keys).ok()

    shown = project.outputs()["databases"]
    assert {database: names(stated["keyspaces"]) for database, stated in shown.items()} == declared_names(sample)
    for database, stated in shown.items():
        assert set(stated.get("regions", ())) == set(sample["databases"][database].get("additionalRegions", ()))
        for integration, one in stated["integrations"].items():
            expected = "verified" if can_be_tried(sample["integrations"][integration]) else "asserted"
            assert (one["status"], bool(one["proof"])) == (expected, True), (database, integration, one)
    assert {one for stated in shown.values() for one in stated["integrations"]} == set(sample["integrations"])

    project.destroy().ok()
    assert project.resources() == []
    assert {database["status"] for database in project.world.databases()} <= {"TERMINATED"}
    assert project.world.collections(SELF_HOSTED, "default_keyspace") == {}
    assert project.world.tables(SELF_HOSTED, "default_keyspace") == {}


@pytest.mark.parametrize("kind", ["collections", "tables"])
def test_together_the_samples_show_every_integration(kind: str) -> None:
    assert {provider for sample in SAMPLES.values() for provider in providers_of(sample, kind)} == INTEGRATIONS


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_valid_without_a_warning(name: str) -> None:
    result = CliRunner().invoke(main, ["validate", "--strict", str(FILES[name])])
    assert (result.exit_code, result.stdout) == (0, ""), result.output


def on_the_emulator(sample: Mapping[str, Any]) -> dict[str, Any]:
    """All that the sample declares, where it can be made without an account, and free to go again."""
    target = {"kind": "emulator"} if sample["target"]["kind"] == "astra" else sample["target"]
    return {**sample, "target": target, "protect": False, "allowDataLoss": ["*"]}


def store_credentials(project: Project, sample: Mapping[str, Any]) -> None:
    """What a person does in the Astra Portal before the first update."""
    for name, settings in sample["integrations"].items():
        if settings["authentication"] == "SHARED_SECRET":
            project.world.add_credential(settings.get("provider", name), settings["providerKey"])


def one_of_each_variable(sample: Mapping[str, Any]) -> dict[str, str]:
    """The variables that the sample names, with keys in them; the emulator's providers accept any."""
    stated = [settings.get("keyVariable") for settings in sample["integrations"].values()]
    return dict.fromkeys(filter(None, stated), "any-key")


def can_be_tried(integration: Mapping[str, Any]) -> bool:
    """Whether an update has what the application will use: not where that sends a key of which nothing is known here."""
    return integration["authentication"] != "HEADER" or "keyVariable" in integration


def names(keyspaces: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Of the collections and tables of each keyspace."""
    kinds = ("collections", "tables")
    return {name: {kind: sorted((content or {}).get(kind, {})) for kind in kinds} for name, content in keyspaces.items()}


def declared_names(sample: Mapping[str, Any]) -> dict[str, dict[str, dict[str, list[str]]]]:
    return {database: names(keyspaces) for database, keyspaces in sample["workload"].items()}


def providers_of(sample: Mapping[str, Any], kind: str) -> Iterator[str]:
    """The embedding providers of a sample's collections, or of the columns of its tables."""
    contents = [content or {} for keyspaces in sample["workload"].values() for content in keyspaces.values()]
    things = [thing or {} for content in contents for thing in content.get(kind, {}).values()]
    vectors = [
        vector
        for thing in things
        for vector in (thing["definition"]["columns"].values() if kind == "tables" else [thing.get("vector")])
        if isinstance(vector, dict) and "service" in vector
    ]
    for service in (vector["service"] for vector in vectors):
        name = service.get("integration")
        yield service.get("provider") or sample["integrations"][name].get("provider", name)
