"""JSON of this project's own, promised by schemas/reports/promotion-1.schema.json and promotion-history-1.schema.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from astra.deployment import Deployment
from astra.promotion import Gate, Report, exit_code
from astra.promotion_changes import WorkloadChange
from commands.reports import tool

# Goes up when a field is removed or means something else; new fields may appear at any time.
VERSION = 1


def report(made: Report) -> str:
    """The whole promotion: outcome, gates, changes, what was done."""
    return _text(
        {
            "from": made.origin or None,
            "to": made.target,
            "file": made.file,
            "outcome": made.outcome,
            "exitCode": exit_code(made),
            "deployment": _deployment(made.deployment) if made.deployment else None,
            "gates": [*map(_gate, made.gates)],
            "changes": [*map(_change, made.changes)],
            "done": [*made.done],
        }
    )


def history(name: str, deployments: Sequence[Deployment]) -> str:
    """What an environment has deployed, newest first."""
    return _text({"environment": name, "deployments": [*map(_deployment, deployments)]})


def _text(said: dict[str, Any]) -> str:
    made = {"version": VERSION, "tool": {"name": tool.NAME, "version": tool.version()}, **said}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _deployment(one: Deployment) -> dict[str, Any]:
    fields = {"deployedAt": one.deployed_at, "commit": one.commit, "from": one.origin, "tool": one.tool, "schemas": one.schemas}
    return {"digest": one.digest, **{key: value or None for key, value in fields.items()}}


def _gate(one: Gate) -> dict[str, Any]:
    fields = ("rule", "verdict", "sentence", "address", "advice")
    return {**{name: getattr(one, name) for name in fields}, "place": asdict(one.place) if one.place else None}


def _change(one: WorkloadChange) -> dict[str, Any]:
    fields = ("kind", "address", "category", "sentence")
    return {
        **{name: getattr(one, name) for name in fields},
        "properties": [asdict(each) for each in one.properties],
        "effort": asdict(one.effort) if one.effort else None,
    }
