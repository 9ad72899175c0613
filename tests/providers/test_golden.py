"""What every user's state keeps: it never changes, so it is pinned. A failure here is a broken promise, not a test to update."""

import base64
import json
import pickle
import pickletools
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

import providers
from astra import catalog
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.database_region import DatabaseRegionProvider
from providers.deployment import Deployment, DeploymentProvider
from providers.dynamic import AstraResource, AstraResourceProvider
from providers.index import IndexProvider
from providers.integration import ProviderIntegrationProvider
from providers.keyspace import KeyspaceProvider
from providers.table import TableProvider
from providers.vector_index import VectorIndexProvider
from providers.workload import WorkloadProvider

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "resources.json").read_text(encoding="utf-8"))
PROVIDERS: dict[str, type[AstraResourceProvider]] = {
    "Collection": CollectionProvider,
    "Database": DatabaseProvider,
    "DatabaseRegion": DatabaseRegionProvider,
    "Deployment": DeploymentProvider,
    "Index": IndexProvider,
    "Keyspace": KeyspaceProvider,
    "ProviderIntegration": ProviderIntegrationProvider,
    "Table": TableProvider,
    "VectorIndex": VectorIndexProvider,
    "Workload": WorkloadProvider,
}
# Not exported: a program of one's own has none.
INTERNAL: dict[str, type[AstraResource]] = {"Deployment": Deployment}
EXPORTED: dict[str, type[AstraResource]] = {
    name: kind
    for name in providers.__all__
    if isinstance(kind := getattr(providers, name), type) and issubclass(kind, AstraResource)
}
RESOURCES = {**EXPORTED, **INTERNAL}


def test_every_resource_is_pinned() -> None:
    assert set(RESOURCES) == set(GOLDEN) == set(PROVIDERS)
    assert {kind for kind in AstraResource.__subclasses__() if kind.__module__.startswith("providers.")} == set(
        RESOURCES.values()
    )


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_resource_is_in_every_state_as_it_always_was(name: str) -> None:
    properties: dict[str, Any] = dict(catalog.schema(PROVIDERS[name].schema)["properties"])
    replacing = sorted(key for key, rule in properties.items() if rule.get("replaceOnChanges"))
    assert GOLDEN[name] == {
        "type": f"pulumi-python:{RESOURCES[name]._resource_type_name}",
        "provider": serialize_provider(PROVIDERS[name]()),
        "required": sorted(catalog.schema(PROVIDERS[name].schema)["required"]),
        "replacing": replacing,
        "in place": sorted(properties.keys() - set(replacing)),
    }


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_pickle_is_short_holds_a_name_alone_and_loads(name: str) -> None:
    text = GOLDEN[name]["provider"]
    assert len(text) < 100
    words = [argument for _, argument, _ in pickletools.genops(base64.b64decode(text)) if isinstance(argument, str)]
    assert words == [PROVIDERS[name].__module__, PROVIDERS[name].__name__]
    assert type(pickle.loads(base64.b64decode(text))) is PROVIDERS[name]  # noqa: S301 - our own golden text


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_pickle_is_no_secret(name: str) -> None:
    assert PROVIDERS[name].serialize_as_secret_always is False


@pytest.mark.parametrize("stated", [{}, {"module": "astra"}, {"name": "Thing"}, {"module": "", "name": "Thing"}])
def test_a_resource_without_module_or_name_is_refused(stated: dict[str, str]) -> None:
    with pytest.raises(TypeError, match=r"^Thing needs module= and name= in its class statement$"):
        type("Thing", (AstraResource,), {}, **stated)
