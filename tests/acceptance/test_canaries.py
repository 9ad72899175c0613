"""Canaries: tokens and keys are planted, and searched for in everything that the engine prints and keeps.

What each message says is in tests/unit/test_canaries.py; here the engine, its log, its state and every file are in between.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Request, Response

from commands.main import main
from emulator.application import application
from tests.acceptance.test_service_errors import astra_at, served
from tests.unit.test_canaries import BARE_KEY, GOOD, PASTED, PLACES, SELF_HOSTED_TOKEN, TOKEN, secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

CANARIES = (TOKEN, TOKEN.rpartition(":")[2], SELF_HOSTED_TOKEN, BARE_KEY)
# Where the environment can be read all the same, so that one run meets many.
READABLE = [place for place in PLACES if place.startswith(("a ", "the ", "what "))]


def test_the_engine_repeats_no_key_that_was_pasted(project: Project) -> None:
    """Every kind of key, each in its share of the places."""
    text = GOOD
    for number, place in enumerate(READABLE):
        before, after = PLACES[place]
        text = text.replace(before, after.replace("KEY", [*PASTED.values()][number % len(PASTED)]), 1)
    project.declare(text)
    for command in (("preview", "--json"), ("up", "--yes", "--skip-preview")):
        run = project.pulumi(*command)
        assert run.code != 0
        assert "nothing was touched" in run.output
        assert [pasted for pasted in PASTED.values() if secret(pasted) in run.output] == []
    state = json.dumps(project.state())
    assert [pasted for pasted in PASTED.values() if secret(pasted) in state] == []


INTEGRATED = {
    "integrations": {"mistral": {"authentication": "HEADER", "keyVariable": "MISTRAL_API_KEY"}},
    "workload": {
        "knowledge": {
            "docs": {
                "collections": {
                    "articles": {"vector": {"service": {"integration": "mistral", "modelName": "mistral-embed"}}},
                    "own": {"vector": {"dimension": 8}},
                }
            }
        }
    },
}


def environment(target: str, address: str) -> dict[str, Any]:
    """An environment whose application sends the key of its provider itself."""
    database = {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}
    return {
        "target": {"kind": target},
        "protect": False,
        "allowDataLoss": ["*"],
        "databases": {"knowledge": database if target == "astra" else {"apiEndpoint": address}},
        **INTEGRATED,
    }


# How the Data API's code for a key that its provider refused begins.
REFUSED_KEY = "EMBEDDING_PROVIDER_CLIENT_ERROR"


def quoting(status: int, form: str) -> Any:
    """A service, or a proxy before it, that fails and quotes the headers of the request in what it says."""

    @Request.application
    def respond(request: Request) -> Response:
        said = "; ".join(f"{name}: {value}" for name, value in request.headers.items())
        bodies = {
            "text": said,
            "DevOps API": json.dumps({"errors": [{"ID": 1, "message": said}]}),
            "Data API": json.dumps({"errors": [{"family": "REQUEST", "errorCode": REFUSED_KEY, "message": f"HTTP 401: {said}"}]}),
        }
        return Response(bodies[form], status)

    return respond


def quoting_keys_alone(real: Any) -> Any:
    """A service that works, but for the requests that bring a provider's key: these it quotes."""
    failing = quoting(200, "Data API")

    def respond(environ: Any, start: Any) -> Any:
        return (failing if "HTTP_X_EMBEDDING_API_KEY" in environ else real)(environ, start)

    return respond


Answering = list[Any]


@contextmanager
def standing(project: Project, target: str) -> Iterator[tuple[Answering, dict[str, str]]]:
    """A stack that stands; what is put last into the list is what answers from then on. And the engine's variables."""
    project.world.add_token(TOKEN)
    answering = [application(project.world)]

    def current(environ: Any, start: Any) -> Any:
        return answering[-1](environ, start)

    token = TOKEN if target == "astra" else SELF_HOSTED_TOKEN
    variables = {"ASTRA_DB_APPLICATION_TOKEN": token, "MISTRAL_API_KEY": BARE_KEY, "PULUMI_RUN_PROGRAM": "true"}
    with served(current) as address:
        project.configure(astra_at(address) if target == "astra" else {})
        project.declare(environment(target, address))
        project.up(**variables).ok()
        yield answering, variables


def leaks(project: Project) -> list[str]:
    """Every place where a canary is: what was printed, the state, and the files that are kept."""
    places = {f"run {number}": run.output for number, run in enumerate(project.runs)}
    places["state"] = json.dumps(project.state())
    for path in project.folder.parent.rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("utf-8", "replace")
    return [place for place, text in places.items() for canary in CANARIES if canary in text]


LOUDEST = ("--debug", "--logtostderr", "-v=9")
# Each command of the engine meets another failure, and with the other target once more another.
COMMANDS: dict[str, tuple[str, ...]] = {
    "refresh": ("--yes", "--skip-preview", "--diff", *LOUDEST),
    "preview": ("--diff", "--json"),
    "up": ("--yes", "--skip-preview", "--diff"),
    "destroy": ("--yes", "--skip-preview"),
}
FAILURES = {
    "astra": (quoting(401, "DevOps API"), quoting(403, "text"), quoting(200, "Data API"), quoting(200, "text")),
    "data-api": (quoting(200, "text"), quoting(200, "Data API"), quoting(401, "text"), quoting(404, "text")),
}


@pytest.mark.parametrize("target", FAILURES)
def test_a_service_that_quotes_what_it_was_sent_gives_nothing_away(
    project: Project, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing(project, target) as (answering, variables):
        before = {one["urn"] for one in project.resources()}
        path = project.folder / "environments" / "test.yaml"
        declared = path.read_text(encoding="utf-8")
        project.declare(declared.replace("dimension: 8", "dimension: 16"))
        for (command, arguments), failure in zip(COMMANDS.items(), FAILURES[target], strict=True):
            answering.append(failure)
            run = project.pulumi(command, *arguments, **variables)
            # A preview passes, and says what could not be asked.
            assert run.code != 0 or command == "preview", run.output
            assert "cannot " in run.output
            assert "Traceback" not in run.output
        assert {one["urn"] for one in project.resources()} == before

        project.declare(declared)
        answering.append(quoting_keys_alone(answering[0]))
        project.pulumi("refresh", "--yes", "--skip-preview", **variables).ok()
        assert "the provider did not accept the key" in json.dumps(project.state())
        shown = _shown(project, variables, monkeypatch)
    assert "knowledge" in shown
    assert [canary for canary in CANARIES if canary in shown] == []
    assert leaks(project) == []


def _shown(project: Project, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What `vectorize show` prints."""
    monkeypatch.chdir(project.folder)
    for name, value in {**project.environment, **variables}.items():
        monkeypatch.setenv(name, value)
    return "".join(CliRunner().invoke(main, call).output for call in (["show"], ["show", "--json"]))


def test_the_token_of_the_secret_config_is_in_no_output_and_no_file(project: Project) -> None:
    """Whoever has the passphrase can read it: `--show-secrets` is one way, and the engine's log at level 9 is another."""
    project.world.add_token(TOKEN)
    answering = [application(project.world)]

    def current(environ: Any, start: Any) -> Any:
        return answering[-1](environ, start)

    with served(current) as address:
        project.declare(environment("astra", address))
        project.configure(astra_at(address))
        project.pulumi("config", "set", "--secret", "vectorize:token", TOKEN).ok()
        project.up("--logtostderr", "--debug").ok()
        endpoint = f"{address}/databases/{project.database()['id']}-us-east-2/api/json/v1/docs/articles"
        headers = {"Token": TOKEN, "x-embedding-api-key": BARE_KEY}
        httpx.post(endpoint, headers=headers, json={"insertOne": {"document": {"_id": "1", "$vectorize": "a text"}}})
        answering.append(quoting(401, "text"))
        assert project.pulumi("refresh", "--yes", "--run-program").code != 0
        for command in (["config", "--json"], ["stack", "export"], ["stack", "output", "--json"]):
            project.pulumi(*command).ok()
        assert leaks(project) == []
        assert TOKEN in project.pulumi("config", "--show-secrets").ok().output
        # The search finds what is there.
        assert leaks(project)
