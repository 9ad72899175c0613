"""The generated part of the environment file's reference: every key of schemas/environment.schema.json."""

import json
from collections.abc import Iterator

from tools.documentation import properties
from tools.documentation.markdown import anchor, code, table
from tools.documentation.properties import Property


def parts() -> dict[str, str]:
    """Its part by name."""
    sections = list(_sections(properties.root("environment"), {}))
    return {"keys": "\n\n".join(sections)}


def _sections(one: Property, seen: dict[str, str]) -> Iterator[str]:
    """A section for each mapping with known keys, the outer before the inner; the same schema has one section alone."""
    identity = json.dumps(one.rule, sort_keys=True)
    if one.rule.get("properties"):
        seen[identity] = one.dotted
        heading = code(one.dotted) if one.path else "The file"
        children = [child for child in properties.children(one) if not properties.is_name(child)]
        yield f"## {heading}"
        yield one.meaning
        yield table(("key", "takes", "default", "meaning"), [_row(child, seen) for child in children])
    for child in properties.children(one):
        if json.dumps(child.rule, sort_keys=True) not in seen:
            yield from _sections(child, seen)


def _row(one: Property, seen: dict[str, str]) -> tuple[str, ...]:
    inner = next(_described(one), None)
    place = seen.get(json.dumps(inner.rule, sort_keys=True), inner.dotted) if inner else ""
    name = f"[{code(one.path[-1])}](#{anchor(place)})" if place else code(one.path[-1])
    return name, properties.takes(one.rule), one.default, one.meaning


def _described(one: Property) -> Iterator[Property]:
    """What has a section of its own: the property, or the entries of its mapping."""
    if one.rule.get("properties"):
        yield one
    else:
        for child in properties.children(one):
            yield from _described(child)
