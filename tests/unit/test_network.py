"""Where a token goes, and how: to the hosts of the target alone, each API's in its own header, never in clear."""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from astra import collection, database, datacenter, keyspace, table, verification, waking
from astra.data_api import command
from astra.devops import organisation_id
from astra.errors import AstraError, Invalid, Unreachable
from astra.http import Connection, connect, send
from astra.target import target
from emulator.transport import EmulatorTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.world import World
    from tests.unit.conftest import Clock, Service

TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"
SELF_HOSTED_TOKEN = "Cassandra:cGxhbnRlZA==:cGxhbnRlZA=="
# Of a provider whose keys begin like nothing in particular.
KEY = "0123456789abcdef0123456789abcdef"
DEVOPS = "api.astra.datastax.com"
DATABASE = re.compile(r"([0-9a-f-]{36}-us-(?:east|west)-2)\.apps\.astra\.datastax\.com")
NOBODY = "0a1b2c3d-0000-4000-8000-000000000001-us-east-2.apps.astra.datastax.com"
REDIRECTS = (301, 302, 303, 307, 308)
# What switches the verification of certificates off elsewhere: in Python, curl, git, Node, requests and Pulumi's own commands.
SWITCHES = {
    "PYTHONHTTPSVERIFY": "0",
    "CURL_CA_BUNDLE": "",
    "REQUESTS_CA_BUNDLE": "",
    "GIT_SSL_NO_VERIFY": "1",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "PULUMI_INSECURE": "true",
}


class Astra(EmulatorTransport):
    """The emulator at the hosts of Astra; remembers what was sent to which."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.sent: list[tuple[str, httpx.Headers, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.url.host, request.headers, request.content))
        if place := DATABASE.fullmatch(request.url.host):
            request.url = request.url.copy_with(path=f"/databases/{place[1]}{request.url.path}")
        return super().handle_request(request)


def test_each_api_gets_the_token_in_its_own_header_and_nobody_else_gets_it(world: World, clock: Clock) -> None:
    world.add_token(TOKEN)
    service = {"provider": "openai", "modelName": "text-embedding-3-small"}
    with httpx.Client(transport=Astra(world)) as client:
        connection = Connection(target("astra", {}, TOKEN), client, clock.sleep)
        organisation = organisation_id(connection)
        assert database.unusable_region(connection, "AWS", "us-east-2") == ""
        identity = database.create(connection, "knowledge", "AWS", "us-east-2")
        endpoint = connection.target.api_endpoint(identity, "us-east-2")
        keyspace.create(connection, identity, "docs")
        keyspace.wait_until_served(connection, endpoint, "docs")
        datacenter.create(connection, identity, "AWS", "us-west-2")
        collection.create(connection, endpoint, "docs", "articles", {"vector": {"service": service}})
        question = verification.Question(endpoint, "docs", "openai", "HEADER", "", {})
        assert verification.verify(connection, question, lambda: KEY).status == "verified"
        table.create(connection, endpoint, "docs", "rows", {"columns": {"id": "text"}, "primaryKey": "id"})
        table.delete(connection, endpoint, "docs", "rows")
        assert not collection.holds_documents(connection, endpoint, "docs", "articles")
        collection.delete(connection, endpoint, "docs", "articles")
        keyspace.drop(connection, identity, "docs")
        datacenter.terminate(connection, identity, "us-west-2")
        database.terminate(connection, identity, organisation)
        sent = client._transport.sent  # type: ignore[attr-defined]

    assert {host for host, _, _ in sent} == {DEVOPS, httpx.URL(endpoint).host}
    for host, headers, _ in sent:
        stated = {name: value for name, value in headers.items() if TOKEN in value}
        assert stated == ({"authorization": f"Bearer {TOKEN}"} if host == DEVOPS else {"token": TOKEN})
    with_key = [json.loads(content) for host, headers, content in sent if KEY in headers.values() and host != DEVOPS]
    assert [list(body) for body in with_key] == [["findOne"]]
    assert not any(secret.encode() in content for _, _, content in sent for secret in (TOKEN, KEY))


def opened(kind: str, stated: dict[str, str], token: str = TOKEN) -> Connection:
    """A connection of its own to that target, with what the stack's config states."""
    return connect(target(kind, stated, token), lambda _: None)


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[tuple[int, list[Request]]]:
    """The port of a server on loopback, and what it was asked."""
    asked: list[Request] = []

    @Request.application
    def remembering(request: Request) -> Response:
        asked.append(request)
        answer: Response = app(request)
        return answer

    server = make_server("127.0.0.1", 0, remembering, **options)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_is_an_error_and_nobody_follows_it(status: int) -> None:
    with serving(lambda _: Response('{"id": "stolen"}')) as (elsewhere, stolen):
        away = Response(status=status, headers={"Location": f"http://localhost:{elsewhere}/v2/currentOrg"})
        with serving(lambda _: away) as (port, asked):
            address = f"http://127.0.0.1:{port}"
            stated = {"devopsUrl": address, "dataApiUrl": f"{address}/databases/{{id}}-{{region}}"}
            connection = opened("astra", stated)
            with connection.client:
                with pytest.raises(AstraError, match=rf"^cannot read the organisation of the token: HTTP {status}\b"):
                    organisation_id(connection)
                with pytest.raises(AstraError, match=rf"^cannot list: HTTP {status}\b"):
                    command(connection, address, "/docs", "findCollections", {}, "list", repeatable=True)
        assert [(one.headers.get("Authorization"), one.headers.get("Token")) for one in asked] == [
            (f"Bearer {TOKEN}", None),
            (None, TOKEN),
        ]
    assert stolen == []


@pytest.mark.parametrize(
    ("kind", "stated", "address"),
    [
        ("astra", {}, "https://data.example.com"),
        ("astra", {}, "https://api.astra.datastax.com.example.com"),
        ("astra", {}, f"https://{NOBODY}.example.com"),
        ("astra", {}, f"https://example.com/{NOBODY}"),
        ("astra", {}, f"https://{NOBODY}@example.com"),
        ("astra", {}, "http://127.0.0.1:8181/databases/x"),
        ("astra", {"dataApiUrl": "https://{id}-{region}.data.example.com"}, f"https://{NOBODY}"),
        ("emulator", {}, "https://data.example.com"),
    ],
)
def test_a_host_that_is_not_the_target_s_gets_nothing(kind: str, stated: dict[str, str], address: str) -> None:
    """Such as an address that somebody wrote into a state, or into an environment of another target."""
    connection = opened(kind, stated)
    with connection.client, pytest.raises(Invalid) as raised:
        waking.awake(connection, address, lambda: collection.listed(connection, address, "docs"))
    assert str(raised.value) == (
        f"{httpx.URL(address).host} is not a host of this target and would get its token. Its "
        f"databases are at {connection.target.data_api_url}; others need vectorize:dataApiUrl in the stack's config."
    )


@pytest.mark.parametrize(
    ("kind", "stated", "token", "address"),
    [
        ("astra", {"devopsUrl": "http://devops.example.com"}, TOKEN, "http://devops.example.com/v2/currentOrg"),
        ("astra", {"dataApiUrl": "http://{id}.example.com"}, TOKEN, "http://x.example.com"),
        ("emulator", {"devopsUrl": "http://192.0.2.1:8181"}, TOKEN, "http://192.0.2.1:8181/v2/currentOrg"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://data-api.example.com:8181/v1"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "HTTP://data-api.example.com"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://localhost.example.com"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://127.0.0.1.example.com"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://127.0.0.1@data.example.com"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://0.0.0.0:8181"),
        ("data-api", {}, SELF_HOSTED_TOKEN, "http://[2001:db8::1]:8181"),
    ],
)
def test_a_token_is_not_sent_in_clear(kind: str, stated: dict[str, str], token: str, address: str) -> None:
    connection = opened(kind, stated, token)
    with connection.client, pytest.raises(Invalid) as raised:
        send(connection, "POST", address, doing="list", headers={"Token": token})
    assert str(raised.value) == (
        f"cannot list: http://{httpx.URL(address).host} would send the token in clear. Use its https address: plain http is for "
        "this machine alone (localhost, 127.0.0.1, [::1])."
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_is_reached_in_clear_and_without_a_proxy(host: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment would read the token."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with (
        serving(lambda _: Response('{"id": "from a proxy"}')) as (elsewhere, stolen),
        serving(lambda _: Response('{"id": "o"}')) as (port, _),
    ):
        monkeypatch.setenv(proxy, f"http://127.0.0.1:{elsewhere}")
        connection = opened("astra", {"devopsUrl": f"http://{host}:{port}"})
        with connection.client:
            assert organisation_id(connection) == "o"
    assert stolen == []


def pools(client: httpx.Client) -> list[Any]:
    """The pools of connections of a client: its own, and one for each proxy."""
    return [one._pool for one in (client._transport, *client._mounts.values()) if isinstance(one, httpx.HTTPTransport)]


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        ("astra", {}),
        ("astra", {"devopsUrl": "https://devops.example.com", "dataApiUrl": "https://{id}.example.com"}),
        ("data-api", {}),
        ("emulator", {}),
        # None of these is a setting; nothing may ever come of them.
        ("astra", {"verify": "false", "insecure": "true", "tls": "off", "sslVerify": "false"}),
    ],
)
@pytest.mark.parametrize("environment", [{}, SWITCHES, {"HTTPS_PROXY": "http://proxy.example.com:3128"}])
def test_certificates_are_verified_whatever_config_and_environment_say(
    kind: str, stated: dict[str, str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with opened(kind, stated).client as client:
        found = pools(client)
        assert len(found) == 1 + ("HTTPS_PROXY" in environment)
        for pool in found:
            context = pool._ssl_context
            assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
            assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Files of a certificate for 127.0.0.1 that nobody but itself vouches for, and of its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password))
    return str(folder / "certificate.pem"), str(folder / "key.pem")


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_that_nobody_vouches_for_gets_no_token(
    certificate: tuple[str, str], trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On loopback, too. Who has an authority of their own names it in SSL_CERT_FILE."""
    for name, value in SWITCHES.items():
        monkeypatch.setenv(name, value)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    with serving(lambda _: Response('{"id": "o"}'), ssl_context=certificate) as (port, asked):
        connection = opened("astra", {"devopsUrl": f"https://127.0.0.1:{port}"})
        with connection.client:
            if trusted:
                assert organisation_id(connection) == "o"
            else:
                with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
                    organisation_id(connection)
    assert [one.headers["Authorization"] for one in asked] == ([f"Bearer {TOKEN}"] if trusted else [])


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 418, 422, 500, 501])
@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{{"errors": [{{"ID": 1, "errorCode": "SERVER_X", "message": "{}"}}]}}',
        '{{"errors": [{{"errorCode": "{}", "message": "m"}}]}}',
        "<html>{}</html>",
    ],
)
def test_a_service_that_quotes_what_it_was_sent_is_not_repeated(answering: Callable, status: int, body: str) -> None:
    """The key has no form that would tell it from a name, so it is known by what was sent alone."""
    quoted = body.format(f"Authorization: Bearer {TOKEN} / Token: {TOKEN} / x-embedding-api-key: {KEY}")
    service: Service = answering(httpx.Response(status, content=quoted.encode()))
    headers = {"x-embedding-api-key": KEY}
    endpoint = f"https://{NOBODY}"
    with pytest.raises(AstraError) as raised:
        command(service.connection, endpoint, "/docs/a", "findOne", {}, "try a key", repeatable=False, headers=headers)
    with pytest.raises(AstraError) as raised_by_devops:
        organisation_id(service.connection)
    for said in (str(raised.value), repr(raised.value), raised.value.code, raised.value.said):
        assert KEY not in said
        assert TOKEN not in said
    assert TOKEN not in str(raised_by_devops.value)
