"""Deployment: what was deployed, when and from which commit; declared last, so that everything before it succeeded."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import pulumi
from pulumi.dynamic import DiffResult

from astra import deployment
from providers import revision
from providers.dynamic import AstraResource, AstraResourceProvider
from providers.wire import plain

# The outputs beside the inputs.
RECORDED = ("deployedAt", "commit", "tool", "schemas", "from", "history")


class DeploymentProvider(AstraResourceProvider):
    """Verbs of Deployment. Its id is its address. It makes nothing."""

    schema = "resources:deployment"
    makes_nothing = True

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # What is written in another way, or comes from elsewhere, is deployed already.
        changed = plain(_olds).get("digest") != plain(_news)["digest"]
        return DiffResult(changes=changed, replaces=[], delete_before_replace=True)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "deployment"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "deployment", _recorded(inputs, {})

    def alter(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        return _recorded(inputs, known)

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        # What was deployed stays so, whatever stands by now: that is drift.
        return inputs, {key: known[key] for key in RECORDED if key in known}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        """Nothing was made, so there is nothing to delete."""


def _recorded(inputs: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    made = deployment.Deployment(
        digest=inputs["digest"],
        workload=inputs["workload"],
        deployed_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        commit=revision.commit(),
        tool=metadata.version("astra-vectorize"),
        schemas=deployment.schemas(),
        origin=deployment.origin(inputs["digest"], inputs.get("promoted", "")),
    )
    return {**made.outputs(), "history": deployment.packed([made, *deployment.history(known)])}


class Deployment(AstraResource, module="astra", name="Deployment"):
    """What was deployed. Makes nothing, and is for `providers.stack` alone: a program of one's own has none.

    Declared after everything else, it is written only where all of that was made or changed. What is dropped goes after it, since
    the engine deletes at the end. Another digest alone is another deployment. A destroy forgets it, also one that is refused.

    Its outputs, beside its inputs, are those of `astra.deployment.Deployment`, and `history`, as it is packed there.

    Args:
        resource_name: its address, by convention "deployment".
        digest: of the workload, as `astra.canonical.digest` makes it.
        workload: the section `workload` of the environment file, its keys in the order of the file; kept as JSON.
        promoted: the section `promoted` of the file; None where it has none.
        opts: Pulumi's resource options; must name the AstraProvider.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        digest: str,
        workload: Mapping[str, Any],
        promoted: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        texts = {"workload": json.dumps(workload), "promoted": json.dumps(promoted) if promoted else ""}
        super().__init__(DeploymentProvider(), resource_name, {"digest": digest, **texts}, (), opts)
