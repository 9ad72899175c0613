"""JSON of this project's own, promised by schemas/reports/drift-1.schema.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from astra.drift import Report
from commands.drift_reports import Entry, coverage, entries, severities
from commands.reports import tool

# Goes up when a field is removed or means something else; new fields may appear at any time.
VERSION = 1


def report(stacks: Sequence[Report]) -> str:
    """Every stack, also one in which nothing was found; every cause once; and the counts."""
    counted = severities(stacks)
    findings, unknown, pending = (
        [_entry(entry) for entry in entries(stacks, part)] for part in ("findings", "unknown", "pending")
    )
    made = {
        "version": VERSION,
        "tool": {"name": tool.NAME, "version": tool.version()},
        "stacks": [_stack(stack) for stack in stacks],
        "findings": findings,
        "unknown": unknown,
        "pending": pending,
        "summary": {
            "drift": bool(findings),
            "errors": counted["error"],
            "warnings": counted["warning"],
            "notes": counted["note"],
            "unknown": len(unknown),
            "pending": len(pending),
            "coverage": asdict(coverage(stacks)),
        },
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _stack(stack: Report) -> dict[str, Any]:
    return {
        "name": stack.stack,
        "updated": stack.updated or None,
        "findings": len(stack.findings),
        "unknown": len(stack.unknown),
        "pending": len(stack.pending),
        "coverage": asdict(stack.coverage),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    one = entry.finding
    fields = ("kind", "resource", "address", "severity", "sentence", "meaning", "restore", "accept")
    return {
        **{name: getattr(one, name) for name in fields},
        "properties": [asdict(each) for each in one.properties],
        "contents": [*one.contents],
        "stacks": [
            {"name": stack, "place": {"file": place.file, "line": place.line, "column": place.column} if place else None}
            for stack, place in entry.places
        ],
    }
