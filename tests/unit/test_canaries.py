"""Canaries: tokens and keys that come in wherever they can must come out of no command, message, format or state."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner

from astra import verification
from astra.errors import AstraError
from astra.http import connect
from astra.target import ADDRESSES, target
from commands.main import main
from commands.output import FORMATS
from providers.session import open_session
from providers.wire import Failure
from tests.unit.interference import kind_of
from tests.unit.operations import GUARDED, LAST, READS, SINGLE, Host, OnStage, Operation, Stage, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.unit.interference import Interference, Send

TOKEN = "AstraCS:CANARYtokenCANARY:0123456789abcdef0123456789abcdef"
SELF_HOSTED_TOKEN = "Cassandra:Y2Fzc2FuZHJh:Y2Fzc2FuZHJh"
OPENAI_KEY = "sk-proj-CANARYkeyCANARYkeyCANARY0123456789"
# As the keys of Azure and Mistral are: with no beginning that would tell them from a name.
BARE_KEY = "0123canary456789abcdef0123456789"
PASTED = {
    "a token": TOKEN,
    "a self-hosted token": SELF_HOSTED_TOKEN,
    "a key": OPENAI_KEY,
    "a bare key": BARE_KEY,
    "a user and a password": "https://user:CANARYpassword@example.com",
}
# Where people paste a key: the text of an environment with KEY in it, in quotes.
GOOD = """\
target: {kind: emulator}
databases:
  knowledge: {name: knowledge-dev, cloudProvider: AWS, region: us-east-2}
integrations:
  openai: {authentication: SHARED_SECRET, providerKey: knowledge-dev-openai}
  voyageAI: {authentication: HEADER, keyVariable: VOYAGE_API_KEY}
workload:
  knowledge:
    docs:
      collections:
        articles:
          vector:
            service: {integration: openai, modelName: text-embedding-3-small, parameters: {projectId: mine}}
      tables:
        rows:
          definition: {columns: {id: text, body: text}, primaryKey: id}
          indexes: {rows_body: {column: body}}
"""
PLACES = {
    "the credential's name": ("knowledge-dev-openai", '"KEY"'),
    "the variable's name": ("VOYAGE_API_KEY", '"KEY"'),
    "a database's name": ("knowledge-dev,", '"KEY",'),
    "a region": ("us-east-2", '"KEY"'),
    "an address": ("{name: knowledge-dev, cloudProvider: AWS, region: us-east-2}", '{apiEndpoint: "KEY"}'),
    "an id": ("{name: knowledge-dev, cloudProvider: AWS, region: us-east-2}", '{id: "KEY"}'),
    "an integration's name": ("  openai:", '  "KEY":'),
    "a reference": ("integration: openai", 'integration: "KEY"'),
    "a model": ("text-embedding-3-small", '"KEY"'),
    "a parameter": ("projectId: mine", 'projectId: "KEY", deployment: "KEY"'),
    "a parameter's name": ("projectId: mine", '"KEY": mine'),
    "a collection's name": ("articles:", '"KEY":'),
    "a keyspace's name": ("docs:", '"KEY":'),
    "a column": ("primaryKey: id", 'primaryKey: "KEY"'),
    "an index's column": ("column: body", 'column: "KEY"'),
    "a type": ("id: text", 'id: "KEY"'),
    "a kind of authentication": ("HEADER", '"KEY"'),
    "a key nobody knows": ("target:", '"KEY": 1\ntarget:'),
    "a value nobody knows": ("target:", 'token: "KEY"\ntarget:'),
    "what may be lost": ("target:", 'allowDataLoss: ["KEY", "knowledge.docs.KEY", "knowledge.KEY.articles"]\ntarget:'),
    "a target": ("emulator", '"KEY"'),
    "twice": ("target:", '"KEY": 1\n"KEY": 2\ntarget:'),
    "broken YAML": ("target:", '"KEY": [1\ntarget:'),
    "an unknown anchor": ("target:", "token: *KEY\ntarget:"),
    "an unknown tag": ("target:", "token: !KEY 1\ntarget:"),
    "a comment": ("target:", "# KEY\ntarget:"),
}


def written(place: str, key: str) -> str:
    """The environment with a key pasted in that place."""
    before, after = PLACES[place]
    assert before in GOOD
    return GOOD.replace(before, after.replace("KEY", key), 1)


def secret(pasted: str) -> str:
    """What of it must not be seen; of an address, its password."""
    return "CANARYpassword" if "://" in pasted else pasted


@pytest.mark.parametrize("kind", PASTED)
def test_validate_repeats_no_key_in_any_format_or_file(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pasted = PASTED[kind]
    outputs = [f"report{extension}" for extensions in FORMATS.values() for extension in extensions]
    seen: dict[str, str] = {}
    for number, place in enumerate(PLACES):
        (tmp_path / f"{number}.yaml").write_text(written(place, pasted), encoding="utf-8")
        seen[f"{place}, standard input"] = _called("validate", "-", stdin=written(place, pasted))
        for form in FORMATS:
            seen[f"{place}, {form}"] = _called("validate", f"{number}.yaml", "--format", form)
        _called("validate", f"{number}.yaml", *(f"--output={one}" for one in outputs))
        for one in outputs:
            seen[f"{place}, {one}"] = (tmp_path / one).read_text(encoding="utf-8")
    assert [where for where, text in seen.items() if secret(pasted) in text] == []


def _called(*arguments: str, stdin: str = "", code: tuple[int, ...] = (0, 1)) -> str:
    done = CliRunner().invoke(main, arguments, input=stdin)
    assert done.exit_code in code, done.output
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.output


@pytest.mark.parametrize("token", [f"{TOKEN}\u00e4", f"{TOKEN}\nX", f"{TOKEN} X"])
def test_a_token_that_cannot_be_one_is_refused_without_being_repeated(token: str) -> None:
    settings = json.dumps({"target": "astra", "config": {}, "allowDataLoss": []})
    with pytest.raises(AstraError, match="cannot be one: it holds white space or letters that no token has") as refused:
        open_session(settings, token)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("kind", PASTED)
def test_no_command_repeats_a_key_that_was_given_to_it(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a stack, a file, a format, a provider, a database; the name of a credential itself is shown."""
    monkeypatch.chdir(tmp_path)
    key = PASTED[kind]
    calls = [
        ("validate", key),
        ("validate", "--output", key),
        ("emulator", "credentials", "add", key, "mine"),
        ("emulator", "credentials", "add", "openai", "mine", "--database", key),
        ("emulator", "credentials", "remove", "openai", key),
        ("emulator", "credentials", "remove", key, "mine"),
        ("emulator", "credentials", "list"),
    ]
    assert [call for call in calls if secret(key) in _called(*call)] == []


# A service, or a proxy before it, that fails and quotes what it was sent.


def _quoted(request: httpx.Request) -> str:
    return "; ".join(f"{name}: {value}" for name, value in request.headers.items())


def _devops(status: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json={"errors": [{"ID": 1, "message": _quoted(request)}]})


def _data_api(**error: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(
        200, json={"errors": [{**error, "title": _quoted(request), "message": _quoted(request)}]}
    )


def _text(status: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, text=_quoted(request))


def _code(request: httpx.Request) -> httpx.Response:
    """It stands where the error's code should."""
    return httpx.Response(200, json={"errors": [{"family": "REQUEST", "errorCode": _quoted(request), "message": "no"}]})


def _raised(request: httpx.Request) -> httpx.Response:
    raise httpx.LocalProtocolError(f"Illegal header value {_quoted(request)}", request=request)


def _sent_elsewhere(request: httpx.Request) -> httpx.Response:
    return httpx.Response(307, headers={"Location": f"https://elsewhere.example.com/?{_quoted(request)}"}, text=_quoted(request))


FAILURES: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    **{f"{status} of the DevOps API": _devops(status) for status in (400, 401, 403, 404, 409, 422, 500)},
    **{f"{status} with a text": _text(status) for status in (200, 400, 401, 403, 404, 418, 429, 501, 503)},
    "errors of the Data API": _data_api(family="REQUEST", errorCode="X"),
    "a failure of the Data API": _data_api(family="SERVER", errorCode="X"),
    "a refused provider": _data_api(family="REQUEST", errorCode="EMBEDDING_PROVIDER_CLIENT_ERROR"),
    "a code": _code,
    "what the HTTP library raises": _raised,
    "a redirect": _sent_elsewhere,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    opened = Stage.opened(tmp_path_factory.mktemp("stage") / "emulator.sqlite")
    opened.world.add_token(TOKEN)
    set_up(opened)
    yield opened
    opened.world.close()


def with_token(stage: Stage, interference: Interference) -> Host:
    """A host whose Astra is the emulator, and who needs a token for it."""
    host = Host(stage, interference, patience=20.0)
    devops, data_api = ADDRESSES["emulator"]
    astra = target("astra", {"devopsUrl": devops, "dataApiUrl": data_api}, TOKEN)
    host.connection = replace(host.connection, target=astra)
    host.session = OnStage(astra, frozenset(), reached=host.connection)
    return host


def failing(kind: str, failure: Callable[[httpx.Request], httpx.Response]) -> Interference:
    """Every request of that kind fails."""

    def interfere(_number: int, request: httpx.Request, send: Send) -> httpx.Response:
        return failure(request) if kind_of(request) == kind else send()

    return interfere


def _try_a_key(host: Host, state: Any) -> verification.Verification:
    question = verification.Question(state["database"].outs["apiEndpoint"], "k", "mistral", "HEADER", "", {})
    return verification.verify(host.connection, question, lambda: BARE_KEY)


OPERATIONS = (*SINGLE, *READS, *GUARDED, Operation("try a key", LAST, _try_a_key))


@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.name for one in OPERATIONS])
def test_no_message_and_no_state_repeats_what_a_failing_service_quotes(
    stage: Stage, operation: Operation, capfd: pytest.CaptureFixture[str]
) -> None:
    def told(interference: Interference) -> tuple[str, list[str]]:
        state = stage.put_back(operation.scene)
        host = with_token(stage, interference)
        try:
            result = operation.run(host, state)
        except (Failure, AstraError) as failure:
            result = failure
        made = getattr(result, "outs", None) or result
        return f"{result} {made} {capfd.readouterr()}", host.transport.kinds

    _, kinds = told(lambda _number, _request, send: send())
    for kind in dict.fromkeys(kinds):
        for name, failure in FAILURES.items():
            said, _ = told(failing(kind, failure))
            assert not [canary for canary in (TOKEN, BARE_KEY) if canary in said], f"{name} at {kind}: {said}"


# In a text of somebody else's a bare key cannot be told from an id.
@pytest.mark.parametrize("kind", [kind for kind in PASTED if kind != "a bare key"])
def test_a_transport_that_quotes_a_key_is_not_repeated(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaky = f"def open_store(store):\n    raise ValueError('opened with ' + {PASTED[kind]!r})\n"
    (tmp_path / "leaky.py").write_text(leaky, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    # Another test's may have been imported by that name.
    monkeypatch.delitem(sys.modules, "leaky", raising=False)
    with pytest.raises(AstraError, match="cannot open the transport leaky:open_store: opened with") as refused:
        connect(target("astra", {"transport": "leaky:open_store", "store": kind}, TOKEN))
    assert secret(PASTED[kind]) not in str(refused.value)
