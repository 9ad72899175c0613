"""JSON of this project's own, promised by schemas/reports/validate-1.schema.json."""

import json
from collections.abc import Sequence
from typing import Any

from astra.finding import Finding
from commands.reports import Checked, count, tool

# Goes up when a field is removed or means something else; new fields may appear at any time.
VERSION = 1


def report(files: Sequence[Checked]) -> str:
    """Every file, also one in which nothing was found, and the counts."""
    made = {
        "version": VERSION,
        "tool": {"name": tool.NAME, "version": tool.version()},
        "files": [{"name": file.name, "valid": file.valid, "findings": [*map(_finding, file.findings)]} for file in files],
        "summary": {
            "files": len(files),
            "valid": sum(file.valid for file in files),
            "errors": count(files, "error"),
            "warnings": count(files, "warning"),
        },
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fields = ("line", "column", "path", "rule", "severity", "sentence")
    return {name: getattr(finding, name) for name in fields}
