"""What the provider host knows of the stack it serves: target, transport, token and permissions.

The host cannot ask the engine which stack it serves, so the explicit provider (astra_provider.py) carries it here.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pulumi

from astra.devops import organisation_id
from astra.errors import AstraError, DataLoss, Invalid, Refused, Unauthorized
from astra.http import PATIENCE, Connection, connect
from astra.sharing import FOR_EVER, SharedReads
from astra.target import Target, target
from astra.wording import listed
from providers import host_pool
from providers.activity import Activity
from providers.claims import Claims
from providers.crowding import Crowding

TOKEN_VARIABLE = "ASTRA_DB_APPLICATION_TOKEN"  # noqa: S105 - a variable's name
PATIENCE_VARIABLE = "VECTORIZE_DATABASE_TIMEOUT"
NAMESPACE = "vectorize:"
SETTINGS = f"{NAMESPACE}settings"
TOKEN = f"{NAMESPACE}token"
# What may be lost in one run alone, beside what the environment file allows for all. It never gets into the state.
LOSS_VARIABLE = "VECTORIZE_ALLOW_DATA_LOSS"
# Set by vectorize import alone: JSON of the ids of the databases to take over, by logical name. As long as it is set, whatever is
# created is taken over as it stands, and nothing is written.
ADOPTION_VARIABLE = "VECTORIZE_ADOPT"
# What to do about it where it was left in a shell.
NO_IMPORT = f"If this is no vectorize import, run unset {ADOPTION_VARIABLE}."
# What a token is, by whether the target is self-hosted. Sources: Astra's documentation, the Data API's.
_TOKENS = {False: "an application token of Astra", True: "Cassandra:USER:PASSWORD, user and password each in base64"}


@dataclass(frozen=True, slots=True)
class Session:
    """One host process's view of its stack.

    Attributes:
        target: the stack's service.
        allow_data_loss: addresses of what may be deleted with its documents; "*" means all.
        claims: who has what in this run.
        patience: how long an operation may wait for a database, in seconds.
        asks: whether the service's own verdict is asked at plan time.
        verdicts: what it said, and to which organisation the token belongs. Kept for the life of the process: between the
            delete and the create of a replacement the same question must get the same answer.
        activity: the changes under way.
        crowding: the collections that this run is to make.
        wishes: by kind and place, the inputs of what is to stand at the end of this run.
        replaced_tables: by endpoint, keyspace and name, the addresses of the tables that `diff` found to be replaced.
        adopting: ids of the databases to take over, by logical name, where this run takes over what stands and writes nothing;
            None in every other run.
    """

    target: Target
    allow_data_loss: frozenset[str]
    claims: Claims = field(default_factory=Claims)
    patience: float = PATIENCE
    asks: bool = True
    verdicts: SharedReads = field(default_factory=SharedReads)
    activity: Activity = field(default_factory=Activity)
    crowding: Crowding = field(default_factory=Crowding)
    wishes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    replaced_tables: dict[tuple[str, str, str], str] = field(default_factory=dict)
    adopting: Mapping[str, str] | None = None

    @property
    def connection(self) -> Connection:
        """Opened when it is first needed."""
        return connect(self.target, host_pool.sleep, self.patience, reading=self.adopting is not None)

    @property
    def organisation(self) -> str:
        """Id of the organisation that the token belongs to; "" for a self-hosted Data API, which knows none."""
        return "" if self.target.self_hosted else self._organisation()

    def _organisation(self) -> str:
        connection = self.connection
        return self.verdicts.read("organisation", lambda: organisation_id(connection), FOR_EVER)

    def require_permission(
        self, address: str, filled: Callable[[], list[str]], doing: str = "delete", harm: str = "they would be lost"
    ) -> None:
        """Makes sure that a change loses nothing that nobody allowed to be lost.

        Args:
            address: of what is to be changed.
            filled: names what in it holds documents; asked only where the permission is missing.
            doing: what is to be done to it, for the message.
            harm: what would become of the documents, for the message.

        Raises:
            DataLoss: something in it holds documents, and neither its address nor "*" is in allow_data_loss.
            AstraError: it could not be looked into.
        """
        if self.allow_data_loss & {"*", address}:
            return
        try:
            lost = filled()
            holds = f"it holds documents ({listed(lost)}), and {harm}"
        except (Invalid, Refused) as error:
            # The service will not say, now or later, as of a table whose provider it no longer offers.
            lost, holds = [address], f"whether it holds documents cannot be found out, and {harm} ({error.said.rstrip('.')})"
        if lost:
            raise DataLoss(
                f"cannot {doing} {address}: {holds}. Keep it, or allow exactly this with allowDataLoss: [{address}] in the "
                "environment file, run again (destroy with --run-program, to see it), and take that out afterwards."
            )


@cache
def open_session(settings: str, token: str, allowed: frozenset[str] = frozenset(), adopting: str = "") -> Session:
    """The session for those settings; the same one for every resource kind, so that they share connection and claims.

    Args:
        settings: JSON text that AstraProvider made: target, config, allowDataLoss, and databaseTimeout where it is stated.
        token: Astra application token, or "".
        allowed: addresses of what may be deleted with its documents in this run, beside those of the settings.
        adopting: JSON text of `Session.adopting`; "" in a run that is none.

    Raises:
        Unauthorized: the target needs a token and there is none.
        Invalid: `adopting` is something else.
    """
    stated = json.loads(settings)
    token = token.strip()
    if not token.isascii() or any(character.isspace() for character in token):
        raise Unauthorized(
            f"the token in {TOKEN_VARIABLE}, or in the config {TOKEN}, cannot be one: it holds white space or letters that no "
            "token has."
        )
    place = target(stated["target"], stated["config"], token)
    if not place.transport and not place.token:
        raise Unauthorized(
            f"no token for {place.devops_url or 'the self-hosted Data API'}: set {TOKEN_VARIABLE} to "
            f"{_TOKENS[place.self_hosted]}, or keep one as a secret of the stack: pulumi config set --secret {TOKEN} (it asks "
            "for the value)."
        )
    return Session(
        place,
        allowed.union(stated["allowDataLoss"]),
        patience=_patience(stated),
        # What is asked leaves nothing behind, and is a request to make something all the same.
        asks=stated["config"].get("dryRun", "true") != "false" and not adopting,
        adopting=_adopting(adopting) if adopting else None,
    )


def _adopting(stated: str) -> dict[str, str]:
    try:
        found = json.loads(stated)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise Invalid(f"{ADOPTION_VARIABLE} is not what vectorize import sets for its own update: unset it.")
    return found


def refuse_adoption_in_a_preview() -> None:
    """Refuses, in a program, a preview with the variable: an import has its update made without one.

    Raises:
        pulumi.RunError: it is set.
    """
    if os.environ.get(ADOPTION_VARIABLE) and pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            f"{ADOPTION_VARIABLE} is set: as long as it is, nothing is created, changed or deleted, and what stands is only "
            f"taken over. vectorize import alone sets it, for an update without a preview. Run unset {ADOPTION_VARIABLE}."
        )


def _patience(stated: dict[str, Any]) -> float:
    """How long an operation may wait for a database, in seconds: the word of this run comes before the environment file's."""
    said = os.environ.get(PATIENCE_VARIABLE, "").strip()
    try:
        return float(said) if said else stated.get("databaseTimeout", PATIENCE)
    except ValueError:
        raise Invalid(f"{PATIENCE_VARIABLE} must be a number of seconds.") from None


def configured(config: Any) -> Session:
    """The session of the stack, from what the engine hands to a provider's `configure` and from the environment's variables.

    The environment's token comes first. What it allows to be lost is added to what the settings allow.

    Raises:
        AstraError: there is no explicit provider, no usable token, or a permission for everything.
    """
    settings = config.get(SETTINGS)
    if settings is None:
        raise AstraError(
            "this resource has no explicit provider: declare AstraProvider(...) and pass it as ResourceOptions(provider=...)."
        )
    token = os.environ.get(TOKEN_VARIABLE) or config.get(TOKEN) or ""
    return open_session(settings, token, _allowed_for_this_run(), os.environ.get(ADOPTION_VARIABLE, ""))


def _allowed_for_this_run() -> frozenset[str]:
    named = frozenset(filter(None, map(str.strip, os.environ.get(LOSS_VARIABLE, "").split(","))))
    if any("*" in one for one in named):
        raise Invalid(
            f"{LOSS_VARIABLE} allows what is named and nothing else, and * is not accepted there: write the dotted names of what "
            "may be lost, with commas between them, such as knowledge.docs.articles,knowledge.docs.chunks."
        )
    return named


def quiet_tracebacks() -> None:
    """Makes a failing verb print its sentence alone: the SDK prints source lines and the whole chain otherwise."""
    sys.tracebacklimit = 0
