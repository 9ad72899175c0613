"""Replaying recorded exchanges against a world that is put into the recorded server's state first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from emulator.transport import EmulatorTransport
from emulator.world import SELF_HOSTED, World

RECORDINGS = Path(__file__).parents[1] / "recordings"
TOKEN = "Cassandra:Y2Fzc2FuZHJh:Y2Fzc2FuZHJh"


def load(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def exchanges() -> list[dict[str, Any]]:
    with (RECORDINGS / "exchanges.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class RecordedServer:
    """A world in the state of the recorded server, exchange after exchange."""

    def __init__(self, store: Path) -> None:
        self.world = World(store)
        self.client = httpx.Client(transport=EmulatorTransport(self.world), base_url="http://emulator")
        self.providers = load("providers.json")
        self.before = {moment["exchange"]: moment["steps"] for moment in load("server.json")["before"]}
        self.before_each = [(tuple(kind["exchanges"]), kind["steps"]) for kind in load("server.json")["before each"]]
        for provider, entry in ({"cohere": None} | self.providers).items():
            self.world.set_provider(provider, entry)

    def prepare(self, name: str) -> None:
        """Put the world into the state of the recorded server before an exchange; an explanation belongs to the one before."""
        steps = list(self.before.get(name, []))
        if not name.endswith("_explain"):
            steps += [step for names, each in self.before_each if name.startswith(names) for step in each]
        for step in steps:
            ((kind, value),) = step.items()
            self._take(kind, value)

    def _take(self, kind: str, value: Any) -> None:
        steps: dict[str, Callable[[], None]] = {
            "set": lambda: self.world.set(*value),
            "token": lambda: self.world.add_token(value),
            "credential": lambda: self.world.add_credential(*value),
            "no credential": lambda: self.world.remove_credential(*value),
            "model": lambda: self.world.set_model_status(*value),
            "no provider": lambda: self.world.set_provider(value, None),
            "table": lambda: self.world.add_table(SELF_HOSTED, *value),
            "keyspace": lambda: self._send("", "createKeyspace", name=value),
            "drop keyspace": lambda: self._send("", "dropKeyspace", name=value),
            "create": lambda: self._send(value[0], "createCollection", name=value[1], options=value[2]),
            "create table": lambda: self._send(value[0], "createTable", name=value[1], definition=value[2]),
            "drop index": lambda: self._send(value[0], "dropIndex", name=value[1], options={"ifExists": True}),
            "half made": lambda: self.world.lose_indexes(SELF_HOSTED, *value),
            "delete": lambda: self._send(value[0], "deleteCollection", name=value[1]),
        }
        steps[kind]()

    def _send(self, keyspace: str, command: str, **body: Any) -> None:
        answer = self.client.post(f"/v1/{keyspace}", json={command: body}, headers={"Token": TOKEN})
        assert answer.json() == {"status": {"ok": 1}}, answer.text

    def answer(self, exchange: dict[str, Any]) -> dict[str, Any]:
        """The answer in the form in which the exchange was kept."""
        request = filled(exchange["request"])
        response = self.client.request(
            exchange.get("method", "POST"),
            exchange["path"],
            content=request if isinstance(request, str) else json.dumps(request),
            headers=exchange.get("headers", {"Token": TOKEN, "Content-Type": "application/json"}),
        )
        return kept(response)


def filled(value: Any) -> Any:
    """`{"$fill": [x, n]}` stands for n times x."""
    match value:
        case {"$fill": [item, times]}:
            return [item] * times
        case dict():
            return {name: filled(item) for name, item in value.items()}
        case list():
            return [filled(item) for item in value]
    return value


def kept(response: httpx.Response) -> dict[str, Any]:
    """Status, error codes and returned values; no texts, and of a provider only what tells it apart."""
    body = response.json() if response.content else {}
    errors = [
        {name: error[name] for name in ("errorCode", "family", "scope", "documentIds") if name in error}
        for error in body.pop("errors", [])
    ]
    providers = body.get("status", {}).get("embeddingProviders")
    if providers is not None:
        body["status"]["embeddingProviders"] = {
            name: {
                "supportedAuthentication": {kind: item["enabled"] for kind, item in entry["supportedAuthentication"].items()},
                "models": {model["name"]: model["apiModelSupport"]["status"] for model in entry["models"]},
            }
            for name, entry in providers.items()
        }
    return {"status": response.status_code} | ({"errors": errors} if errors else {}) | ({"returned": body} if body else {})


def replay(store: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each exchange with what the emulator answers, in recorded order."""
    server = RecordedServer(store)
    for exchange in exchanges():
        server.prepare(exchange["name"])
        yield exchange, server.answer(exchange)
    server.client.close()


def recorded(exchange: dict[str, Any]) -> dict[str, Any]:
    return {name: exchange[name] for name in ("status", "errors", "returned") if name in exchange}
