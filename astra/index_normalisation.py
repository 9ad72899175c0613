"""What the Data API makes of an index of a table, and whether what stands is what was meant.

Its defaults never depend on the database: an option that was left out means its default, and where something else stands, that
is a difference. Sources: recorded answers of Data API 1.0.51; for text indexes and those on lists, sets and maps its source
(stargate/data-api at ada41bd8).
"""

from collections.abc import Mapping
from typing import Any

from astra.changes import Change, apply, changes

# Of texts alone; an index on anything else has no options, and none can be given.
_REGULAR = {"ascii": False, "caseSensitive": True, "normalize": False}


def normalised(index: Mapping[str, Any]) -> dict[str, Any]:
    """An index with every option that its kind may have: what was left out by its default.

    Args:
        index: `{table, indexType, column, options}`; the type is regular, text or vector.
    """
    return {**index, "options": {**_defaults(index), **index.get("options", {})}}


def differences(sent: Mapping[str, Any], returned: Mapping[str, Any]) -> tuple[Change, ...]:
    """How what stands differs from what was meant: `old` is meant, `new` is live. Empty where it is the same.

    Args:
        sent: `{table, indexType, column, options}`, the options as the user gave them.
        returned: the same as `index.listed` tells it.
    """
    return changes(normalised(sent), normalised(returned))


def as_found(index: Mapping[str, Any], returned: Mapping[str, Any]) -> dict[str, Any]:
    """The user's index with what differs live put in its place; untouched where nothing differs.

    Args:
        index: as `sent` above.
        returned: likewise.
    """
    once = apply(differences(index, returned), index)
    # Twice: the metric may follow from the source model, and what was left out has to be spelled out then.
    return apply(differences(once, returned), once)


def _defaults(index: Mapping[str, Any]) -> dict[str, Any]:
    if index["indexType"] == "vector":
        source = index.get("options", {}).get("sourceModel", "other")
        return {"sourceModel": source, "metric": "cosine" if source == "other" else "dot_product"}
    return {"analyzer": "standard"} if index["indexType"] == "text" else dict(_REGULAR)
