"""Definitions against schemas: every problem at once, each in our own words.

jsonschema decides, its messages are not used: they quote the instance, and so a key that was pasted
where its name belongs. A schema may word its own rule with `x-message`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from astra import catalog
from astra.errors import Problem
from astra.sentences import Error, sentence
from astra.wording import is_secret, listed, nearest, nearest_name


class Unknown:
    """Stands in a definition for a value that is not known before the update runs; no rule refuses it."""

    def __repr__(self) -> str:
        return "(known after the update)"


UNKNOWN = Unknown()


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, nothing where it is not: its shape is the schema's business."""
    return value if isinstance(value, Mapping) else {}


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
    # A mistyped key is unknown and its right form is missing: the first says both.
    meant = {place for error in errors if error.validator == "additionalProperties" for place in _meant(error)}
    return tuple(problem for _, problem in sorted(found.items()) if (*problem.path, problem.key) not in meant)


def sharpened(general: Iterable[Problem], specific: Iterable[Problem]) -> tuple[Problem, ...]:
    """Both, but of a place that both speak of only what the specific ones say."""
    specific = tuple(specific)
    places = {problem.path for problem in specific if problem.severity == "error"}
    return (*(problem for problem in general if problem.path not in places), *specific)


@cache
def _validator(schema_name: str) -> Draft202012Validator:
    return validator(catalog.schema(schema_name))


def validator(schema: catalog.JsonSchema) -> Draft202012Validator:
    """A validator of that schema, which finds the others by the whole addresses in its `$ref`s."""
    made: Draft202012Validator = _Validator(schema)
    return made


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # In Python, and not in JSON Schema, $ also stands before a line break at the end.
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _required(validator: Any, required: Iterable[str], instance: Any, schema: catalog.JsonSchema) -> Iterator[ValidationError]:
    """One error for each missing key, which is its message, with the rule for what should stand there."""
    for key in required if validator.is_type(instance, "object") else ():
        if key not in instance:
            yield ValidationError(key, validator="required", validator_value=_rule(validator, schema, key))


def _dependent(
    validator: Any, dependent: Mapping[str, list[str]], instance: Any, schema: catalog.JsonSchema
) -> Iterator[ValidationError]:
    asked = {key for stated, keys in dependent.items() if stated in mapping(instance) for key in keys}
    yield from _required(validator, sorted(asked), instance, schema)


def _rule(validator: Any, schema: catalog.JsonSchema, key: str) -> catalog.JsonSchema:
    """What a schema says of a key, with what it refers to."""
    stated = schema.get("properties", {}).get(key, {})
    # The object is of no JSON type: every rule refuses it, and a rule's errors know what it referred to.
    referred: catalog.JsonSchema = next((error.schema for error in validator.descend(object(), stated)), {})
    return {**referred, **stated}


def _referred(validator: Any, address: str, instance: Any, _: Any) -> Iterator[ValidationError]:
    # Looked up once: jsonschema does it again for every value, which was a third of its time.
    yield from validator.descend(instance, catalog.referred(address))


# jsonschema states no types of it.
_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern, "required": _required, "dependentRequired": _dependent, "$ref": _referred},
)


def _problems(error: Error) -> Iterator[Problem]:
    if isinstance(error.instance, Unknown):
        return
    path, rule = tuple(error.absolute_path), error.schema.get("x-rule", "shape")
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path)
    elif error.validator == "required":
        yield _missing(path, error.message, error.validator_value)
    elif "propertyNames" in error.schema_path:
        yield Problem((*path, error.instance), f"the name {sentence(error)}", rule)
    else:
        yield Problem(path, sentence(error), rule)


def _missing(path: tuple[str | int, ...], key: str, rule: catalog.JsonSchema) -> Problem:
    """What is missing, and what may stand there."""
    if "enum" in rule:
        expected = f": one of {listed(rule['enum'])}"
    elif "minimum" in rule and "maximum" in rule:
        expected = f": {rule['minimum']} to {rule['maximum']}"
    else:
        said = rule.get("description", "").partition(".")[0].partition("; ")[0]
        expected = f": {said[:1].lower() if said[1:2].islower() else said[:1]}{said[1:]}" if said else ""
    return Problem(path, f'"{key}" is missing{expected}', key=key)


def _unknown_keys(error: Error, path: tuple[str | int, ...]) -> Iterator[Problem]:
    allowed = error.schema.get("properties", {})
    for key in sorted(map(str, error.instance.keys() - allowed.keys())):
        rest = f"; allowed: {listed(allowed)}" if allowed else "; nothing is allowed here"
        yield Problem((*path, key), f"unknown key{nearest(key, allowed) or rest}", key=key)


def _meant(error: Error) -> Iterator[tuple[str | int, ...]]:
    """Where a key would stand that is mistyped here."""
    allowed = error.schema.get("properties", {})
    for key in error.instance.keys() - allowed.keys():
        if near := nearest_name(str(key), allowed):
            yield (*error.absolute_path, near)
