"""What an import found and did, as text for people and as JSON."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from astra.drift import Resource
from astra.import_differences import Difference
from astra.importing import Expressed, LeftOut
from astra.wording import named, shown
from commands.reports import tool

# Goes up when a field is removed or means something else; new fields may appear at any time.
VERSION = 1
# What became of an import, and the exit code of each where nothing differs.
OUTCOMES = {"imported": 0, "nothing": 0, "planned": 0, "refused": 2, "failed": 1}
_HEADS = {
    "imported": "imported",
    "nothing": "nothing to do: everything is declared and managed already",
    "differing": "nothing was added: everything else is declared and managed already",
    "planned": "would be imported; nothing was written",
    "refused": "nothing was written",
    "failed": "nothing was written, since not everything could be read",
    "unfinished": "not finished",
}


@dataclass(frozen=True, slots=True)
class Report:
    """An import.

    Attributes:
        stack: its name.
        file: the environment file, relative to the project.
        new_stack: whether the stack did not exist before.
        new_file: whether the file did not exist before.
        result: a key of OUTCOMES.
        taken: kind and address of what no resource stood for before.
        left_out: what could not be declared.
        differences: where what stands is not what the file says.
        problems: why nothing was written, in sentences.
        notes: what else is to be known.
        content: the text of the file as it is to be; "" where it stays as it is.
        begun: whether something was written before it failed.
    """

    stack: str
    file: str
    new_stack: bool = False
    new_file: bool = False
    result: str = "failed"
    taken: tuple[tuple[Resource, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    content: str = ""
    begun: bool = False

    def told(self, expressed: Expressed) -> "Report":
        """With what could not be declared as it stands."""
        return replace(self, left_out=expressed.left_out, notes=(*self.notes, *expressed.notes))

    def planned(self, taken: Iterable[tuple[Resource, str]], differences: Iterable[Difference], content: str) -> "Report":
        """With what is to be done."""
        kept = tuple(one for one in taken if one[0] != "stack")
        return replace(self, taken=kept, differences=tuple(differences), content=content)

    def failed(self, problems: Iterable[str], *, begun: bool = False) -> "Report":
        """Not everything could be read; or it had begun, and was not finished."""
        return replace(self, result="failed", problems=tuple(problems), begun=begun)

    def refused(self, problems: Iterable[str]) -> "Report":
        """It would not have worked."""
        return replace(self, result="refused", problems=tuple(problems))

    def outcome(self, result: str) -> "Report":
        """With what became of it."""
        return replace(self, result=result)

    @property
    def exit_code(self) -> int:
        """0 done; 2 done, and what stands is not what the file says, or refused; 1 it could not be told."""
        return OUTCOMES[self.result] or (2 if self.differences else 0)


def text(report: Report) -> str:
    """For people."""
    lines = [f"{report.stack}: {_HEADS[_head(report)]}{_counted(report)}"]
    if report.result == "imported" or report.begun:
        made = [*([f"made the stack {report.stack}"] if report.new_stack else []), *_written(report)]
        lines += [f"  {one}" for one in (*made, *([] if report.begun else ["the preview shows no change"]))]
    if report.result == "planned":
        lines += [f"  {kind} {address}" for kind, address in report.taken]
    lines += [f"  {one}" for one in report.problems]
    lines += [f"  note: {one}" for one in report.notes]
    lines += [f"  left out: {one.address} ({one.kind}): {one.reason}" for one in report.left_out]
    lines += [f"  differs: {_difference(one)}" for one in report.differences]
    if report.left_out:
        lines.append(f"What is left out stands as before{_silent(report)}.")
    if report.differences:
        lines.append("What differs was left as it is, here and there: correct the file, or bring it up with pulumi up.")
    body = "\n".join(lines) + "\n"
    return f"{body}\n{report.content}" if report.result == "planned" and report.content else body


def _head(report: Report) -> str:
    if report.result == "nothing" and report.differences:
        return "differing"
    return "unfinished" if report.begun else report.result


def _silent(report: Report) -> str:
    """What drift says of what is left out: a database that is not declared is none of the stack's in any case."""
    databases = sum(one.kind == "database" for one in report.left_out)
    if report.result not in ("imported", "planned") or databases == len(report.left_out):
        return ""
    names = "would name" if report.result == "planned" else "names"
    return f", and drift.ignore of the file {names} {'what of it is in a declared database' if databases else 'it'}"


def _written(report: Report) -> list[str]:
    if not report.content:
        return []
    return [f"wrote {report.file}" if report.new_file else f"added to {report.file}"]


def _counted(report: Report) -> str:
    if report.result not in ("imported", "planned") or not report.taken:
        return ""
    counted = Counter(kind for kind, _ in report.taken)
    said = ", ".join(f"{number:,} {_plural(kind, number)}" for kind, number in counted.items())
    return f": {said}"


def _plural(kind: str, number: int) -> str:
    if number == 1:
        return kind
    return "indexes" if kind == "index" else f"{kind}s"


def _difference(one: Difference) -> str:
    if one.reason:
        return f"{one.address} ({one.kind}): it stands, and the file as it is cannot declare it: {one.reason}"
    if one.live is None and not one.path:
        return f"{one.address} ({one.kind}): the file declares it, and it does not stand"
    sides = ["nothing" if side is None else shown(side) for side in (one.declared, one.live)]
    return f"{one.address} ({one.kind}), {named(one.path)}: the file says {sides[0]}, there is {sides[1]}"


def _as_data(one: Difference) -> dict[str, Any]:
    said = {"file": one.declared, "live": one.live, "reason": one.reason}
    return {"kind": one.kind, "address": one.address, "path": one.path, **said}


def as_json(report: Report) -> str:
    """As schemas/reports/import-1.schema.json says it."""
    data: dict[str, Any] = {
        "version": VERSION,
        "tool": {"name": tool.NAME, "version": tool.version()},
        "stack": report.stack,
        "newStack": report.new_stack,
        "file": report.file,
        "newFile": report.new_file,
        "outcome": report.result,
        "exitCode": report.exit_code,
        "imported": [{"kind": kind, "address": address} for kind, address in report.taken],
        "leftOut": [{"kind": one.kind, "address": one.address, "reason": one.reason} for one in report.left_out],
        "differences": [_as_data(one) for one in report.differences],
        "problems": list(report.problems),
        "notes": list(report.notes),
        "content": report.content or None,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
