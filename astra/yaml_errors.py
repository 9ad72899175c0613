"""What libyaml says of a text that is not YAML, in words that name the mistake, at the place where it was made.

libyaml reports where it gave up, often a line too late, in the terms of its own grammar. What is not known here keeps
its text.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

import yaml

Place = tuple[int, int]
_Said: TypeAlias = tuple[int, str] | None

_CLOSED_BY = {"[": "]", "{": "}"}
_QUOTE_IT = "quote the value: it begins with {}"
_LONGEST_KEY = 1024
_TOO_LONG = f"a key has {_LONGEST_KEY:,} characters at most"
_SPACE = "a space must follow the colon"
# A key, its colon, and the value without a space between: `workload:{}`.
_NO_SPACE = re.compile(r"\s*(?:- +)*[^\s:'\"#\[{][^\s:]*:(?=\S)")
_KEY_AND_VALUE = re.compile(r"\s*(?:- +)*\S.*?: +[^\s#]")


class _Failure:
    """Where libyaml gave up: `at` and `since` are indexes in the text, of the problem and of what it was reading."""

    def __init__(self, text: str, error: yaml.MarkedYAMLError) -> None:
        self.text, self.context = text, error.context or ""
        self.at = error.problem_mark.index if error.problem_mark else 0
        self.since = error.context_mark.index if error.context_mark else self.at

    def character(self, index: int) -> str:
        return self.text[index : index + 1]

    def start(self, index: int) -> int:
        """Index of the first character of that line."""
        return self.text.rfind("\n", 0, index) + 1

    def line(self, index: int) -> str:
        end = self.text.find("\n", index)
        return self.text[self.start(index) : end if end >= 0 else None]

    def place(self, index: int) -> Place:
        """Line and column, both from 1."""
        return self.text.count("\n", 0, index) + 1, index - self.start(index) + 1

    def begins_line(self) -> bool:
        return not self.text[self.start(self.at) : self.at].strip(" ")

    def line_before(self) -> int:
        """Index of the line with text before the problem's; -1 where there is none."""
        end = self.start(self.at)
        while end > 0:
            end = self.start(end - 1)
            if self.line(end).strip() and not self.line(end).lstrip().startswith("#"):
                return end
        return -1

    def glued(self) -> int:
        """Index of the colon in that line that its key's value touches; 0 where none does."""
        before = self.line_before()
        line = self.line(before) if before >= 0 else ""
        glued = _NO_SPACE.match(line)
        return before + glued.end() - 1 if glued and ": " not in line else 0


def worded(text: str, error: yaml.MarkedYAMLError) -> tuple[Place, str]:
    """Line and column, both from 1, and what is wrong there."""
    failure, mark = _Failure(text, error), error.problem_mark
    if mark and failure.character(failure.at) == "\t":
        return (mark.line + 1, mark.column + 1), "a tab cannot indent in YAML; use spaces"
    explain = _EXPLANATIONS.get(error.problem or "")
    if mark and explain and (said := explain(failure)):
        return failure.place(said[0]), said[1]
    began = error.context_mark
    within = f" ({error.context}, which begins in line {began.line + 1})" if error.context and began else ""
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return place, f"this is not YAML: {error.problem or error.context}{within}"


def _begins_with(failure: _Failure) -> _Said:
    return failure.since, _QUOTE_IT.format(failure.character(failure.since))


def _second_colon(failure: _Failure) -> _Said:
    before, start = failure.line_before(), failure.start(failure.at)
    if re.search(r"\S: ", failure.text[start : failure.at]):
        return failure.at, 'quote the value: it holds a second ": "'
    if failure.at - start > _LONGEST_KEY:
        return start, _TOO_LONG
    if glued := failure.glued():
        return glued, _SPACE
    if before >= 0 and _KEY_AND_VALUE.match(failure.line(before)):
        indented = len(failure.line(start)) - len(failure.line(start).lstrip(" "))
        return start + indented, "the indentation does not fit: the key in the line before has its value already"
    return failure.at, "this colon makes a key of text that begins in a line before; give that line its colon, or quote the text"


def _no_colon(failure: _Failure) -> _Said:
    rest = failure.line(failure.since)[failure.since - failure.start(failure.since) :]
    if ": " in rest[_LONGEST_KEY:]:
        return failure.since, _TOO_LONG
    if glued := _NO_SPACE.match(rest):
        return failure.since + glued.end() - 1, _SPACE
    return failure.since, "a colon and a space must follow a key"


def _no_comma(failure: _Failure) -> _Said:
    opening, character = failure.character(failure.since), failure.character(failure.at)
    closing = _CLOSED_BY.get(opening)
    return _not_closed(failure, failure.since) if closing and character != closing else None


def _not_closed(failure: _Failure, opened: int) -> _Said:
    opening, character = failure.character(opened), failure.character(failure.at)
    if not failure.text[failure.at :].strip():
        return opened, f"this {opening} is never closed"
    if character in "]}":
        return failure.at, f"this {character} does not close the {opening} of line {failure.place(opened)[0]}"
    line, column = failure.place(failure.at)
    return opened, f"this {opening} is not closed, or a comma is missing; noticed in line {line}, column {column}"


def _no_value(failure: _Failure) -> _Said:
    character = failure.character(failure.at)
    if "block" in failure.context:
        return (failure.at, _QUOTE_IT.format(character)) if character else None
    opened: list[int] = []
    for token in yaml.scan(failure.text, Loader=yaml.CSafeLoader):
        if token.start_mark.index >= failure.at:
            break
        if isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
            opened.append(token.start_mark.index)
        elif isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken) and opened:
            opened.pop()
    if character == ",":
        return failure.at, "a value is missing before this comma"
    return _not_closed(failure, opened[-1]) if opened else None


def _no_key(failure: _Failure) -> _Said:
    character, before = failure.character(failure.at), failure.text[: failure.at].rstrip(" ")[-1:]
    if failure.begins_line():
        if glued := failure.glued():
            return glued, _SPACE
        if character == "-":
            return failure.at, "a list item cannot stand among keys; its list belongs below a key of its own"
        same = failure.place(failure.at)[1] == failure.place(failure.since)[1]
        return None if same else (failure.at, "the indentation does not fit any line above")
    if before in {"'", '"'}:
        within = "''" if before == "'" else '\\"'
        return failure.at, f"text follows the closing {before}; quote the whole value, and write a {before} within it as {within}"
    return (failure.at, f"this {character} closes nothing") if character in {"]", "}"} else None


def _no_item(failure: _Failure) -> _Said:
    return failure.at, "the indentation does not fit: only an item of the list (-) can stand here"


def _no_end(failure: _Failure) -> _Said:
    return (failure.since, "this quote is never closed") if "quoted" in failure.context else None


def _no_document(failure: _Failure) -> _Said:
    outside = failure.begins_line() and "\n..." not in failure.text[: failure.at]
    return (failure.at, "the indentation does not fit: this line stands further out than the first") if outside else None


def _at(sentence: str) -> Callable[[_Failure], _Said]:
    return lambda failure: (failure.at, sentence)


_EXPLANATIONS: dict[str, Callable[[_Failure], _Said]] = {
    "found character that cannot start any token": _begins_with,
    "did not find expected alphabetic or numeric character": _begins_with,
    "did not find expected comment or line break": _begins_with,
    "found unknown directive name": _begins_with,
    "could not find expected directive name": _begins_with,
    "found unexpected non-alphabetical character": _begins_with,
    "mapping values are not allowed in this context": _second_colon,
    "could not find expected ':'": _no_colon,
    "did not find expected ',' or ']'": _no_comma,
    "did not find expected ',' or '}'": _no_comma,
    "did not find expected node content": _no_value,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_item,
    "did not find expected <document start>": _no_document,
    "found unexpected end of stream": _no_end,
    "found unknown escape character": _at("YAML knows no such escape; double the backslash, or use single quotes"),
    "found undefined tag handle": _at("tags are not supported; take it out"),
    "block sequence entries are not allowed in this context": _at("a list begins in a line of its own, below its key"),
}
