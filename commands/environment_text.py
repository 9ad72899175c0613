"""What commands write into an environment file: `promoted`, a workload and where it came from; `added`, what is new.

All else in the file stays as it is, to the byte. Pure functions; `commands.output` replaces the file.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from astra import catalog, document
from astra.document import Path
from astra.errors import Invalid, dotted
from astra.wording import listed
from commands.yaml_text.block import NotWritable, Text
from commands.yaml_text.comments import comments
from commands.yaml_text.flow import continues, same

Data: TypeAlias = Mapping[str, Any]

# What messages call a text that has no name.
UNNAMED = "the environment file"
# The last sections of a file, in this order; before them the schema's order holds.
_LAST = ("promoted", "workload")


def promoted(text: bytes, workload: Data, origin: Data, name: str = UNNAMED) -> bytes:
    """An environment file with another workload.

    Within `workload` what is the same keeps its text and comments, and what is gone goes with its comments. Keys come in the
    order that is given: of `partitionSort` it has a meaning.

    Args:
        text: the file.
        workload: plain data of the section `workload`.
        origin: plain data of the section `promoted`. Where the file has none it is put right above `workload`, in one line.
        name: what messages call the file.

    Returns:
        The file, which `astra.document.parse` reads as exactly that workload, that origin, and the same data otherwise. The same
        bytes where it says that already.

    Raises:
        Invalid: the file cannot be read, or not be written without touching anything else.
    """
    data = _data(text, name)
    return _written(text, data, _placed(data, {**data, "promoted": origin, "workload": workload}), name)


def added(text: bytes, additions: Data, name: str = UNNAMED) -> bytes:
    """An environment file with more in it.

    Args:
        text: the file; an empty one becomes the additions.
        additions: plain data from the root of the file. Whatever of it the file has not is added: a section where the schema
            lists it, all else behind what stands. Null and {} add nothing to what stands, null gives way to a mapping, and a list
            to one that begins with it.
        name: what messages call the file.

    Returns:
        The file, which `astra.document.parse` reads as both together. The same bytes where nothing is new.

    Raises:
        Invalid: the file has another value for something of it, cannot be read, or not be written without touching anything else.
    """
    data = _data(text, name)
    differing = [dotted(path) for path in _differing(data, additions)]
    if differing:
        verb = "has" if len(differing) == 1 else "have"
        raise Invalid(
            f"{name}: nothing was added, since {listed(differing)} {verb} another value there.",
            advice="Change or remove it there, or leave it out of what is added.",
        )
    return _written(text, data, _placed(data, _merged(data, additions)), name)


def _data(text: bytes, name: str) -> dict[str, Any]:
    read = document.parse(text, name)
    if read.duplicates:
        raise Invalid("\n".join(map(str, read.findings([]))))
    data = {} if read.data is None else read.data
    if not isinstance(data, dict):
        raise Invalid(
            f"{name}: nothing was written, since the file has no sections.", advice="Begin it with target: {kind: astra}."
        )
    return data


def _placed(data: Data, wanted: Data) -> dict[str, Any]:
    """The sections in the order of the file; a new one stands before those that come later by the schema."""
    order = [*(name for name in catalog.schema("environment")["properties"] if name not in _LAST), *_LAST]
    names = list(data)
    for name in wanted:
        if name not in names:
            later = order[order.index(name) :] if name in order else []
            names.insert(next((place for place, one in enumerate(names) if one in later), len(names)), name)
    return {name: wanted[name] for name in names}


def _adds_nothing(old: Any, new: Any) -> bool:
    return (new is None or new == {}) and (old is None or isinstance(old, Mapping))


def _differing(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """Where both have a value, and not the same."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in new:
            if key in old:
                yield from _differing(old[key], new[key], (*path, key))
    elif not (_adds_nothing(old, new) or same(old, new) or continues(old, new) or (old is None and isinstance(new, Mapping))):
        yield path


def _holds(new: Any, old: Any) -> bool:
    """Whether all of one piece of data stands in another."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(key in new and _holds(new[key], value) for key, value in old.items())
    return same(old, new) or continues(old, new) or (old is None and isinstance(new, Mapping))


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    return old if _adds_nothing(old, new) else new


def _written(text: bytes, data: Data, wanted: Data, name: str) -> bytes:
    if same(data, wanted):
        return text
    mark = BOM_UTF8 if text.startswith(BOM_UTF8) else b""
    before = text.removeprefix(mark).decode()
    try:
        after = Text(before).replaced(data, wanted)
        # What could be written is believed only when it was read again.
        holds = same(document.parse(after.encode(), name).data, wanted) and _keeps(before, after, data, wanted)
    except (NotWritable, document.NotReadable):
        holds = False
    if not holds:
        raise Invalid(
            f"{name}: nothing was written, since as it is laid out not all of it would have stayed as it is.",
            advice="Write it with one key a line, and text in quotes where it uses | or >, and run the command again.",
        )
    return mark + after.encode()


def _keeps(before: str, after: str, data: Data, wanted: Data) -> bool:
    """Whether of the sections that say the same every byte is the same, and of what stands before, between and behind them.

    And whether no comment is lost where nothing is taken away.
    """
    if _holds(wanted, data) and sorted(comments(before)) != sorted(comments(after)):
        # Sorted, since they move with their keys.
        return False
    ours, theirs = Text(before).parts(), Text(after).parts()
    first = next(iter(data), None)
    return (ours.head, ours.tail) == (theirs.head, theirs.tail) and all(
        ours.entries[key] == theirs.entries[key] and (key == first or ours.leads[key] == theirs.leads[key])
        for key, value in data.items()
        if same(value, wanted[key])
    )
