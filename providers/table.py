"""Table: a table of the Data API, whose vector columns a vectorize service may fill."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pulumi
from pulumi.dynamic import CheckResult

from astra import service, table, table_alteration, table_definition
from astra.changes import changes
from astra.errors import Problem
from astra.sharing import SNAPSHOT
from astra.table_change import alteration, obstacles
from astra.table_normalisation import as_found, differences, with_choices
from astra.validation import UNKNOWN
from providers import key_order, table_guard
from providers.dynamic import ADDRESS, AstraResource
from providers.keyspace_content import IDENTITY, REPLACED, KeyspaceContentProvider
from providers.table_arguments import ColumnArgs, PrimaryKeyArgs
from providers.wire import known as is_known
from providers.wire import plain


class TableProvider(KeyspaceContentProvider):
    """Verbs of Table. Its output `explained` is the definition as the service explains it."""

    schema = "resources:table"
    output = "explained"

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        return table_definition.problems({"definition": definition.get("definition")}, service.problems)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        inputs = plain(news)
        if not _olds and is_known([inputs.get(key, UNKNOWN) for key in IDENTITY]):
            # A forced replacement never calls `diff`; it comes without old inputs, as a creation does, which takes this back.
            table_guard.expect_replacement(self.session, _place(inputs), inputs[ADDRESS], replaced=True)
        return super().check(_olds, news)

    def replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        found = self._replacing(olds, news, changed)
        table_guard.expect_replacement(self.session, _place(olds), olds[ADDRESS], replaced=bool(found))
        return found

    def _replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        identity = changed.intersection(IDENTITY)
        definition, stands = _known(_definition(news)), olds.get(self.output)
        if stands is None or not is_known(definition):
            return identity | changed.intersection({"definition"})
        definition = _meant(definition, olds)
        return identity | ({"definition"} if obstacles(definition, key_order.restored(stands)) else set())

    def content(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"tables": {inputs["name"]: {"definition": _definition(inputs)}}}

    def endangers(self, olds: dict[str, Any], inputs: dict[str, Any]) -> tuple[str, str] | None:
        if _place(olds) != _place(inputs):
            return REPLACED
        stands = self.standing(inputs) if changes(olds, inputs) else None
        if stands is None:
            return None
        live = key_order.restored(stands)
        meant = _meant(_definition(inputs), {**olds, self.output: stands})
        if obstacles(meant, live):
            return REPLACED
        planned = alteration(meant, live)
        return ("alter", "they would be lost or spoilt") if planned.drop or planned.remodelled else None

    def holds(self, stated: Mapping[str, Any]) -> bool:
        return table.holds_rows(self.session.connection, *_place(stated))

    def established(self, inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        table_guard.expect_replacement(self.session, _place(inputs), inputs[ADDRESS], replaced=False)
        explained, stood = table.create(self.session.connection, *_place(inputs), _definition(inputs))
        return key_order.kept(explained), stood

    def standing(self, inputs: dict[str, Any]) -> dict[str, Any] | None:
        endpoint, keyspace, name = _place(inputs)
        found = table.listed(self.session.connection, endpoint, keyspace, SNAPSHOT).get(name)
        return None if found is None else key_order.kept(found)

    def met(self, inputs: dict[str, Any], known: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
        definition, live = _definition(inputs), key_order.restored(stands)
        if not differences(_meant(definition, known), live):
            return inputs
        return {**inputs, "definition": key_order.kept(as_found(definition, live))}

    def alter(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        place = _place(inputs)

        def guard(doing: str) -> None:
            table_guard.require_permission(self.session, place, inputs[ADDRESS], doing, "they would be lost or spoilt")

        definition = _meant(_definition(inputs), known)
        explained = table_alteration.alter(self.session.connection, *place, definition, guard)
        return {self.output: key_order.kept(explained)}

    def dropped(self, known: dict[str, Any]) -> None:
        place = _place(known)
        guard = partial(table_guard.require_deletion, self.session, place, known[ADDRESS])
        table.delete(self.session.connection, *place, guard)

    def _all_problems(self, inputs: Mapping[str, Any]) -> tuple[Problem, ...]:
        # The rules know the definition as the Data API has it, and their paths are those of what people write.
        return super()._all_problems({**inputs, **({"definition": _definition(inputs)} if "definition" in inputs else {})})


class Table(AstraResource, module="astra", name="Table"):
    """A table. Columns come and go, and a vector column's service changes, in place; anything else of it replaces it.

    Args:
        resource_name: its address: `database.keyspace.table`.
        api_endpoint: http(s) address of its database's Data API, without a path of the API: the `api_endpoint` of a Keyspace,
            so that the keyspace stands first.
        keyspace: name of its keyspace.
        name: 1 to 48 letters, digits or underscores; upper and lower case differ. Unique among the keyspace's collections and
            tables.
        columns: at least one, by name; a name is any text that is not empty. A scalar type alone, or a mapping with type (see
            ColumnArgs); a vector column takes a service, as that of a collection does.
        primary_key: the name of a column, or {partitionBy, partitionSort} (see PrimaryKeyArgs).
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        explained: its definition {columns, primaryKey} as the service tells it: long forms, dimensions filled in; partitionSort
            as a list with one mapping a column, because the engine keeps no order of keys.

    Check refuses what breaks these rules or those of the provider and model. Up fails where a collection or another table has
    the name (one with the same definition is taken over), where a user-defined type is missing, where the credential is not
    stored or not scoped to the database, where the model takes nothing new any more, where the database has no room, and where
    a column comes back with another type than it once had. Deletion, and so replacement, fails where rows would be lost without
    allow_data_loss; so does taking out a column, with its indexes, and a change of a column's model.

    Sources: recorded answers of the Data API and its source (stargate/data-api at ada41bd8).
    """

    explained: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        api_endpoint: pulumi.Input[str],
        keyspace: pulumi.Input[str],
        name: pulumi.Input[str],
        columns: pulumi.Input[Mapping[str, pulumi.Input[ColumnArgs]]],
        primary_key: pulumi.Input[str] | pulumi.Input[PrimaryKeyArgs],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "apiEndpoint": api_endpoint,
            "keyspace": keyspace,
            "name": name,
            "definition": {"columns": columns, "primaryKey": key_order.input_of(primary_key)},
        }
        super().__init__(TableProvider(), resource_name, inputs, (TableProvider.output,), opts)

    # Out of the id, which stays known while a preview shows the table as updated: the outputs are unknown then, and an index
    # that takes them would be shown as replaced.

    @property
    def api_endpoint(self) -> pulumi.Output[str]:
        """Address of its database's Data API, without a path."""
        return self._part_of_id(0)

    @property
    def keyspace(self) -> pulumi.Output[str]:
        """Name of its keyspace."""
        return self._part_of_id(1)

    @property
    def name(self) -> pulumi.Output[str]:
        """Its name."""
        return self._part_of_id(2)

    def _part_of_id(self, place: int) -> pulumi.Output[str]:
        return self.id.apply(lambda identity: identity.rsplit("/", 2)[place])


def _place(stated: Mapping[str, Any]) -> tuple[str, str, str]:
    return stated["apiEndpoint"], stated["keyspace"], stated["name"]


def _definition(inputs: Mapping[str, Any]) -> Any:
    stated = inputs["definition"]
    return key_order.restored(stated) if isinstance(stated, Mapping) else stated


def _meant(definition: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with the dimensions that the service chose when they were left out, as long as those choices hold."""
    return with_choices(definition, key_order.restored(olds[TableProvider.output]), _definition(olds))


def _known(definition: Any) -> Any:
    """A definition without the services that are not known yet: whatever they will be, they replace no table."""
    columns = definition.get("columns") if isinstance(definition, Mapping) else None
    if not isinstance(columns, Mapping):
        return definition
    known = {name: _known_column(column) for name, column in columns.items()}
    return {**definition, "columns": known}


def _known_column(column: Any) -> Any:
    if not isinstance(column, Mapping) or is_known(column.get("service")):
        return column
    return {key: value for key, value in column.items() if key != "service"}
