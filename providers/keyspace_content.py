"""What stands in a keyspace and is reached by the Data API: collections, tables and their indexes."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pulumi.dynamic import CheckFailure, CheckResult

from astra import absence, preflight, waking
from astra.changes import changes
from astra.conflict import refuse_another
from astra.errors import AstraError, DataLoss, NotFound, Problem, Refused
from astra.sharing import SharedReads
from astra.validation import UNKNOWN
from providers.dynamic import ADDRESS, ORGANISATION, AstraResourceProvider
from providers.wire import Failure, plain, told
from providers.wire import known as is_known

IDENTITY = ("apiEndpoint", "keyspace", "name")
# What is done to documents by a replacement, and what becomes of them: words of a message.
REPLACED = ("replace", "they would be lost")


class KeyspaceContentProvider(AstraResourceProvider):
    """Verbs of one kind of them, whose id is `endpoint/keyspace/name`.

    A subclass states the name of its output, which holds what the service made of the definition, and over plain data
    `established`, `standing`, `met` and `dropped`.
    """

    output: ClassVar[str]
    given: ClassVar[tuple[str, ...]] = ("apiEndpoint",)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        inputs = {**dict.fromkeys(self.given, UNKNOWN), **plain(news)}
        try:
            if isinstance(endpoint := inputs["apiEndpoint"], str):
                waking.refuse_elsewhere(self.session.target, endpoint)
        except AstraError as error:
            return CheckResult(news, [CheckFailure("", f"{inputs.get(ADDRESS)}: apiEndpoint: {error}")])
        result = super().check(_olds, news)
        olds = plain(_olds or {})
        if result.failures or not is_known(inputs):
            return result
        # What is deleted from now on under this name is deleted to be made anew.
        self.session.wishes[self.kind, self.wish(inputs)] = inputs
        if not olds or self.session.allow_data_loss & {"*", inputs[ADDRESS]}:
            return result
        try:
            told(lambda: self._require_permission(olds, inputs), passing=DataLoss)
        except (DataLoss, Failure) as error:
            return CheckResult(news, [CheckFailure("", str(error))])
        return result

    def _require_permission(self, olds: dict[str, Any], inputs: dict[str, Any]) -> None:
        if doing := self.endangers(olds, inputs):
            self.session.require_permission(inputs[ADDRESS], lambda: [olds["name"]] * self.holds(olds), *doing)

    def endangers(self, olds: dict[str, Any], inputs: dict[str, Any]) -> tuple[str, str] | None:
        """What an update would do to the documents that stand, and what would become of them; None where nothing.

        Args:
            olds: the old inputs, which a refresh may have changed.
            inputs: the new ones.
        """
        return None

    def holds(self, stated: Mapping[str, Any]) -> bool:
        """Whether the thing at that place holds documents."""
        return False

    def refusals(self, inputs: Mapping[str, Any], olds: Mapping[str, Any]) -> list[str]:
        endpoint, keyspace, _ = place = [inputs[key] for key in IDENTITY]
        content = self.content(inputs)
        if not content or not is_known([place, content]):
            return []
        try:
            said = list(preflight.judged(self.session.connection, self.session.verdicts, endpoint, keyspace, content))
        except AstraError:
            return []
        return [f"{path}: {verdict.said}" for path, _, verdict in said if verdict.outcome == "refused"]

    def content(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The thing as `preflight.judged` takes it: `{collections: {name: ...}}` or `{tables: ...}`; nothing by default."""
        return {}

    def _all_problems(self, inputs: Mapping[str, Any]) -> tuple[Problem, ...]:
        # Its keyspace gives the address, and gives none as long as it does not stand.
        said = '"apiEndpoint" is missing: its keyspace does not stand yet; with --target, name the keyspace too, or leave it out'
        found = super()._all_problems(inputs)
        return tuple(replace(one, sentence=said) if (one.path, one.key) == ((), "apiEndpoint") else one for one in found)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "/".join(inputs[key] for key in IDENTITY)

    def thing(self, identity: str) -> str:
        endpoint, *place = identity.rsplit("/", 2)
        return "/".join((self.session.target.database_id(endpoint) or endpoint, *place))

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        self.claim(self.wish(inputs), inputs)
        made, stood = waking.awake(self.session.connection, inputs["apiEndpoint"], lambda: self.established(inputs))
        if stood:
            self.say_taken_over(inputs)
        return self.wish(inputs), {self.output: made}

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = self.wish(inputs)
        self.claim(identity, inputs)
        stands = waking.awake(self.session.connection, inputs["apiEndpoint"], lambda: self.standing(inputs))
        if stands is None:
            raise NotFound(f"{self.kind} {inputs['keyspace']}.{inputs['name']} is not listed.")
        # As it stands, so that what the service chose itself is right.
        met = self.met(inputs, {**inputs, self.output: stands}, stands)
        refuse_another(f"{self.kind} {inputs['keyspace']}.{inputs['name']}", changes(inputs, met), f"take over {inputs[ADDRESS]}")
        return identity, {self.output: stands}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            stands = waking.awake(self.session.connection, inputs["apiEndpoint"], lambda: self.standing(inputs))
        except AstraError as error:
            raise self._meant(error, known) from None
        if stands is None:
            raise NotFound(f"{self.kind} {inputs['keyspace']}.{inputs['name']} is not listed.")
        return self.met(inputs, known, stands), {self.output: stands}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        try:
            waking.awake(self.session.connection, known["apiEndpoint"], lambda: self._removed(known))
        except AstraError as error:
            if not isinstance(meant := self._meant(error, known), NotFound):
                raise meant from None

    def _removed(self, known: dict[str, Any]) -> None:
        self._require_creatable(known)
        self.dropped(known)

    def _require_creatable(self, known: Mapping[str, Any]) -> None:
        """Makes sure that what is deleted to be made anew could be made: afterwards nothing would be left.

        Raises:
            Refused: the service would refuse it, or the credential that it needs.
        """
        wished = self.session.wishes.get((self.kind, self.wish(known)))
        content = self.content(wished) if wished else {}
        endpoint, keyspace, _ = (known[key] for key in IDENTITY)
        # Anew, and not by the verdicts of the plan: much may have happened since.
        for path, _, said in preflight.judged(
            self.session.connection, SharedReads(), endpoint, keyspace, content, standing_too=True
        ):
            if said.outcome in ("refused", "credential"):
                raise Refused(
                    f"cannot replace {known[ADDRESS]}: it was not deleted, since {path} could not be made again: {said.said}"
                )

    @abstractmethod
    def established(self, inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Creates the thing or takes it over; returns it as the service explains it, and whether it was taken over."""

    @abstractmethod
    def standing(self, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """The thing as the service explains it; None where a listing proves that it is gone."""

    @abstractmethod
    def met(self, inputs: dict[str, Any], known: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
        """The inputs, changed where the thing that stands differs from them; `known` are the stored outputs."""

    @abstractmethod
    def dropped(self, known: dict[str, Any]) -> None:
        """Deletes the thing; fine where a listing proves that it is gone."""

    def _meant(self, error: AstraError, known: Mapping[str, Any]) -> AstraError:
        return absence.meant(self.session.connection, error, known["apiEndpoint"], known["keyspace"], known.get(ORGANISATION, ""))
