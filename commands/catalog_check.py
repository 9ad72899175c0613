"""What `vectorize catalog check` finds, at its places in the schema files, and in each format."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from astra import catalog
from astra.catalog_differences import Difference, differences
from astra.finding import Finding
from astra.offered import together
from astra.wording import listed, named
from commands.catalog_files import file_name, parsed
from commands.catalog_stack import Database
from commands.reports import Checked, Subject, github, junit, markdown, number, sarif, text, tool

# Goes up when a field of the JSON is removed or means something else; new fields may appear at any time.
VERSION = 1
SUBJECT = Subject(
    "vectorize catalog check", "catalog-rules", "as the service", frozenset({"error", "warning"}), undecided="catalog/unknown"
)
# Of a provider without a file: where all of them are named. Of a database: the file that every project has.
_EVERY_PROVIDER = ("properties", "provider", "examples")
_NOWHERE = "Pulumi.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found with one stack.

    Attributes:
        stack: its name.
        databases: all of them, sorted by name.
        differences: by provider and model, each with the place of its fact in a file.
    """

    stack: str
    databases: Sequence[Database]
    differences: Sequence[tuple[Difference, Finding]]

    @property
    def unasked(self) -> list[Database]:
        """The databases that could not be asked."""
        return [one for one in self.databases if one.reason]

    @property
    def exit_code(self) -> int:
        """0 where nothing differs, 2 where something does, 1 where that could not be told of everything: the last outweighs."""
        return 1 if self.unasked else 2 if self.differences else 0


def found(stack: str, databases: Sequence[Database]) -> Found:
    """What the databases of a stack offer otherwise than the schemas say."""
    told = together(one.offers for one in databases)
    every = differences(catalog.embedding_providers(), told, [one.place for one in databases])
    # Another database might list it, or have it better, if only it could be asked.
    certain = [one for one in every if not (one.worse and any(database.reason for database in databases))]
    return Found(stack, databases, [(one, _placed(one)) for one in certain])


def _placed(one: Difference) -> Finding:
    file, path = (catalog.provider_file(one.provider), one.path) if one.path else (catalog.SERVICE_FILE, _EVERY_PROVIDER)
    text = parsed(file)
    return Finding(text.name, *text.position(path), one.subject, one.sentence, one.rule, one.severity)


def report(name: str, what: Found) -> str:
    """What was found, in a format of `commands.output.FORMATS`."""
    return _MAKERS[name](what)


def coloured(what: Found) -> str:
    """The text for a terminal that shows colours."""
    return text.report(_by_file(what), coloured=True)


def summary(what: Found) -> str:
    """One line for people: `2 differences from what the databases of dev (knowledge) offer: 1 error and 1 warning`."""
    asked = [one.name for one in what.databases if not one.reason]
    whose = f"what {'the database' if len(asked) == 1 else 'the databases'} of {named(what.stack)} ({listed(asked)}) offer"
    whose += "s" if len(asked) == 1 else ""
    counts = " and ".join(number(_count(what, word), word) for word in ("error", "warning") if _count(what, word))
    said = f"{number(len(what.differences), 'difference')} from {whose}: {counts}" if counts else f"the schemas say {whose}"
    unasked = f"{number(len(what.unasked), 'database')} could not be asked" if what.unasked else ""
    return "; ".join(filter(None, (said if asked else "", unasked)))


def _count(what: Found, severity: str) -> int:
    return sum(one.severity == severity for one, _ in what.differences)


def _by_file(what: Found) -> list[Checked]:
    """Every file of a provider, also those in which nothing differs."""
    files: dict[str, list[Finding]] = {
        file_name(catalog.provider_file(key)): [] for key in catalog.embedding_providers() if not what.unasked
    }
    for _, finding in what.differences:
        files.setdefault(finding.file, []).append(finding)
    for database in what.unasked:
        finding = Finding(_NOWHERE, 1, 1, database.name, database.reason, SUBJECT.undecided, "error")
        files.setdefault(_NOWHERE, []).append(finding)
    return [Checked(name, tuple(sorted(findings))) for name, findings in sorted(files.items())]


def _json(what: Found) -> str:
    made = {
        "version": VERSION,
        "tool": {"name": tool.NAME, "version": tool.version()},
        "stack": named(what.stack),
        "databases": [{"name": one.name, "asked": not one.reason, "reason": one.reason} for one in what.databases],
        "findings": [_finding(one, place) for one, place in what.differences],
        "summary": {
            "errors": _count(what, "error"),
            "warnings": _count(what, "warning"),
            "unasked": len(what.unasked),
        },
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _finding(one: Difference, place: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "provider": one.provider,
        "model": one.model or None,
        "severity": one.severity,
        "sentence": one.sentence,
        "file": place.file,
        "line": place.line,
        "column": place.column,
    }


_MAKERS: Mapping[str, Callable[[Found], str]] = {
    "text": lambda what: text.report(_by_file(what)),
    "json": _json,
    "sarif": lambda what: sarif.report(_by_file(what), SUBJECT),
    "junit": lambda what: junit.report(_by_file(what), SUBJECT),
    "github": lambda what: github.report(_by_file(what)),
    "markdown": lambda what: markdown.report(_by_file(what), SUBJECT, summary(what)),
}


def handed_over(what: Found) -> Mapping[str, str]:
    """What a job of GitHub Actions is handed beside the annotations, by the variable that names the file."""
    flags = {"differences": bool(what.differences), "unknown": bool(what.unasked)}
    return {
        "GITHUB_STEP_SUMMARY": report("markdown", what),
        "GITHUB_OUTPUT": "".join(f"{name}={str(flag).lower()}\n" for name, flag in flags.items()),
    }
