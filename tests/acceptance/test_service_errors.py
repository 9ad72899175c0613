"""How failures of the service reach the user: one sentence each, never a traceback, and never taken for "gone"."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

WRONG_TOKEN = "AstraCS:CANARYwrongCANARY:0123456789abcdef"
NO_PERMISSIONS = "AstraCS:CANARYnothingCANARY:0123456789abcdef"
VIEW_ONLY = "AstraCS:CANARYviewCANARY:0123456789abcdef"


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of a WSGI application on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def astra_at(address: str) -> dict[str, str]:
    """Config of a stack of one's own whose Astra is at that address."""
    return {
        "vectorize:devopsUrl": address,
        "vectorize:dataApiUrl": f"{address}/databases/{{id}}-{{region}}",
    }


@pytest.fixture
def astra(project: Project, declared: dict[str, Any]) -> Iterator[Project]:
    """A project whose target is `astra`, reached over HTTP with the token of the environment variable."""
    project.declare({**declared, "target": {"kind": "astra"}, "protect": False})
    with served(application(project.world)) as address:
        project.configure(astra_at(address))
        yield project


def test_a_stack_of_ones_own_takes_the_token_from_the_environment(astra: Project) -> None:
    token = {"ASTRA_DB_APPLICATION_TOKEN": DEFAULT_TOKEN}
    astra.up(**token).ok()
    astra.preview("--expect-no-changes", **token).ok()
    astra.pulumi("refresh", "--yes", "--expect-no-changes", **token).ok()


def test_a_token_of_the_secret_config_works_too_and_is_not_in_the_state(astra: Project) -> None:
    astra.pulumi("config", "set", "--secret", "vectorize:token", DEFAULT_TOKEN).ok()
    astra.up().ok()
    assert DEFAULT_TOKEN not in json.dumps(astra.state())
    assert DEFAULT_TOKEN not in (astra.folder / "Pulumi.test.yaml").read_text(encoding="utf-8")


def test_other_targets_than_the_emulator_are_protected_by_the_engine(astra: Project, declared: dict[str, Any]) -> None:
    token = {"ASTRA_DB_APPLICATION_TOKEN": DEFAULT_TOKEN}
    astra.declare({**declared, "target": {"kind": "astra"}})
    astra.up(**token).ok()
    run = astra.pulumi("destroy", "--yes", "--skip-preview", **token)
    assert run.code != 0
    assert "protect" in run.output
    assert astra.database()["status"] == "ACTIVE"


def test_the_token_of_another_organisation_deletes_nothing_and_finds_nothing_gone(
    project: Project, declared: dict[str, Any]
) -> None:
    token = {"ASTRA_DB_APPLICATION_TOKEN": DEFAULT_TOKEN}
    project.declare({**declared, "target": {"kind": "astra"}, "protect": False})
    apps = [application(project.world)]

    def current(environ: Any, start: Any) -> Any:
        return apps[-1](environ, start)

    with served(current) as address:
        project.configure(astra_at(address))
        project.up(**token).ok()
        before = [one["urn"] for one in project.resources()]
        apps.append(other_organisation)
        for command in ("destroy", "refresh"):
            run = project.pulumi(command, "--yes", "--skip-preview", **token)
            assert run.code == 1, run.output
            assert "it belongs to organisation" in run.output
    assert [one["urn"] for one in project.resources()] == before
    assert len(project.world.collections(project.database()["id"], "research")) == 2


def other_organisation(environ: dict[str, str], start: Any) -> Any:
    """A service that serves the token, but of whose databases none is ours."""
    path = environ["PATH_INFO"]
    if path == "/v2/currentOrg":
        answer = Response('{"id": "another"}', mimetype="application/json")
    elif path.startswith("/v2/"):
        answer = Response('{"errors": [{"ID": 1, "message": "not found"}]}', status=404, mimetype="application/json")
    else:
        error = '{"errors": [{"family": "REQUEST", "errorCode": "UNKNOWN_KEYSPACE", "message": "unknown"}]}'
        answer = Response(error, mimetype="application/json")
    return answer(environ, start)


def test_no_token(astra: Project) -> None:
    run = astra.up()
    assert run.code == 1
    assert "no token for http://127.0.0.1:" in run.output
    assert "set ASTRA_DB_APPLICATION_TOKEN to an application token of Astra" in run.output
    assert "Traceback" not in run.output


def refused(project: Project, token: str) -> str:
    run = project.up(ASTRA_DB_APPLICATION_TOKEN=token)
    output: str = run.output
    assert run.code == 1, output
    assert "Traceback" not in output
    assert token not in output
    return output


def test_a_wrong_token(astra: Project) -> None:
    output = refused(astra, WRONG_TOKEN)
    assert "AstraError: cannot read the organisation of the token: HTTP 401" in output
    assert "Check ASTRA_DB_APPLICATION_TOKEN: it must be a valid token of this organisation." in output


def test_a_token_without_the_permission(astra: Project) -> None:
    astra.world.add_token(VIEW_ONLY, ["org-db-view"])
    output = refused(astra, VIEW_ONLY)
    assert "HTTP 401. The token is valid but lacks the permission for this" in output


def page(status: int) -> Any:
    """A service that answers everything with an HTML page, as a proxy does."""
    return Response("<html>a proxy's page</html>", status=status, mimetype="text/html")


def test_an_answer_that_is_not_json(project: Project, declared: dict[str, Any]) -> None:
    project.declare({**declared, "target": {"kind": "astra"}})
    with served(page(200)) as address:
        project.configure(astra_at(address))
        output = refused(project, DEFAULT_TOKEN)
    assert "cannot read the organisation of the token: 127.0.0.1 answered HTTP 200 with a body that is not JSON" in output
    assert "A proxy or a wrong address may have answered: check the address of the target." in output


def test_an_address_where_nobody_answers(project: Project, declared: dict[str, Any]) -> None:
    project.declare({**declared, "target": {"kind": "astra"}})
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        project.configure(astra_at(f"http://127.0.0.1:{closed.getsockname()[1]}"))
        output = refused(project, DEFAULT_TOKEN)
    assert (
        "cannot read the organisation of the token: 127.0.0.1 cannot be reached (ConnectError: [Errno 111] Connection refused)."
        in output
    )


@pytest.mark.parametrize(
    "failure", ["a wrong token", "a token without permissions", "no answer", "200 page", "404 page", "503 page"]
)
def test_no_failure_is_taken_for_gone(astra: Project, failure: str) -> None:
    token = {"ASTRA_DB_APPLICATION_TOKEN": DEFAULT_TOKEN}
    astra.up(**token).ok()
    before = astra.resources()
    status, _, kind = failure.partition(" ")
    if failure == "a wrong token":
        token["ASTRA_DB_APPLICATION_TOKEN"] = WRONG_TOKEN
    elif failure == "a token without permissions":
        astra.world.add_token(NO_PERMISSIONS, [])
        token["ASTRA_DB_APPLICATION_TOKEN"] = NO_PERMISSIONS
    elif failure == "no answer":
        astra.configure(astra_at("http://127.0.0.1:1"))
    with served(page(int(status)) if kind == "page" else page(500)) as proxy:
        if kind == "page":
            astra.configure(astra_at(proxy))
        # The state still has the endpoint of the up; the program brings the addresses of the config.
        run = astra.pulumi("refresh", "--yes", "--run-program", **token)
    assert run.code == 1, run.output
    assert "Traceback" not in run.output
    assert [one["urn"] for one in astra.resources()] == [one["urn"] for one in before]
