"""The emulated DevOps API is held against the published document by schemathesis, for every operation it implements.

`tests/recordings/devops-openapi.json` has the document's facts. `devops-differences.json` says where the emulator follows
something else, with the reason: as a change to the document (RFC 7386), or as what schemathesis finds at one operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from hypothesis.internal.conjecture import providers
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.result import Ok
from werkzeug.test import Client

from emulator.application import application
from emulator.devops.operations import OPERATIONS
from emulator.tokens import DEFAULT_TOKEN
from emulator.world import World

RECORDINGS = Path(__file__).parents[1] / "recordings"
EXAMPLES = 10
"""Requests that fit the document, and as many that do not, for each operation."""

DATABASE = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
ROLE = {
    "name": "reader",
    "policy": {
        "description": "Sees databases",
        "effect": "allow",
        "actions": ["org-db-view"],
        "resources": ["drn:astra:org:2b8c5c6e-0000-4000-8000-000000000001"],
    },
}
LACKING = 501
NEVER_WRONG = {
    "GET /v2/access-lists",
    "GET /v2/clientIdSecrets",
    "DELETE /v2/clientIdSecrets/{clientId}",
    "GET /v2/currentOrg",
    "GET /v2/organizations/roles",
    "GET /v2/tokens",
}
"""No request to these breaks the document: they take nothing, or any text."""

UNSCOPED = "AstraCS:unscoped:22222222222222222222222222222222"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOW = 1_800_000_000.0


Exchanges: TypeAlias = tuple[dict[str, int], dict[tuple[str, str], str]]


def load(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def merged(document: Any, change: Any) -> Any:
    """RFC 7386: null deletes, objects are merged, everything else replaces."""
    if not isinstance(change, dict):
        return change
    base = document if isinstance(document, dict) else {}
    both = {**base, **{name: merged(base.get(name), value) for name, value in change.items()}}
    return {name: value for name, value in both.items() if change.get(name, "") is not None}


CHANGES = [item["document"] for item in load("devops-differences.json") if "document" in item]
EXPECTED = {(item["operation"], item["found"]): item["because"] for item in load("devops-differences.json") if "found" in item}


def document(known: dict[str, str]) -> Any:
    """The document with the changes. Requests that fit name what is there (id by parameter) as often as what is not."""
    # Every request is given a token here, so none is to be made up.
    changed = merged(load("devops-openapi.json"), {"security": None, "components": {"securitySchemes": None}})
    for path in changed["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    for change in CHANGES:
        changed = merged(changed, change)
    ids = {name: {"schema": {"enum": [known_id, UNKNOWN]}} for name, known_id in known.items()}
    return merged(changed, {"components": {"parameters": ids}})


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchanges]:
    """How many requests each operation answered, and what schemathesis found, with an example."""
    with pytest.MonkeyPatch.context() as patched:
        # Hypothesis tries texts that it finds in whatever was imported before: the requests must not depend on that.
        patched.setattr(providers, "_get_local_constants", type(providers.GLOBAL_CONSTANTS))
        yield _exchanges(tmp_path_factory.mktemp("devops") / "emulator.sqlite")


def _exchanges(store: Path) -> Exchanges:
    world = World(store, clock=lambda: NOW)
    world.set("provisioning_seconds", 0)
    world.add_token(UNSCOPED, permissions=[])
    app = application(world)
    headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
    database = Client(app).post("/v2/databases", json=DATABASE, headers=headers).headers["Location"]
    role = Client(app).post("/v2/organizations/roles", json=ROLE, headers=headers).get_json()["id"]
    known = {"DatabaseIdParam": database, "DatacenterIdParam": f"{database}-1", "RoleIdParam": role}
    schema = schemathesis.openapi.from_dict(document(known))
    schema.app = app
    sent: dict[str, int] = {}
    found: dict[tuple[str, str], str] = {}

    def send(case: Case, token: str) -> None:
        world.set_status(database, "ACTIVE")
        operation = case.operation.label
        sent[operation] = sent.get(operation, 0) + 1
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call(headers=headers)
        assert token or answer.status_code == 401, f"{operation} answers {answer.status_code} without a token"
        if answer.status_code == LACKING and case.meta and case.meta.generation.mode.is_negative:
            return  # what is wrong with it is something that the emulator does not do
        try:
            case.validate_response(answer, headers=headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                if not is_of_an_unknown_parameter(failure):
                    found.setdefault((operation, type(failure).__name__), f"{failure}\n{case.as_curl_command()}")

    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode, count, token in (
            (GenerationMode.POSITIVE, EXAMPLES, DEFAULT_TOKEN),
            (GenerationMode.NEGATIVE, EXAMPLES, DEFAULT_TOKEN),
            (GenerationMode.POSITIVE, 1, UNSCOPED),
            (GenerationMode.POSITIVE, 1, ""),
        ):
            each = settings(
                derandomize=True,
                max_examples=count,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            if mode is GenerationMode.NEGATIVE and operation.label in NEVER_WRONG:
                continue
            each(given(case=operation.as_strategy(generation_mode=mode), token=strategies.just(token))(send))()
    world.close()
    return sent, found


def is_of_an_unknown_parameter(failure: BaseException) -> bool:
    """The document does not say what happens to parameters it does not have; the emulator, as most services, ignores them."""
    return isinstance(failure, AcceptedNegativeData) and "query: violates `additionalProperties`" in str(failure)


def test_every_implemented_operation_is_in_the_document_and_was_asked(exchanges: Exchanges) -> None:
    sent, _ = exchanges
    print(f"{sum(sent.values())} requests to {len(sent)} operations of the DevOps API")
    assert set(sent) == set(OPERATIONS)
    assert {operation for operation, count in sent.items() if count <= EXAMPLES} <= NEVER_WRONG


def test_the_answers_are_the_documents_but_for_the_listed_differences(exchanges: Exchanges) -> None:
    _, found = exchanges
    unlisted = [f"{operation}: {example}" for (operation, kind), example in found.items() if (operation, kind) not in EXPECTED]
    assert not unlisted, "\n\n".join(unlisted)
    assert set(found) == set(EXPECTED), "what is listed and no difference any more"


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_a_difference_says_something_else_than_the_document(change: Any) -> None:
    assert merged(load("devops-openapi.json"), change) != load("devops-openapi.json")
