"""What a JSON Schema says of each property, in the words of a table. Pure, over the schemas of astra/catalog.py."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import catalog
from tools.documentation.markdown import codes, prose, sentence

# What people call the types of JSON.
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
    "array": "list",
    "null": "nothing",
}
# What stands for a name that is the user's own, where the schema's title is a word for all of them.
_NAMES = {"Keyspaces": "DATABASE", "Price": "PROVIDER/MODEL"}


@dataclass(frozen=True, slots=True)
class Property:
    """One property.

    Attributes:
        path: the keys that lead to it; a name of the user's own in capitals.
        rule: its schema, with what its `$ref` leads to.
        required: whether it has to be there.
        replaces: whether a change of it replaces the whole, by the schema's replaceOnChanges or that of something above it.
    """

    path: tuple[str, ...]
    rule: Mapping[str, Any]
    required: bool
    replaces: bool

    @property
    def dotted(self) -> str:
        """Its path as people write it."""
        return ".".join(self.path)

    @property
    def default(self) -> str:
        """`required`, its default, or nothing."""
        if self.required:
            return "required"
        return codes([_written(self.rule["default"])]) if "default" in self.rule else ""

    @property
    def meaning(self) -> str:
        """What the schema says of it, with what a wrong value is told."""
        conditions = (self.rule, self.rule.get("then", {}), self.rule.get("else", {}))
        said = [self.rule.get("description", ""), *(one.get("x-message", "") for one in conditions)]
        return " ".join((prose if place == 0 else sentence)(one) for place, one in enumerate(said) if one)


def resolved(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what its `$ref` leads to; what stands beside the reference counts."""
    if "$ref" not in rule:
        return rule
    return {**resolved(catalog.referred(rule["$ref"])), **{key: value for key, value in rule.items() if key != "$ref"}}


def children(above: Property) -> Iterator[Property]:
    """The properties right below one; of a mapping by names of the user's own, those of one entry."""
    rule = above.rule
    for name, stated in rule.get("properties", {}).items():
        found = resolved(stated)
        yield Property(
            (*above.path, name), found, name in rule.get("required", ()), above.replaces or bool(found.get("replaceOnChanges"))
        )
    entry = rule.get("additionalProperties")
    if isinstance(entry, Mapping):
        found = resolved(entry)
        title = str(found.get("title", "name"))
        yield Property((*above.path, _NAMES.get(title, title.upper())), found, required=False, replaces=above.replaces)


def nested(above: Property) -> Iterator[Property]:
    """Every property below one, the outer before the inner, in the order of the schema; names of the user's own are no rows."""
    for child in children(above):
        if not is_name(child):
            yield child
        yield from nested(child)


def is_name(one: Property) -> bool:
    """Whether the last step is a name of the user's own."""
    return one.path[-1].isupper()


def root(name: str) -> Property:
    """The schema of that name, as catalog.schema has it."""
    return Property((), catalog.schema(name), required=True, replaces=False)


def takes(rule: Mapping[str, Any]) -> str:
    """What a property takes, in a few words."""
    if "enum" in rule:
        return codes(map(_written, rule["enum"]))
    if "const" in rule:
        return codes([_written(rule["const"])])
    stated = rule.get("type", "object" if "properties" in rule else "")
    kinds = [_TYPES[one] for one in ([stated] if isinstance(stated, str) else stated) if one]
    limits = _limits(rule)
    words = " or ".join(kinds) + (f" {limits}" if limits else "")
    if "items" in rule:
        return f"{words} of {takes(resolved(rule['items']))}"
    return words


def _limits(rule: Mapping[str, Any]) -> str:
    least, most = rule.get("minimum"), rule.get("maximum")
    if least is None:
        return "" if most is None else f"up to {most}"
    return f"from {least} on" if most is None else f"from {least} to {most}"


def _written(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
