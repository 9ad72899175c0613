"""Definitions against schemas: every problem at once, each in our own words.

jsonschema decides, its messages are not used: they quote the instance, and so a key that was pasted
where its name belongs. A schema may word its own rule with `x-message`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from astra import catalog
from astra.errors import Problem
from astra.wording import is_secret, listed, nearest, shown

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


class Unknown:
    """Stands in a definition for a value that is not known before the update runs; no rule refuses it."""

    def __repr__(self) -> str:
        return "(known after the update)"


UNKNOWN = Unknown()


def problems(definition: Any, schema_name: str) -> tuple[Problem, ...]:
    """Every problem of a definition by the schema of that name, sorted by path.

    Args:
        definition: plain data, in which UNKNOWN stands for what is not known yet.
        schema_name: as in `catalog.schema`, such as `resources:collection`.
    """
    return sharpened(problems_by(_validator(schema_name), definition), _pasted(definition))


def _pasted(definition: Any, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Every key or token that was pasted somewhere: it would be kept in the state in clear."""
    if isinstance(definition, str) and is_secret(definition):
        sentence = (
            "looks like a key or token itself: take it out (a credential goes by its name), and replace it if anybody else has "
            "seen this file"
        )
        yield Problem(path, sentence, "secret")
    if isinstance(definition, Mapping):
        for key, value in definition.items():
            yield from _pasted(value, (*path, key))
            if isinstance(key, str) and is_secret(key):
                yield from _pasted(key, (*path, key))
    elif isinstance(definition, list):
        for index, value in enumerate(definition):
            yield from _pasted(value, (*path, index))


def problems_by(validator: Draft202012Validator, definition: Any) -> tuple[Problem, ...]:
    """Every problem of a definition by that validator, sorted by path."""
    errors = list(validator.iter_errors(definition))
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    # A value of the wrong type breaks other rules too; they say nothing more of it.
    telling = (error for error in errors if error.validator == "type" or tuple(error.absolute_path) not in mistyped)
    found = {str(problem): problem for error in telling for problem in _problems(error)}
    return tuple(found[key] for key in sorted(found))


def sharpened(general: Iterable[Problem], specific: Iterable[Problem]) -> tuple[Problem, ...]:
    """Both, but of a place that both speak of only what the specific ones say."""
    specific = tuple(specific)
    places = {problem.path for problem in specific if problem.severity == "error"}
    return (*(problem for problem in general if problem.path not in places), *specific)


@cache
def _validator(schema_name: str) -> Draft202012Validator:
    return validator(catalog.schema(schema_name))


def validator(schema: catalog.JsonSchema) -> Draft202012Validator:
    """A validator of that schema which finds the others by their `$id`."""
    made: Draft202012Validator = _Validator(schema, registry=catalog.registry())
    return made


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # In Python, and not in JSON Schema, $ also stands before a line break at the end.
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _problems(error: Error) -> Iterator[Problem]:
    if isinstance(error.instance, Unknown):
        return
    path, rule = tuple(error.absolute_path), error.schema.get("x-rule", "shape")
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif error.validator == "required":
        # One error a missing key: jsonschema reports them one by one, and its message alone says which.
        yield from (Problem(path, f'"{key}" is missing') for key in error.validator_value if key not in error.instance)
    elif "propertyNames" in error.schema_path:
        yield Problem((*path, error.instance), f"the name {_sentence(error)}", rule)
    else:
        yield Problem(path, _sentence(error), rule)


def _unknown_keys(error: Error, path: tuple[str | int, ...]) -> Iterator[Problem]:
    allowed = error.schema.get("properties", {})
    for key in sorted(map(str, error.instance.keys() - allowed.keys())):
        rest = f"; allowed: {listed(allowed)}" if allowed else "; nothing is allowed here"
        yield Problem((*path, key), f"unknown key{nearest(key, allowed) or rest}")


def _sentence(error: Error) -> str:
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
    advice = "; quote it to make it text" if expected == ["string"] and isinstance(error.instance, bool | int | float) else ""
    return f"must be {' or '.join(_TYPES[name] for name in expected if name != 'null')}, not {_kind(error.instance)}{advice}"


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


_SENTENCES: dict[str, Callable[[Error], str]] = {
    "type": _wrong_type,
    "enum": _enum,
    "const": lambda error: f"{shown(error.instance)} is not allowed; allowed: {shown(error.validator_value)} alone",
    "minimum": _range,
    "maximum": _range,
    "pattern": lambda error: f"{shown(error.instance)} does not match {error.validator_value}",
    "minLength": lambda _: "must not be empty",
    "minItems": lambda _: "must not be empty",
    "minProperties": lambda _: "must not be empty",
    "maxProperties": lambda error: f"takes at most {error.validator_value}",
}
