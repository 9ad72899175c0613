"""YAML text to plain data that remembers where each value stands.

Built on libyaml's event stream (PyYAML's C parser): it is fast, and it lets duplicate keys, anchors and
absurd nesting be refused with a position instead of being resolved in silence. Scalars follow YAML 1.2's
core schema, so `no`, `on` and a date stay text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from astra.errors import Invalid, Problem
from astra.finding import Finding, found

Path = tuple[str | int, ...]

DEEPEST = 50
LARGEST = 4 * 1024 * 1024

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"(?P<true>true|True|TRUE)|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# No number of a definition comes near; Python refuses to read one of thousands of digits.
_LONGEST_NUMBER = 40
# What YAML calls not printable.
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text.

    Attributes:
        name: what messages call the text, such as the file's path.
        data: plain data: dict, list, str, int, float, bool, None.
        positions: line and column, both from 1, of each key (of a mapping) or item (of a list) by its path.
        duplicates: keys that stand more than once in one mapping, with the position of each repetition.
    """

    name: str
    data: Any
    positions: Mapping[Path, tuple[int, int]] = field(repr=False)
    duplicates: tuple[tuple[tuple[int, int], Problem], ...] = ()

    def findings(self, problems: Iterable[Problem]) -> list[Finding]:
        """Problems and duplicates at their places, in the order of the text."""
        placed = [(self._position(problem.path), problem) for problem in problems] + list(self.duplicates)
        return sorted(found(self.name, position, problem) for position, problem in placed)

    def _position(self, path: Path) -> tuple[int, int]:
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
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise NotReadable(name, (line, 1), "the text is not UTF-8") from None
    if control := _CONTROL.search(decoded):
        line, column = decoded.count("\n", 0, control.start()) + 1, control.start() - decoded.rfind("\n", 0, control.start())
        raise NotReadable(name, (line, column), f"the control character U+{ord(control[0]):04X} is not allowed in YAML")
    try:
        return _Builder(name).build(yaml.parse(decoded, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        raise NotReadable(name, *_not_yaml(decoded, error)) from None


class _Builder:
    """Puts the events of one document together, without recursion: nesting is limited, not the stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: dict[Path, tuple[int, int]] = {}
        self.duplicates: list[tuple[tuple[int, int], Problem]] = []
        self.root: Any = None
        self.open: list[tuple[Any, Path]] = []
        self.key: list[str | None] = []

    def build(self, events: Iterator[yaml.Event]) -> Document:
        documents = 0
        for event in events:
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._refuse(event, "a second document begins; one file holds one")
                case yaml.AliasEvent():
                    self._refuse(event, "aliases are not supported; write the value out")
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
            self._place(event, _resolved(event))

    def _name(self, event: yaml.ScalarEvent) -> None:
        container, path = self.open[-1]
        if event.value == "<<" and not event.style:
            self._refuse(event, "merge keys are not supported; write the values out")
        where = (*path, event.value)
        if event.value in container:
            first = self.positions[where][0]
            sentence = f"this key stands twice; the first is in line {first}"
            self.duplicates.append((_position(event), Problem(where, sentence, rule="duplicate-key")))
        else:
            self.positions[where] = _position(event)
        self.key[-1] = event.value

    def _place(self, event: yaml.NodeEvent, value: Any) -> Path:
        if event.anchor:
            self._refuse(event, "anchors are not supported; write the value out")
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


def _not_yaml(text: str, error: yaml.MarkedYAMLError) -> tuple[tuple[int, int], str]:
    mark, began = error.problem_mark, error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if mark and text[mark.index : mark.index + 1] == "\t":
        return place, "a tab cannot indent in YAML; use spaces"
    within = f" ({error.context}, which begins in line {began.line + 1})" if error.context and began else ""
    return place, f"this is not YAML: {error.problem or error.context}{within}"


def _position(event: yaml.Event) -> tuple[int, int]:
    """Line and column, both from 1."""
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def _resolved(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if event.style in ("'", '"', "|", ">") or event.tag == "tag:yaml.org,2002:str":
        return text
    if _NULL.fullmatch(text):
        return None
    if boolean := _BOOLEAN.fullmatch(text):
        return boolean["true"] is not None
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
