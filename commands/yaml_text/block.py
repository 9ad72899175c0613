"""A text, or a mapping in it whose keys have a line each, that is given other data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import yaml

from commands.yaml_text import layout
from commands.yaml_text.flow import changed, is_continued, is_edited, same
from commands.yaml_text.layout import Path
from commands.yaml_text.leads import leads
from commands.yaml_text.lines import BREAK, Lines, break_of

Span = tuple[int, int]


class NotWritable(Exception):
    """A text whose root is no mapping, or one that is written in a way that has no place for another key."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the text of a mapping consists of; together it is the whole of it.

    Attributes:
        head: what stands before the first key and speaks of no single one.
        leads: the blank lines before each key.
        entries: each key and value with the comments that belong to it.
        tail: comments and blank lines behind the last key that belong to none.
    """

    head: str
    leads: Mapping[str, str]
    entries: Mapping[str, str]
    tail: str


class Text:
    """A YAML text whose data is replaced.

    Args:
        text: as `astra.document` reads it, without a byte order mark and without duplicate keys.

    Raises:
        NotWritable: its root is no mapping.
    """

    def __init__(self, text: str) -> None:
        self._line_end = break_of(text)
        # Every line ends, so that another can follow it.
        self._added = "" if not text or BREAK.fullmatch(text[-1]) else self._line_end
        self._text = text + self._added
        self._lines = Lines(self._text)
        root = yaml.compose(self._text, Loader=yaml.CSafeLoader)
        self._root = None if root is None or _is_nothing(root) else root
        if not isinstance(self._root, yaml.MappingNode | None):
            raise NotWritable

    def parts(self) -> Parts:
        """What the root consists of, each line with its end; within { } without what stands between the entries."""
        if self._root is None:
            return Parts(self._text, {}, {}, "")
        if _is_block(self._root, self._text):
            return self._parts(self._root, (0, len(self._text)), is_root=True)[0]
        start, end = self._root.start_mark.index, self._root.end_mark.index
        entries = {key.value: self._text[key.start_mark.index : value.end_mark.index] for key, value in self._root.value}
        return Parts(self._text[:start], dict.fromkeys(entries, ""), entries, self._text[end:])

    def replaced(self, old: Any, new: Mapping[str, Any]) -> str:
        """The text with other data.

        Args:
            old: what the text says.
            new: what it is to say, its keys and those of every mapping in it in that order; at least one.

        Raises:
            NotWritable: nothing can be written into it.
        """
        if self._root is None:
            done = self._text + "".join(self._new((name,), value, 0) for name, value in new.items())
        elif _is_block(self._root, self._text):
            done = self._block(self._root, old, new, (), (0, len(self._text)))
        elif is_edited(self._root, new):
            start, end = self._root.start_mark.index, self._root.end_mark.index
            done = self._text[:start] + changed(self._text, self._root, old, new) + self._text[end:]
        else:
            raise NotWritable
        return done.removesuffix(self._added)

    def _new(self, path: Path, value: Any, column: int) -> str:
        return "".join(line + self._line_end for line in layout.lines(path, value, column))

    def _block(self, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any], path: Path, span: Span) -> str:
        """The lines of a mapping with other entries."""
        parts, spans = self._parts(node, span, is_root=not path)
        pairs = {key.value: (key, value) for key, value in node.value}
        column = node.value[0][0].start_mark.column
        entries = (
            self._entry(*pairs[name], old[name], value, (*path, name), spans[name])
            if name in pairs
            else self._new((*path, name), value, column)
            for name, value in new.items()
        )
        separated = zip(leads(list(new), parts.leads, ""), entries, strict=True)
        return parts.head + "".join(lead + entry for lead, entry in separated) + parts.tail

    def _parts(self, node: yaml.MappingNode, span: Span, *, is_root: bool) -> tuple[Parts, dict[str, Span]]:
        """What the lines of a mapping consist of, and where each of its entries begins and ends."""
        column = node.value[0][0].start_mark.column
        keys = [self._lines.at(key.start_mark.index) for key, _ in node.value]
        head = keys[0] if is_root else self._head(span[0], keys[0])
        begin, separators, spans = head, {}, {}
        for (key, value), following in zip(node.value, [*keys[1:], span[1]], strict=True):
            start = next(line for line in self._lines.within(begin, following) if self._lines.line(line))
            end = self._own(self._lines.after(self._end(value)), following, column)
            separators[key.value], spans[key.value], begin = self._text[begin:start], (start, end), end
        entries = {name: self._text[slice(*one)] for name, one in spans.items()}
        return Parts(self._text[span[0] : head], separators, entries, self._text[begin : span[1]]), spans

    def _end(self, node: yaml.Node) -> int:
        """Where the text of a value ends. libyaml's own end of a block is where something else begins."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style:
            last = node.value[-1]
            node = last[1] if isinstance(node, yaml.MappingNode) else last
        end: int = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            header, *content = self._lines.within(self._lines.at(node.start_mark.index), end)
            # Of blank lines at the end of such a text only + says that they are its own.
            while content and not self._lines.line(content[-1]) and "+" not in self._lines.line(header):
                end = content.pop()
        return end

    def _head(self, begin: int, end: int) -> int:
        """Where the comment begins that touches the first key: behind the last blank line above it."""
        blank = [line for line in self._lines.within(begin, end) if not self._lines.line(line)]
        return self._lines.after(blank[-1] + 1) if blank else begin

    def _own(self, begin: int, end: int, column: int) -> int:
        """Where the comments end, of those below an entry, that are indented further than its key."""
        own = begin
        for start in self._lines.within(begin, end):
            line = self._lines.line(start)
            if line and not (line.startswith("#") and self._text[start : start + column + 1].isspace()):
                break
            own = self._lines.after(start + 1) if line else own
        return own

    def _entry(self, key: yaml.Node, value: yaml.Node, old: Any, new: Any, path: Path, span: Span) -> str:
        """An entry with another value."""
        begin, end = span
        if same(old, new):
            return self._text[begin:end]
        if isinstance(new, Mapping) and new and _is_block(value, self._text):
            inner = self._lines.after(key.end_mark.index)
            return self._text[begin:inner] + self._block(value, old, new, path, (inner, end))
        if is_continued(value, old, new):
            if not value.flow_style:
                return self._continued(value, new[len(old) :], span)
            return self._valued(key, value, span, changed(self._text, value, old, new), "")
        text = changed(self._text, value, old, new)
        if is_edited(value, new) and (BREAK.search(text) or value.start_mark.column + len(text) <= layout.WIDTH):
            return self._valued(key, value, span, text, "")
        _, *below = layout.lines(path, new, key.start_mark.column)
        return self._valued(key, value, span, "" if below else text, "".join(line + self._line_end for line in below))

    def _continued(self, node: yaml.SequenceNode, more: list[Any], span: Span) -> str:
        """An entry whose list, each item in a line of its own, has more items behind the last and what is said of that one."""
        begin, end = span
        dash, first = node.start_mark, node.value[0].start_mark
        gap = self._text[dash.index + 1 : first.index]
        lead = f"{' ' * dash.column}-{gap if gap.isspace() and not BREAK.search(gap) else ' '}"
        place = self._own(self._lines.after(self._end(node)), end, dash.column)
        items = "".join(f"{lead}{layout.in_line(one)}{self._line_end}" for one in more)
        return self._text[begin:place] + items + self._text[place:end]

    def _valued(self, key: yaml.Node, value: yaml.Node, span: Span, beside: str, below: str) -> str:
        """An entry with its value written anew, beside the key or in the lines below; what is said behind it stays."""
        begin, end = span
        colon = self._text.index(":", key.end_mark.index) + 1
        gap = self._text[colon : value.start_mark.index]
        # A value that stood in lines of its own goes with them.
        stop = colon if BREAK.search(gap) else self._end(value)
        after = self._lines.after(stop)
        remark = self._text[stop:after] or self._line_end
        beside = f"{gap if gap.isspace() and stop > colon else ' '}{beside}" if beside else ""
        rest = "" if stop == colon and gap else self._text[after:end]
        # A remark behind a value that goes to lines of its own is the key's from now on, and stands as near to it.
        apart = below and isinstance(value, yaml.CollectionNode) and value.value
        grown = 0 if apart or BREAK.search(self._text[colon:stop] + beside) else len(beside) - (stop - colon)
        return self._text[begin:colon] + beside + _shifted(remark, grown) + below + rest


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index


def _is_block(node: yaml.Node, text: str) -> TypeGuard[yaml.MappingNode]:
    """Whether a value is a mapping with something in it, each key in a line of its own."""
    return (
        isinstance(node, yaml.MappingNode)
        and not node.flow_style
        and not any(text[(start := key.start_mark).index - start.column : start.index].strip(" ") for key, _ in node.value)
    )


def _shifted(remark: str, columns: int) -> str:
    """The rest of a line with its comment in the column where it was, if what stands before it leaves it there."""
    comment = remark.lstrip(" ")
    blank = len(remark) - len(comment)
    return " " * max(blank - columns, min(blank, 2)) + comment if comment.startswith("#") else remark
