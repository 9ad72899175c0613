"""Workload: everything that a stack declares, declared first, so that its check can judge it before anything is touched."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult

from astra import loss, preflight
from astra.errors import Problem
from providers.dynamic import AstraResource, AstraResourceProvider
from providers.wire import log, plain, told


class WorkloadProvider(AstraResourceProvider):
    """Verbs of Workload. Its id is its address. It makes nothing."""

    schema = "resources:workload"
    # What did not change may be refused all the same: its database may have changed.
    asks_always = True
    makes_nothing = True

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        result = super().check(_olds, news)
        if result.failures or not _olds:
            return result
        olds, declared = _declared(plain(_olds)), _declared(plain(news))
        connection, allowed = self.session.connection, self.session.allow_data_loss
        lost = told(lambda: loss.losses(connection, olds, declared, allowed))
        given_away = told(lambda: list(loss.handed_over(connection, olds, declared, allowed)))
        said = [*given_away, *map(str, lost), *([loss.advice(lost)] if lost else [])]
        return CheckResult(news, [CheckFailure("", one) for one in said])

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        workload = definition.get("workload")
        try:
            wrong = isinstance(workload, str) and not isinstance(json.loads(workload), dict)
        except ValueError:
            wrong = True
        return (Problem(("workload",), "must be an object as JSON"),) if wrong else ()

    def refusals(self, inputs: Mapping[str, Any], olds: Mapping[str, Any]) -> list[str]:
        before = _declared(olds).get("workload")
        found = preflight.report(self.session.connection, self.session.verdicts, _declared(inputs), before)
        self.session.crowding.expect(found.rooms)
        for warning in found.warnings():
            # No failure, which would stop what does not need the credential.
            log(f"warning: {warning}")
        if line := found.line():
            log(line)
        return found.refusals

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "workload"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "workload", {}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return inputs, {}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        """Nothing was made, so there is nothing to delete."""


def _declared(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with what the JSON says; a state of before it was JSON has the object itself."""
    workload = inputs.get("workload")
    return {**inputs, "workload": plain(json.loads(workload))} if isinstance(workload, str) else dict(inputs)


class Workload(AstraResource, module="astra", name="Workload"):
    """Everything that a stack declares. Makes nothing: its check guards the data and asks the service's own verdict.

    It refuses whatever would drop, replace or spoil something that holds documents or rows and that allow_data_loss does not
    name, before anything is touched: the engine calls nobody for a resource that is dropped.

    Declare it first and have everything else depend on it. Check then refuses, all at once, every region that the
    organisation cannot use, and every vectorize definition that is about to be made or replaced and that its database
    refuses: provider, model, dimension, parameters, and whether the model can still be chosen. A credential that a database
    does not accept is a warning: what needs it fails, and nothing else. So are more collections, tables or indexes than a
    database usually holds, what stands there counted with what is to be made; where the last collection was made all the same,
    it is said once more. What could not be asked is said in one line, with the reason. Off with the stack's config
    `vectorize:dryRun` set to false.

    Args:
        resource_name: its address, by convention "workload".
        databases: by logical name {name, cloudProvider, region, additionalRegions}, {id} or {apiEndpoint}.
        workload: by logical name and keyspace {collections, tables}, each by name in the Data API's words. Plain values, no
            outputs of other resources; kept in the state as JSON.
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
        # One text: the engine charges for every value in an object, which was a fourteenth of a preview of 400 collections. Its
        # displays show JSON as what it says.
        inputs = {"databases": databases, "workload": json.dumps(workload, sort_keys=True)}
        super().__init__(WorkloadProvider(), resource_name, inputs, (), opts)
