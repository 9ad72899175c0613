"""A value within a line, or within { } or [ ] over several lines, that is given other data."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import yaml

from commands.yaml_text import layout
from commands.yaml_text.leads import leads
from commands.yaml_text.lines import BREAK, break_of

_SPACE = r"[ \t\r\n\x85\u2028\u2029]*"
_COMMENT = r"#[^\r\n\x85\u2028\u2029]*"
_COMMENTS = rf"(?:{_COMMENT}[\r\n\x85\u2028\u2029]{_SPACE})*"
_REMARK = rf"(?P<remark>(?:[ \t]*{_COMMENT})?)"
_LEAD = rf"(?P<lead>{_SPACE})(?P<above>{_COMMENTS})"
# What stands before the first entry, between two of them, and behind the last.
_OPENING = re.compile(r"\{" + _LEAD)
_BETWEEN = re.compile(rf"(?P<comma>{_SPACE},){_REMARK}{_LEAD}")
_CLOSING = re.compile(rf"(?P<comma>(?:{_SPACE},)?){_REMARK}(?P<rest>{_SPACE}{_COMMENTS}[}}\]])")
# What stands before the last item of a list.
_LAST = re.compile(rf"(?:\[|{_SPACE},{_REMARK}){_LEAD}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key and its value, or items of a list, with the comments above, the comma behind, and the comment behind that."""

    text: str
    comma: str = ","
    remark: str = ""


def same(one: Any, other: Any) -> bool:
    """Whether two values of plain data are the same, in type and in the order of keys, too."""
    return json.dumps(one) == json.dumps(other)


def is_edited(node: yaml.Node, new: Any) -> TypeGuard[yaml.MappingNode]:
    """Whether what stands is { } with something in it, and what is to stand a mapping with something in it."""
    return isinstance(node, yaml.MappingNode) and bool(node.flow_style and node.value and isinstance(new, Mapping) and new)


def continues(old: Any, new: Any) -> bool:
    """Whether a list begins with all that another one holds."""
    return isinstance(old, list) and isinstance(new, list) and same(old, new[: len(old)])


def changed(text: str, node: yaml.Node, old: Any, new: Any) -> str:
    """The text of a value that is given other data.

    Args:
        text: the whole text.
        node: what libyaml says of the value.
        old: its data.
        new: the other data.

    Returns:
        One line, unless what stands has several. Mappings keep what stands, and so do lists that are continued. Comments within a
        list of other items are lost, and so are those of what is written as nobody writes: `{? a : b}`, or with a comment before
        a comma.
    """
    if same(old, new):
        return text[node.start_mark.index : node.end_mark.index]
    edited = None
    if is_edited(node, new):
        edited = _edited(text, node, old, new)
    elif is_continued(node, old, new):
        edited = _continued(text, node, new[len(old) :])
    return layout.in_line(new) if edited is None else edited


def is_continued(node: yaml.Node, old: Any, new: Any) -> TypeGuard[yaml.SequenceNode]:
    """Whether what stands is a list with something in it, and what is to stand begins with all of that."""
    return isinstance(node, yaml.SequenceNode) and bool(node.value) and continues(old, new)


def _continued(text: str, node: yaml.SequenceNode, more: list[Any]) -> str | None:
    """A list within [ ] with more items behind the last, laid out as that one is."""
    last = node.value[-1]
    start = node.value[-2].end_mark if len(node.value) > 1 else node.start_mark
    before = _LAST.fullmatch(text[start.index : last.start_mark.index])
    behind = _CLOSING.fullmatch(text[last.end_mark.index : node.end_mark.index])
    if not before or not behind:
        return None
    lead = before["lead"] if BREAK.search(before["lead"]) else " "
    stands = _Entry(text[node.start_mark.index : last.end_mark.index], behind["comma"] or ",", behind["remark"])
    entries = [stands, *(_Entry(layout.in_line(one)) for one in more)]
    return _joined(entries, ["", *[lead] * len(more)], behind["comma"], behind["rest"], break_of(text))


def _edited(text: str, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    marks = [node.start_mark, *(mark for key, value in node.value for mark in (key.start_mark, value.end_mark)), node.end_mark]
    opening, *between, closing = (text[one.index : other.index] for one, other in zip(marks[::2], marks[1::2], strict=True))
    found = [_OPENING.fullmatch(opening), *map(_BETWEEN.fullmatch, between), _CLOSING.fullmatch(closing)]
    around = [one for one in found if one]
    if len(around) < len(found):
        return None
    first, *_, end = around
    entries = {name: _Entry(layout.in_line({name: value})[1:-1]) for name, value in new.items()}
    stood = {}
    for (key, value), left, right in zip(node.value, around, around[1:], strict=False):
        name = key.value
        stood[name] = left["lead"]
        if name in new:
            pair = left["above"] + _pair(text, key, value, old[name], new[name])
            entries[name] = _Entry(pair, "," if right is end else right["comma"], right["remark"])
    spaces = leads(list(new), stood, first["lead"] if BREAK.search(first["lead"]) else " ")
    return "{" + _joined(list(entries.values()), spaces, end["comma"], end["rest"], break_of(text))


def _pair(text: str, key: yaml.Node, value: yaml.Node, old: Any, new: Any) -> str:
    """A key and its value; a key that had none, as in `{a}` or `{a:}`, gets its colon and a space."""
    bare = value.start_mark.index == value.end_mark.index and not same(old, new)
    until = key.end_mark if bare else value.start_mark
    return text[key.start_mark.index : until.index] + (": " if bare else "") + changed(text, value, old, new)


def _joined(entries: list[_Entry], spaces: list[str], last_comma: str, rest: str, line_end: str) -> str:
    text = ""
    for entry, space, following in zip(entries, spaces, [*spaces[1:], rest], strict=True):
        comma = last_comma if entry is entries[-1] else entry.comma
        # A comment takes the rest of its line.
        ended = line_end if entry.remark and not BREAK.match(following) else ""
        text += space + entry.text + comma + entry.remark + ended
    return text + rest
