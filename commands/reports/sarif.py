"""SARIF 2.1.0, the form that code scanning of GitHub, GitLab, Azure DevOps and editors reads."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from astra.finding import Finding
from commands.reports import VALIDATE, Checked, Subject, tool

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Of the way a fingerprint is made: another way needs another name.
FINGERPRINT = "vectorizeFinding/v1"
ROOT = "%SRCROOT%"


def report(files: Sequence[Checked], subject: Subject = VALIDATE) -> str:
    """One run with all rules, all files and one result a finding. What is no verdict is no result: the run says that it failed.

    A file below the current directory is named relative to it, as code scanning wants it; any other by its full address.
    """
    results = list(_results(files, subject))
    undecided = [*_undecided(files, subject)]
    run = {
        "tool": {
            "driver": {
                "name": tool.NAME,
                "version": tool.version(),
                "informationUri": tool.INFORMATION,
                "rules": [_rule(name, said) for name, said in tool.rules(subject.rules).items()],
            }
        },
        **({"invocations": [{"executionSuccessful": False, "toolExecutionNotifications": undecided}]} if undecided else {}),
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(file.name), "roles": ["analysisTarget"]} for file in files],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": said["title"]}, "fullDescription": {"text": said["description"]}}


def _results(files: Sequence[Checked], subject: Subject) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding, place in _placed(files):
        if finding.rule == subject.undecided:
            continue
        # Identical findings of one file are told apart by their order.
        identity = _identity(finding, place["physicalLocation"]["artifactLocation"]["uri"])
        seen[identity] += 1
        yield {
            "ruleId": finding.rule,
            "level": finding.severity,
            "message": {"text": _message(finding)},
            "locations": [place],
            "partialFingerprints": {FINGERPRINT: hashlib.sha256(f"{identity}\0{seen[identity]}".encode()).hexdigest()},
        }


def _undecided(files: Sequence[Checked], subject: Subject) -> Iterator[dict[str, Any]]:
    for finding, place in _placed(files):
        if finding.rule == subject.undecided:
            yield {
                "associatedRule": {"id": finding.rule},
                "level": finding.severity,
                "message": {"text": _message(finding)},
                "locations": [place],
            }


def _placed(files: Sequence[Checked]) -> Iterator[tuple[Finding, dict[str, Any]]]:
    for index, file in enumerate(files):
        location = {**_location(file.name), "index": index}
        for finding in file.findings:
            region = {"startLine": finding.line, "startColumn": finding.column}
            yield finding, {"physicalLocation": {"artifactLocation": location, "region": region}, **_logical(finding.path)}


def _identity(finding: Finding, uri: str) -> str:
    """What stays the same when lines move; some sentences name a line, too."""
    return "\0".join((uri, finding.rule, finding.path, re.sub(r"\bline \d+", "line", finding.sentence)))


def _message(finding: Finding) -> str:
    """The path and the sentence. Braces would begin a placeholder; the standard wants them doubled."""
    text = f"{finding.path}: {finding.sentence}" if finding.path else finding.sentence
    return text.replace("{", "{{").replace("}", "}}")


def _logical(path: str) -> dict[str, Any]:
    return {"logicalLocations": [{"name": path.rpartition(".")[2], "fullyQualifiedName": path}]} if path else {}


def _location(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        resolved, here = path.resolve(), Path.cwd()
        if not resolved.is_relative_to(here):
            return {"uri": resolved.as_uri()}
        path = resolved.relative_to(here)
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}
