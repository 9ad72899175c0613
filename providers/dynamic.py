"""What every dynamic resource of this project shares: its verbs, and how it registers itself."""

import gc
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from astra import catalog, validation
from astra.changes import changes
from astra.errors import Conflict, NotFound, Problem
from astra.validation import UNKNOWN
from providers import host_pool
from providers.session import NO_IMPORT, Session, configured, quiet_tracebacks, refuse_adoption_in_a_preview
from providers.wire import Failure, log, plain, told

ADDRESS = "address"
ORGANISATION = "organizationId"
# A killed run's, or another stack's: nothing in what stands says whose it is.
TAKEN_OVER = "stood already as declared, and was taken over. Where another stack declares it, too, see docs/backends.md."


class AstraResourceProvider(ResourceProvider, ABC):
    """CRUD of one resource kind. Stateless but for the session that `configure` opens, so its pickle is its name.

    A subclass states its schema, and over plain data `wish`, `make`, `find` and `remove`; `problems` and `replacing` too
    where it has rules of its own.
    """

    serialize_as_secret_always = False
    schema: ClassVar[str]
    # The inputs that come from other resources.
    given: ClassVar[tuple[str, ...]] = ()
    # Whether it stands for nothing in the service, so that a change of it writes nothing either.
    makes_nothing: ClassVar[bool] = False
    # Whether the service's verdict is asked of what did not change, too.
    asks_always: ClassVar[bool] = False
    session: Session

    def configure(self, req: ConfigureRequest) -> None:
        quiet_tracebacks()
        # Here, where the host calls one at a time: otherwise every thread that checks first would read all schemas.
        self._all_problems({})
        # Modules and schemas stay for the life of the process: the collector need not look at them again and again, which
        # took a twentieth of a preview.
        # After the pool was found: what is frozen is found no more.
        host_pool.widen()
        host_pool.heed_interruptions()
        gc.freeze()
        self.session = told(lambda: configured(req.config))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        # What another resource gives is absent where that one failed and the engine goes on: it is told once, by that one.
        inputs = {**dict.fromkeys(self.given, UNKNOWN), **plain(news)}
        address = inputs.get(ADDRESS)
        # An empty property: the engine prints a failing property's whole value, secrets included.
        failures = [CheckFailure("", f"{address}: {problem}") for problem in self._all_problems(inputs)]
        olds = plain(_olds or {})
        if not failures and self.session.asks and (self.asks_always or changes(self._inputs(olds), self._inputs(inputs))):
            failures = [CheckFailure("", f"{address}: {refusal}") for refusal in told(lambda: self.refusals(inputs, olds))]
        return CheckResult(news, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        olds, news = plain(_olds), plain(_news)
        changed = {change.path[0] for change in changes(self._inputs(olds), self._inputs(news))}
        replaces = sorted(self.replacing(olds, news, changed))
        if not replaces:
            self.session.claims.keep((self.kind, self.thing(_id)), news[ADDRESS])
        return DiffResult(changes=bool(replaces or changed or self.due(olds)), replaces=replaces, delete_before_replace=True)

    def create(self, props: dict[str, Any]) -> CreateResult:
        inputs = plain(props)
        self._refuse_problems(inputs)
        # Asked first: were it to fail afterwards, what was made would be known to nobody.
        organisation = told(lambda: self.session.organisation)
        with self.session.activity.change(), self.session.claims.turn(self.wish(inputs)):
            identity, outputs = told(lambda: self._taken_over(inputs) if self._adopts else self.make(inputs))
        return CreateResult(identity, {**self._inputs(inputs), **outputs, ORGANISATION: organisation})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        known = plain(props)
        try:
            found, outputs = told(lambda: self.find(id_, known, self._inputs(known)), passing=NotFound)
        except NotFound as error:
            if ORGANISATION not in known:
                # What is only read, and not managed, must be there: the engine would go on with nothing.
                raise Failure(str(error)) from None
            return ReadResult("", {})
        organisation = known[ORGANISATION] if ORGANISATION in known else told(lambda: self.session.organisation)
        return ReadResult(id_, {**found, **outputs, ORGANISATION: organisation}, inputs=found)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        olds, inputs = plain(_olds), plain(_news)
        self._refuse_problems(inputs)
        if not self.makes_nothing:
            self._refuse_while_adopting("change", inputs[ADDRESS])
        with self.session.activity.change():
            outputs = told(lambda: self.alter(_id, olds, inputs))
        # An input that was taken out must not live on: it would differ from now on.
        kept = {key: value for key, value in olds.items() if key not in self._inputs(olds)}
        return UpdateResult({**kept, **inputs, **outputs})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        known = plain(_props)
        self._refuse_while_adopting("delete", known[ADDRESS])
        if not self.session.claims.spared((self.kind, self.thing(_id)), known[ADDRESS]):
            with self.session.activity.change():
                told(lambda: self.remove(_id, known))

    @property
    def kind(self) -> str:
        """What it is, for messages: database, keyspace, collection."""
        return self.schema.rpartition(":")[2]

    def claim(self, identity: str, inputs: Mapping[str, Any]) -> None:
        """Has `make` say whose the thing is, before anything is done to one that may be another's. Raises Conflict."""
        self.session.claims.take((self.kind, self.thing(identity)), inputs[ADDRESS])

    def say_taken_over(self, inputs: Mapping[str, Any]) -> None:
        """Has `make` tell, once the thing is claimed, that it did not make it."""
        log(f"{inputs[ADDRESS]}: {TAKEN_OVER}")

    def thing(self, identity: str) -> str:
        """What an id means to the service, where several ids can mean the same; by default each id means itself."""
        return identity

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Problems beyond the schema's; none by default."""
        return ()

    def refusals(self, inputs: Mapping[str, Any], olds: Mapping[str, Any]) -> list[str]:
        """What the service would refuse of something new or changed, asked at plan time without a trace; nothing by default.

        Args:
            inputs: the new ones, with UNKNOWN for what is not known yet.
            olds: the old ones; empty where there is none.

        Whatever cannot be asked is no refusal: then the service says it when the change is made.
        """
        return []

    def replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        """The properties that force a replacement: by default the changed ones that the schema marks so.

        Args:
            olds: the old outputs, with what the service said of the thing.
            news: the new inputs.
            changed: names of the inputs that differ.
        """
        properties = catalog.schema(self.schema)["properties"]
        return {key for key in changed if properties.get(key, {}).get("replaceOnChanges")}

    def due(self, known: Mapping[str, Any]) -> bool:
        """Whether an update is due by the stored outputs, although no input changed; never by default."""
        return False

    def alter(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """Changes the thing in place and returns the outputs that changed with it.

        By default nothing: the new inputs mean the same as what stands, and what changes anything is a replacement.

        Args:
            identity: its id.
            known: its stored outputs.
            inputs: the new ones.
        """
        return {}

    @abstractmethod
    def wish(self, inputs: Mapping[str, Any]) -> str:
        """What two resources must not look for at the same time, lest both find the same or each makes one."""

    @abstractmethod
    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Creates or adopts the thing; returns its id and its outputs beyond the inputs and the organisation."""

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The same of what stands already as it is declared, by reading alone; by default for what makes nothing.

        Raises:
            NotFound: it does not stand.
            Conflict: something else stands in its place, or another resource of this run has it.
        """
        return self.make(inputs)

    @abstractmethod
    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The thing as it stands.

        Args:
            identity: its id.
            known: its stored outputs.
            inputs: those of them that are its inputs.

        Returns:
            The inputs, changed where the thing differs from them, and its further outputs.

        Raises:
            NotFound: it is proven to be gone.
        """

    @abstractmethod
    def remove(self, identity: str, known: dict[str, Any]) -> None:
        """Deletes the thing; fine where it is gone."""

    @property
    def _adopts(self) -> bool:
        return self.session.adopting is not None

    def _taken_over(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            return self.adopted(inputs)
        except NotFound as error:
            raise NotFound(f"cannot take over {inputs[ADDRESS]}: {error} Run vectorize import again. {NO_IMPORT}") from None
        except Conflict as error:
            raise Conflict(f"{error} {NO_IMPORT}") from None

    def _refuse_while_adopting(self, doing: str, address: str) -> None:
        if self._adopts:
            raise Failure(
                f"cannot {doing} {address}: what stands is being taken over, and nothing else is done meanwhile. {NO_IMPORT}"
            ) from None

    def _all_problems(self, inputs: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Every problem that forbids the definition; what is only worth a warning, `vectorize validate` and the program say."""
        definition = {key: value for key, value in inputs.items() if key != ADDRESS}
        found = validation.sharpened(validation.problems(definition, self.schema), self.problems(definition))
        return tuple(problem for problem in found if problem.severity == "error")

    def _refuse_problems(self, inputs: Mapping[str, Any]) -> None:
        """Once more right before a change, for what was unknown when `check` ran."""
        if found := self._all_problems(inputs):
            raise Failure(f"{inputs[ADDRESS]}: {'; '.join(map(str, found))}") from None

    def _inputs(self, props: Mapping[str, Any]) -> dict[str, Any]:
        names = {ADDRESS, *catalog.schema(self.schema)["properties"]}
        return {key: value for key, value in props.items() if key in names}


class AstraResource(Resource):
    """Base of the resources: names itself, replaces by deleting first, and always has a module and a name."""

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        if not module or not name:
            # Without them the SDK would register the type dynamic:Resource in silence, for ever.
            raise TypeError(f"{cls.__name__} needs module= and name= in its class statement")
        super().__init_subclass__(module=module, name=name, **kwargs)

    def __init__(
        self,
        provider: AstraResourceProvider,
        resource_name: str,
        inputs: Mapping[str, Any],
        outputs: tuple[str, ...],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        refuse_adoption_in_a_preview()
        # As an option and not only from `diff`: `up --replace` and `state taint` never call diff.
        forced = pulumi.ResourceOptions(delete_before_replace=True)
        stated = {key: value for key, value in inputs.items() if value is not None}
        props = {**dict.fromkeys(outputs), **stated, ADDRESS: resource_name}
        super().__init__(provider, resource_name, props, pulumi.ResourceOptions.merge(forced, opts))

    def output(self, name: str) -> pulumi.Output[Any]:
        """The output of that name in the state; the resources give theirs Python names."""
        found: pulumi.Output[Any] = self.__dict__[name]
        return found
