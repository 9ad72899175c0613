"""Whether an integration embeds: a search by a text in something that it embeds for, which reads and leaves nothing behind.

A key that was revoked at the provider is found so and in no other way: a database checks that a credential is stored, and not
what it is good for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from astra.applied import Applied
from astra.data_api import command
from astra.deviations import UNUSABLE
from astra.drift import Drift
from astra.errors import AstraError
from astra.http import Connection
from astra.inventory import Found, services
from astra.unknown import MEANING, Cause, cause
from astra.verification import KEY_HEADER, PROVIDER_REFUSED, UNAUTHORISED, provider_status, with_own_key
from astra.waking import awake
from astra.wording import named

_TEXT = "astra-vectorize"
# Of a provider that refuses for the moment: time-out, too many requests. The Data API has other codes for them, by its source.
_PASSING = (408, 429)


def probed(connection: Connection, one: Applied, users: Iterable[Found], key: Callable[[str], str | None]) -> Iterator[Drift]:
    """Nothing where an integration embeds; nor where nothing that stands relies on it, or it is HEADER without a keyVariable.

    Args:
        connection: to the target.
        one: the integration.
        users: what stands in its database.
        key: the value of an environment variable, for one with HEADER; sent to the Data API and shown nowhere.
    """
    relying = _relying(users, one)
    if not relying:
        return
    headers: dict[str, str] = {}
    if one.inputs.get("authentication") == "HEADER":
        variable = str(one.inputs.get("keyVariable") or "")
        if not variable:
            return
        value = (key(variable) or "").strip()
        if not value or not value.isascii() or not value.isprintable():
            yield _unknown(one, f"it was not tried: the environment variable {variable} holds no key", "stays")
            return
        headers = {KEY_HEADER: value}
    using, column = relying[0]
    where = f"column {named(column)} of table {'.'.join(using.steps)}" if column else f"collection {'.'.join(using.steps)}"
    try:
        awake(connection, one.endpoint, lambda: _search(connection, one.endpoint, using, column, where, headers))
    except AstraError as error:
        status = provider_status(error)
        if error.code == PROVIDER_REFUSED and status not in _PASSING:
            yield _refused(one, where, status)
            return
        # Of a code no words: a provider may repeat the key in them.
        said = f"it was answered with {error.code}" if error.code else str(error)
        yield _unknown(one, f"trying it told nothing: {said}", "passes" if status else cause(error))


def _relying(users: Iterable[Found], one: Applied) -> list[tuple[Found, str]]:
    """What embeds with it, each with the table's column or ""; last what cannot be searched, for want of an index."""
    found = list(users)
    indexed = {(*user.steps[:2], user.definition.get("column")) for user in found if user.kind == "index"}
    relying = [(user, column) for user, column, vector in services(found) if _relies(vector["service"], one)]
    return sorted(relying, key=lambda use: bool(use[1]) and (*use[0].steps, use[1]) not in indexed)


def _relies(service: Mapping[str, Any], one: Applied) -> bool:
    provider, name = str(one.inputs.get("provider")), one.inputs.get("providerKey")
    if one.inputs.get("authentication") != "SHARED_SECRET":
        return with_own_key(service, provider, one.inputs.get("parameters") or {})
    credentials = service.get("authentication") or {}
    # The service adds what it is used as: providerKey, accessId, ...
    return service.get("provider") == provider and any(full in (name, f"{name}.{use}") for use, full in credentials.items())


def _search(connection: Connection, endpoint: str, using: Found, column: str, where: str, headers: Mapping[str, str]) -> None:
    first = using.definition["primaryKey"]["partitionBy"][0] if column else "_id"
    body = {"sort": {column or "$vectorize": _TEXT}, "projection": {first: True}, "options": {"limit": 1}}
    path = "/" + "/".join(using.steps)
    command(connection, endpoint, path, "find", body, f"search in {where}", repeatable=True, headers=headers)


def _refused(one: Applied, where: str, status: int | None) -> Drift:
    why = "it may be the key or the model that the provider refuses"
    if status in UNAUTHORISED:
        why = f"the provider answered HTTP {status} and does not take the key"
    elif status:
        why = f"the provider answered HTTP {status}; it may be the key or the model that it refuses"
    return Drift(
        "integration",
        "integration",
        one.address,
        "error",
        f"a search by text in {where} was refused with {PROVIDER_REFUSED}: {why}",
        UNUSABLE,
        restore="store a key that the provider takes under the same name in the Astra Portal, or give the application one",
        accept="name another credential or another model in the declaration",
    )


def _unknown(one: Applied, reason: str, becomes: Cause) -> Drift:
    return Drift("unknown", "integration", one.address, "error", reason, MEANING[becomes])
