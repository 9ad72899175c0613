"""A broken rule of a schema in our own words: jsonschema's quote the value, and so a key that was pasted somewhere."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from astra.wording import listed, nearest, shown

# jsonschema's ValidationError, whose attributes are typed as possibly unset although they are set in a reported one.
Error: TypeAlias = Any

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def sentence(error: Error) -> str:
    """What is wrong, what is allowed, and the default; a schema may word its own rule with x-message."""
    said = error.schema.get("x-message")
    if error.validator != "type" and said:
        silent = error.schema.get("secret") or "propertyNames" in error.schema_path
        return str(said) if silent else _with_value(error, said)
    worded = _SENTENCES.get(error.validator)
    return worded(error) if worded else f"does not satisfy the rule {error.validator}"


def _with_value(error: Error, said: str) -> str:
    return f"{said}; {shown(error.instance)} is not" if isinstance(error.instance, str | int | float) else said


def _wrong_type(error: Error) -> str:
    expected = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    names = " or ".join(_TYPES[name] for name in expected if name != "null")
    return f"must be {names}, not {_kind(error.instance)}{_advice(expected, error.instance)}"


def _advice(expected: list[str], value: Any) -> str:
    if expected == ["string"] and isinstance(value, bool | int | float):
        return "; quote it to make it text"
    if expected == ["boolean"] and isinstance(value, str):
        # What YAML 1.1 read as true and false.
        word = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(value.casefold())
        return f"; write {word}" if word else "; take the quotes away" if value in ("true", "false") else ""
    return ""


def _kind(value: Any) -> str:
    # bool before int: True is an int in Python.
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number with a fraction"),
        (str, "text"),
        (list, "a list"),
        (Mapping, "a mapping"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "nothing")


def _range(error: Error) -> str:
    low, high = error.schema.get("minimum"), error.schema.get("maximum")
    between = f"{low} to {high}" if high is not None else f"{low} or more"
    return f"{shown(error.instance)} is not allowed; allowed: {between}{_default(error.schema)}"


def _enum(error: Error) -> str:
    allowed = [str(value) for value in error.validator_value]
    near = nearest(error.instance, allowed) if isinstance(error.instance, str) else ""
    return f"{shown(error.instance)} is not one of {listed(allowed)}{_default(error.schema)}{near}"


def _default(schema: Mapping[str, Any]) -> str:
    return f" (default {schema['default']})" if "default" in schema else ""


def _repeated(error: Error) -> str:
    items = error.instance
    return f"{shown(next(item for place, item in enumerate(items) if item in items[:place]))} stands twice"


_SENTENCES: dict[str, Callable[[Error], str]] = {
    "type": _wrong_type,
    "enum": _enum,
    "const": lambda error: f"{shown(error.instance)} is not allowed; allowed: {shown(error.validator_value)} alone",
    "minimum": _range,
    "maximum": _range,
    "pattern": lambda error: f"{shown(error.instance)} does not match {error.validator_value}",
    "minLength": lambda _: "must not be empty",
    "minItems": lambda _: "must not be empty",
    "uniqueItems": _repeated,
    "minProperties": lambda _: "must not be empty",
    "maxProperties": lambda error: f"takes at most {error.validator_value}",
}
