"""YAML text to plain data that remembers where each value stands.

Built on libyaml's event stream (PyYAML's C parser): it is fast, and it lets duplicate keys, anchors,
tags and absurd nesting be refused with a position instead of being resolved in silence.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from astra.errors import Invalid, Problem
from astra.finding import Finding, found, position_after
from astra.wording import named
from astra.yaml_errors import worded
from astra.yaml_scalars import STANDARD, TEXT, resolved

Path = tuple[str | int, ...]

DEEPEST = 50
LARGEST = 4 * 1024 * 1024

# What YAML calls not printable.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text.

    Attributes:
        name: what messages call the text, such as the file's path.
        data: plain data: dict, list, str, int, float, bool, None.
        positions: line and column, both from 1, of each key (of a mapping) or item (of a list) by its path; of a key that
            stands more than once, the last place, whose value `data` has.
        duplicates: keys that stand more than once in one mapping, with the position of each repetition.
    """

    name: str
    data: Any
    positions: Mapping[Path, tuple[int, int]] = field(repr=False)
    duplicates: tuple[tuple[tuple[int, int], Problem], ...] = ()

    def findings(self, problems: Iterable[Problem]) -> list[Finding]:
        """Problems and duplicates at their places, in the order of the text."""
        placed = [(self.position(problem.path), problem) for problem in problems] + list(self.duplicates)
        return sorted(found(self.name, position, problem) for position, problem in placed)

    def position(self, path: Path) -> tuple[int, int]:
        """Where a path stands, or the nearest of its parents that does."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


class NotReadable(Invalid):
    """A text that cannot be read; `finding` says where and why, and so does str()."""

    def __init__(self, name: str, position: tuple[int, int], sentence: str) -> None:
        self.finding = found(name, position, Problem((), sentence, rule="syntax"))
        super().__init__(str(self.finding))


def parse(text: bytes, name: str) -> Document:
    """Reads YAML.

    Args:
        text: the bytes of a file, UTF-8, at most 4 MiB.
        name: what messages call it.

    Raises:
        NotReadable: the text is not UTF-8, not YAML, too large, or uses what is not supported.
    """
    if len(text) > LARGEST:
        raise NotReadable(name, (1, 1), f"the file has {len(text):,} bytes; at most {LARGEST:,} are read")
    try:
        decoded = (text := text.removeprefix(BOM_UTF8)).decode()
    except UnicodeDecodeError as error:
        readable = text[: error.start].decode()
        raise NotReadable(name, position_after(readable), "the text is not UTF-8") from None
    if control := _CONTROL.search(decoded):
        place = position_after(decoded[: control.start()])
        raise NotReadable(name, place, f"the control character U+{ord(control[0]):04X} is not allowed in YAML")
    try:
        return _Builder(name).build(yaml.parse(decoded, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        raise NotReadable(name, *worded(decoded, error)) from None


class _Builder:
    """Puts the events of one document together, without recursion: nesting is limited, not the stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: dict[Path, tuple[int, int]] = {}
        self.duplicates: list[tuple[tuple[int, int], Problem]] = []
        self.first: dict[Path, int] = {}
        self.root: Any = None
        self.open: list[tuple[Any, Path]] = []
        self.key: list[str | None] = []

    def build(self, events: Iterator[yaml.Event]) -> Document:
        documents = 0
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                self._only_plain(event)
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._refuse(event, "a second document begins; one file holds one")
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.MappingStartEvent():
                    self._begin(event, {})
                case yaml.SequenceStartEvent():
                    self._begin(event, [])
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.open.pop()
                    self.key.pop()
        return Document(self.name, self.root, self.positions, tuple(self.duplicates))

    def _refuse(self, event: yaml.Event, sentence: str) -> NoReturn:
        raise NotReadable(self.name, _position(event), sentence)

    def _only_plain(self, event: yaml.NodeEvent) -> None:
        """Refuses what would give a key or value another meaning than its text has."""
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "aliases are not supported; write the value out")
        if event.anchor:
            self._refuse(event, "anchors are not supported; write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None and not (tag == TEXT and isinstance(event, yaml.ScalarEvent)):
            written = named(tag.replace(STANDARD, "!!", 1))
            self._refuse(event, f"the tag {written} is not supported; take it out (only !!str before text is)")

    def _begin(self, event: yaml.NodeEvent, container: Any) -> None:
        if len(self.open) >= DEEPEST:
            self._refuse(event, f"nested deeper than {DEEPEST} levels")
        path = self._place(event, container)
        self.open.append((container, path))
        self.key.append(None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self.open and isinstance(self.open[-1][0], dict) and self.key[-1] is None:
            self._name(event)
        else:
            self._place(event, resolved(event))

    def _name(self, event: yaml.ScalarEvent) -> None:
        container, path = self.open[-1]
        if event.value == "<<" and not event.style:
            self._refuse(event, "merge keys are not supported; write the values out")
        where = (*path, event.value)
        if event.value in container:
            first = self.first.setdefault(where, self.positions[where][0])
            sentence = f"this key stands twice; the first is in line {first}"
            self.duplicates.append((_position(event), Problem(where, sentence, rule="duplicate-key")))
        else:
            # What an earlier mapping of the same path said, which itself stands twice.
            self.first.pop(where, None)
        self.positions[where] = _position(event)
        self.key[-1] = event.value

    def _place(self, event: yaml.NodeEvent, value: Any) -> Path:
        if not self.open:
            self.root = value
            return ()
        container, path = self.open[-1]
        if isinstance(container, list):
            where: Path = (*path, len(container))
            self.positions[where] = _position(event)
            container.append(value)
            return where
        key = self.key[-1]
        if key is None:
            self._refuse(event, "a key must be text")
        container[key] = value
        self.key[-1] = None
        return (*path, key)


def _position(event: yaml.Event) -> tuple[int, int]:
    """Line and column, both from 1."""
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1
