"""Projections of documents: what of a document is returned. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api.comparison import steps
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Document = dict[str, Any]
Tree = dict[str, Any]

WITHHELD: Final = ("$vector", "$vectorize", "$lexical")
"""Fields that are returned only when a projection names them."""


class Projection(NamedTuple):
    """Paths that are left in alone (`including`), or that are left out, as a tree of names; and what is special."""

    paths: Tree
    including: bool
    with_id: bool
    withheld: tuple[str, ...]

    def of(self, document: Document) -> Document:
        """What is returned of a document."""
        own = {name: value for name, value in document.items() if name != "_id" and name not in WITHHELD}
        chosen = _only(own, self.paths) if self.including else _without(own, self.paths)
        special = {name: document[name] for name in WITHHELD if name in document and name not in self.withheld}
        identity = {"_id": document["_id"]} if self.with_id else {}
        return {**identity, **chosen, **special}


EVERYTHING: Final = Projection({}, including=False, with_id=True, withheld=())
NOTHING: Final = Projection({}, including=True, with_id=False, withheld=WITHHELD)


def parse(value: object) -> Projection:
    """Read a projection. `_id` stays unless it is excluded; `$vector`, `$vectorize` come only when they are included.

    Raises:
        DataApiError: UNSUPPORTED_PROJECTION_DEFINITION, UNSUPPORTED_PROJECTION_PARAM.

    """
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise DataApiError("UNSUPPORTED_PROJECTION_DEFINITION", "A projection must be an object.")
    if set(value) == {"*"}:
        return EVERYTHING if _wanted("*", value["*"]) else NOTHING
    wishes = dict(_wishes(value, ""))
    special = {name: wishes.pop(name) for name in ("_id", *WITHHELD) if name in wishes}
    if len(set(wishes.values())) > 1:
        raise _bad("A projection either includes or excludes.")
    return Projection(
        _tree(wishes),
        including=any(wishes.values()),
        with_id=special.get("_id", True),
        withheld=tuple(name for name in WITHHELD if not special.get(name)),
    )


def _bad(message: str) -> DataApiError:
    return DataApiError("UNSUPPORTED_PROJECTION_PARAM", message)


def _wanted(path: str, value: object) -> bool:
    if not isinstance(value, (bool, int, float)):
        raise _bad(f"The projection of {path} must be a number or a boolean.")
    return bool(value)


def _wishes(value: Mapping[str, Any], above: str) -> Iterator[tuple[str, bool]]:
    for name, item in value.items():
        if name == "$slice":
            raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement $slice.")
        if not name or name == "*" or (name.startswith("$") and (above or name not in WITHHELD)):
            raise _bad(f"A projection cannot name {name or 'an empty path'} here.")
        path = f"{above}.{name}" if above else name
        if isinstance(item, dict):
            yield from _wishes(item, path)
        else:
            yield path, _wanted(path, item)


def _tree(paths: Mapping[str, bool]) -> Tree:
    tree: Tree = {}
    for path in paths:
        branch = tree
        for step in steps(path):
            branch = branch.setdefault(step, {})
    return tree


def _only(value: Any, tree: Tree) -> Any:
    """What a tree of names says; a leaf takes all below it, and arrays are looked into."""
    match value:
        case list():
            return [_only(item, tree) for item in value if isinstance(item, (dict, list))]
        case dict():
            return {
                name: _only(item, tree[name]) if tree[name] else item
                for name, item in value.items()
                if name in tree and (not tree[name] or isinstance(item, (dict, list)))
            }
    return value


def _without(value: Any, tree: Tree) -> Any:
    match value:
        case list():
            return [_without(item, tree) for item in value]
        case dict():
            return {
                name: _without(item, tree[name]) if tree.get(name) else item
                for name, item in value.items()
                if name not in tree or tree[name]
            }
    return value
