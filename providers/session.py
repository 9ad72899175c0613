"""What the provider host knows of the stack it serves: target, transport, token and permissions.

The host cannot ask the engine which stack it serves, so the explicit provider (astra_provider.py) carries it here.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from astra.devops import organisation_id
from astra.errors import AstraError, DataLoss, Unauthorized
from astra.http import Connection, connect
from astra.target import Target, target
from astra.wording import listed
from providers.claims import Claims

TOKEN_VARIABLE = "ASTRA_DB_APPLICATION_TOKEN"  # noqa: S105 - a variable's name
NAMESPACE = "vectorize:"
SETTINGS = f"{NAMESPACE}settings"
TOKEN = f"{NAMESPACE}token"
# The host answers with four threads whatever --parallel says, and a keyspace that waits for its database
# holds one. Seen with 96 creates of 1 s: 25.9 s with four, 4.0 s with 64.
HOST_WORKERS, WORKERS = 4, 64


@dataclass(frozen=True, slots=True)
class Session:
    """One host process's view of its stack.

    Attributes:
        target: the stack's service.
        allow_data_loss: addresses of what may be deleted with its documents; "*" means all.
        claims: who has what in this run.
    """

    target: Target
    allow_data_loss: frozenset[str]
    claims: Claims = field(default_factory=Claims)

    @property
    def connection(self) -> Connection:
        """Opened when it is first needed: a preview that only creates asks the service nothing."""
        return connect(self.target)

    @property
    def organisation(self) -> str:
        """Id of the organisation that the token belongs to."""
        return _organisation(self.target)

    def require_permission(self, address: str, filled: Callable[[], list[str]]) -> None:
        """Makes sure that a deletion loses nothing that nobody allowed to be lost.

        Args:
            address: of what is to be deleted.
            filled: names what in it holds documents; asked only where the permission is missing.

        Raises:
            DataLoss: something in it holds documents, and neither its address nor "*" is in allow_data_loss.
            AstraError: it could not be looked into.
        """
        if self.allow_data_loss & {"*", address}:
            return
        if lost := filled():
            raise DataLoss(
                f"cannot delete {address}: it holds documents ({listed(lost)}), and they would be lost. Keep it, or allow "
                f"exactly this with allowDataLoss: [{address}] in the environment file, run again (destroy with "
                "--run-program, to see it), and take that out afterwards."
            )


@cache
def _organisation(target: Target) -> str:
    return organisation_id(connect(target))


@cache
def open_session(settings: str, token: str) -> Session:
    """The session for those settings; the same one for every resource kind, so that they share connection and claims.

    Args:
        settings: JSON text that AstraProvider made: target, config, allowDataLoss.
        token: Astra application token, or "".

    Raises:
        Unauthorized: the target needs a token and there is none.
    """
    stated = json.loads(settings)
    token = token.strip()
    if not token.isascii() or any(character.isspace() for character in token):
        raise Unauthorized(f"the token in {TOKEN_VARIABLE} cannot be one: it holds white space or letters that no token has.")
    place = target(stated["target"], stated["config"], token)
    if not place.transport and not place.token:
        raise Unauthorized(
            f"no token for {place.devops_url}: set {TOKEN_VARIABLE} to an application token of Astra, or keep one as a "
            f"secret of the stack: pulumi config set --secret {TOKEN} (it asks for the value)."
        )
    widen_pool()
    return Session(place, frozenset(stated["allowDataLoss"]))


def configured(config: Any) -> Session:
    """The session of the stack, from what the engine hands to a provider's `configure`; the environment's token first."""
    settings = config.get(SETTINGS)
    if settings is None:
        raise AstraError(
            "this resource has no explicit provider: declare AstraProvider(...) and pass it as ResourceOptions(provider=...)."
        )
    return open_session(settings, os.environ.get(TOKEN_VARIABLE) or config.get(TOKEN) or "")


def widen_pool() -> None:
    """Lets the host answer more than four calls at once; it stays at four where grpc's private pool is not found."""
    for candidate in gc.get_objects():
        if isinstance(candidate, ThreadPoolExecutor) and getattr(candidate, "_max_workers", 0) == HOST_WORKERS:
            candidate._max_workers = WORKERS  # noqa: SLF001 - grpc offers no other way to it


def quiet_tracebacks() -> None:
    """Makes a failing verb print its sentence alone: the SDK prints source lines and the whole chain otherwise."""
    sys.tracebacklimit = 0
