"""Whether a database can use an embedding provider's integration, and how sure that is.

A credential can be made in the Astra Portal alone, and no public API lists it. So it is verified: by the providers that this very
database lists, by the kinds of authentication enabled there, and by a dry run that names the credential.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from astra import catalog, collection, dry_run, offered
from astra.data_api import command
from astra.errors import AstraError, Unreadable
from astra.http import Connection
from astra.sharing import SNAPSHOT, SharedReads
from astra.wording import listed, named

Status: TypeAlias = Literal["verified", "asserted", "missing", "unknown"]
# How long after a refused credential it is tried again, in seconds: the service refuses in the same words when only its check
# of credentials failed, and caches a credential for minutes but a refusal not at all (source of the Data API). A guess.
APART = 3.0
# Of the header that carries a key. Source: the Data API's documentation.
KEY_HEADER = "x-embedding-api-key"
_PROBE_TEXT = "astra-vectorize"
# By which the Data API passes on that a provider refused; too many requests and time-outs have codes of their own. The provider's
# status stands before its words: `with HTTP 401; error message: ...`, before that `HTTP Status: 401; ...`. Source: its own.
PROVIDER_REFUSED = "EMBEDDING_PROVIDER_CLIENT_ERROR"
_STATUS = re.compile(r"\bHTTP(?: Status:)? (\d{3})\b")
# Of a key that a provider does not take.
UNAUTHORISED = (401, 403)
# The account's parameters that are required and not stated: the service checks their types alone (recorded).
_PLACEHOLDER = "vectorize"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be verified.

    Attributes:
        endpoint: address of the database's Data API.
        keyspace: one that stands there.
        provider: key of the embedding provider.
        authentication: NONE, HEADER or SHARED_SECRET.
        credential: name of the stored credential; "" but for SHARED_SECRET.
        parameters: those of the account.
    """

    endpoint: str
    keyspace: str
    provider: str
    authentication: str
    credential: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """How sure it is that an integration works.

    Attributes:
        status: verified, the live system answered for this very credential and database; asserted, the provider and the kind of
            authentication are enabled and the credential could not be checked; missing, it is proven not to be there; unknown,
            nothing reliable was learned.
        proof: what was asked and what was answered, in one sentence; the same words for the same answer.
    """

    status: Status
    proof: str

    @property
    def usable(self) -> bool:
        """Whether what needs the credential may be tried."""
        return self.status in ("verified", "asserted")


def verify(
    connection: Connection, question: Question, key: Callable[[], str | None], *, refused_before: bool = False
) -> Verification:
    """Asks the live system.

    Args:
        connection: to the target.
        question: what is to be verified.
        refused_before: whether the credential was refused some time ago: then one more refusal proves that it is missing.
        key: a key of the provider to try HEADER authentication with, "" where it cannot be one, or None; it is sent to the
            Data API and shown nowhere.

    Raises:
        AstraError: the database cannot be asked at all.
    """
    entries = providers(connection, question.endpoint)
    title = _title(question.provider)
    if question.provider not in entries:
        said = f"the database lists no provider {question.provider}; it lists {listed(sorted(entries)) or 'none'}"
        return Verification("missing", f"{said}: the integration is not enabled")
    entry = entries[question.provider]
    enabled = offered.enabled(entry)
    if question.authentication not in enabled:
        return Verification("missing", f"the database offers {title} with {listed(enabled) or 'nothing'} alone")
    vector = _example(question, entry)
    if vector is None:
        return Verification("asserted", f"the database lists {title} with {question.authentication}, and no model to ask with")
    found = dry_run.verdict(connection, SharedReads(), question.endpoint, question.keyspace, vector, f"try {title}")
    if found.outcome == "accepted":
        return _accepted(connection, question, key)
    if found.outcome == "credential":
        return _missing(question, found.said) if refused_before else _refused(connection, question, vector, found.said)
    return Verification("asserted", f"{title} is enabled with {question.authentication}; trying it told nothing: {found.said}")


def providers(connection: Connection, endpoint: str) -> dict[str, Any]:
    """The embedding providers that a database lists, with models of every status, by their keys.

    Raises:
        Unreadable: the answer has another form, or does not say of a provider which kinds of authentication it has.
    """
    doing = f"list the embedding providers of {endpoint}"
    body = {"options": {"filterModelStatus": ""}}

    def read() -> dict[str, Any]:
        found = command(connection, endpoint, "", "findEmbeddingProviders", body, doing, repeatable=True)
        try:
            entries: dict[str, Any] = {**found["status"]["embeddingProviders"]}
        except (KeyError, TypeError):
            raise Unreadable(f"cannot {doing}: the answer has no list of providers.") from None
        for name, entry in entries.items():
            kinds = entry.get("supportedAuthentication") if isinstance(entry, Mapping) else None
            # Left out it would look as if the provider were gone.
            if not isinstance(kinds, Mapping) or not all(isinstance(stated, Mapping) for stated in kinds.values()):
                raise Unreadable(f"cannot {doing}: the answer does not say which kinds of authentication {named(name)} has.")
        return entries

    return connection.reads.read(("providers", endpoint), read, SNAPSHOT)


def _accepted(connection: Connection, question: Question, key: Callable[[], str | None]) -> Verification:
    title = _title(question.provider)
    if question.authentication == "SHARED_SECRET":
        return Verification(
            "verified", f"the database accepted the credential {question.credential}, and refused an impossible one"
        )
    if question.authentication == "NONE":
        return Verification("verified", f"the database accepted a model of {title}, and refused an impossible one")
    given = key()
    if given is None:
        return Verification("asserted", f"{title} is enabled with HEADER; the application's key was not tried")
    if not given:
        return Verification("asserted", f"{title} is enabled with HEADER; the variable holds nothing that can be a key")
    return _tried(connection, question, given)


def _stored(question: Question) -> Verification:
    return Verification("verified", f"the database accepted the credential {question.credential}, and refused an impossible one")


def _missing(question: Question, said: str) -> Verification:
    return Verification("missing", f"the database refused the credential {question.credential} twice: {said.rstrip('.')}")


def _refused(connection: Connection, question: Question, vector: Mapping[str, Any], said: str) -> Verification:
    connection.sleep(APART)
    repeated = dry_run.again(connection, question.endpoint, question.keyspace, vector, f"try {_title(question.provider)}")
    if repeated.outcome == "credential":
        return _missing(question, said)
    if repeated.outcome == "accepted":
        return _stored(question)
    return Verification("unknown", f"the database refused the credential {question.credential} once, and then: {repeated.said}")


def _tried(connection: Connection, question: Question, key: str) -> Verification:
    """The key in a search of a collection that its provider embeds for: it reads, and leaves nothing behind."""
    title = _title(question.provider)
    there = collection.listed(connection, question.endpoint, question.keyspace, SNAPSHOT)
    name = next((name for name, options in sorted(there.items()) if _embeds_for(options, question)), None)
    if name is None:
        said = f"keyspace {question.keyspace} has no collection of this account yet to try the key with"
        return Verification("asserted", f"{title} is enabled with HEADER; {said}")
    body = {"sort": {"$vectorize": _PROBE_TEXT}, "projection": {"_id": True}}
    path = f"/{question.keyspace}/{name}"
    doing = f"try a key of {title}"
    try:
        command(connection, question.endpoint, path, "findOne", body, doing, repeatable=False, headers={KEY_HEADER: key})
    except AstraError as error:
        # The code alone: a provider may repeat the key in its words.
        said = f"a search in collection {name} with the key was answered with {error.code or type(error).__name__}"
        if provider_status(error) in UNAUTHORISED:
            return Verification("missing", f"{said}: the provider did not accept the key")
        return Verification("asserted", f"{title} is enabled with HEADER; {said}, which says nothing of the key")
    return Verification("verified", f"a search in collection {name} with the key was answered")


def _embeds_for(options: Mapping[str, Any], question: Question) -> bool:
    service = (options.get("vector") or {}).get("service") or {}
    return with_own_key(service, question.provider, question.parameters)


def with_own_key(service: Mapping[str, Any], provider: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a service embeds by this very account, with a key in a header or none: no key goes to another account.

    Args:
        service: as the Data API explains it.
        provider: key of the embedding provider.
        parameters: those of the account; others among them do not count.
    """
    stated = service.get("parameters") or {}
    account = {name: value for name, value in stated.items() if _of_account(provider, name)}
    same = account == {name: value for name, value in parameters.items() if _of_account(provider, name)}
    return service.get("provider") == provider and not service.get("authentication") and same


def provider_status(error: AstraError) -> int | None:
    """The HTTP status with which an embedding provider refused; None where no provider did, or the words are others."""
    if error.code != PROVIDER_REFUSED:
        return None
    found = _STATUS.search(str(error).partition(error.code)[2])
    return int(found[1]) if found else None


def _of_account(provider: str, parameter: str) -> bool:
    stated = catalog.embedding_providers()[provider].parameters.get(parameter, {})
    return bool(stated.get("x-scope") == "account")


def _example(question: Question, entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """A definition that this database should accept: a model that it lists as SUPPORTED, and the account's parameters."""
    known = catalog.embedding_providers()[question.provider]
    live = {model["name"] for model in entry.get("models", ()) if offered.status(model) == offered.SUPPORTED}
    model = next((model for name, model in known.models.items() if name in live), None)
    if model is None:
        return None
    stated = model.parameters or known.schema["$defs"]["parameters"]
    placeholders = dict.fromkeys(stated.get("required", ()), _PLACEHOLDER)
    parameters = {**placeholders, **{name: value for name, value in question.parameters.items() if name in stated["properties"]}}
    service: dict[str, Any] = {"provider": question.provider, "modelName": model.name}
    if question.credential:
        service["authentication"] = {"providerKey": question.credential}
    if parameters:
        service["parameters"] = parameters
    dimension = model.default_dimension or model.schema["properties"]["dimension"].get("maximum")
    return {"dimension": dimension, "service": service} if dimension else {"service": service}


def _title(provider: str) -> str:
    return catalog.embedding_providers()[provider].title
