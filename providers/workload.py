"""Workload: everything that a stack declares, declared first, so that its check can judge it before anything is touched."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult

from astra import loss, preflight
from providers.dynamic import AstraResource, AstraResourceProvider
from providers.wire import plain, told


class WorkloadProvider(AstraResourceProvider):
    """Verbs of Workload. Its id is its address. It makes nothing."""

    schema = "resources:workload"
    asks_always = True

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        result = super().check(_olds, news)
        olds = plain(_olds or {})
        if result.failures or not olds:
            return result
        connection, allowed = self.session.connection, self.session.allow_data_loss
        lost = told(lambda: loss.losses(connection, olds, plain(news), allowed))
        said = [*map(str, lost), *([loss.advice(lost)] if lost else [])]
        return CheckResult(news, [CheckFailure("", one) for one in said])

    def refusals(self, inputs: Mapping[str, Any]) -> list[str]:
        found = preflight.report(self.session.connection, self.session.verdicts, inputs)
        for warning in found.warnings():
            # The host's output is the stack's log: a warning must not stop what does not need the credential.
            print(f"warning: {warning}")
        if line := found.line():
            print(line)
        return found.refusals

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "workload"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "workload", {}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return inputs, {}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        """Nothing was made, so there is nothing to delete."""


class Workload(AstraResource, module="astra", name="Workload"):
    """Everything that a stack declares. Makes nothing: its check guards the data and asks the service's own verdict.

    It refuses whatever would drop, replace or spoil something that holds documents or rows and that allow_data_loss does not
    name, before anything is touched: the engine calls nobody for a resource that is dropped.

    Declare it first and have everything else depend on it. Check then refuses, all at once, every region that the
    organisation cannot use, and every vectorize definition that is about to be made or replaced and that its database
    refuses: provider, model, dimension, parameters, and whether the model can still be chosen. A credential that a database
    does not accept is a warning: what needs it fails, and nothing else. What could not be asked is said in one line, with
    the reason. Off with the stack's config `vectorize:dryRun` set to false.

    Args:
        resource_name: its address, by convention "workload".
        databases: by logical name {name, cloudProvider, region, additionalRegions}, {id} or {apiEndpoint}.
        workload: by logical name and keyspace {collections, tables}, each by name in the Data API's words.
        opts: Pulumi's resource options; must name the AstraProvider.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        databases: Mapping[str, Any],
        workload: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(WorkloadProvider(), resource_name, {"databases": databases, "workload": workload}, (), opts)
