"""GitHub-flavoured Markdown, made for the pull request that a promotion is. GitLab reads it, too."""

from collections.abc import Iterator

from astra.promotion import Gate, Report
from commands.drift_reports.phrases import printable, sentences
from commands.promotion_reports import summary
from commands.reports.markup import code, escaped

# By its first line whoever posts the report finds it again, and replaces it: one for each environment.
MARKER = "<!-- vectorize promote {target} -->"
# GitHub takes 65,536 characters in a comment. https://github.com/orgs/community/discussions/27190
LARGEST = 60_000
_HEADS = {"unknown": "Could not be told or done", "refused": "Refused", "warning": "Worth knowing", "note": "Notes"}


def report(made: Report) -> str:
    """The marker, the summary, the changes as a table, and the gates, each with what to do. It fits a comment."""
    parts = [_head(made)]
    room, left = LARGEST - len(parts[0]), 0
    for part in _parts(made):
        room -= len(part)
        if room < 0:
            left += 1
        else:
            parts.append(part)
    if left:
        parts.append(f"\n{left:,} more did not fit here; `vectorize promote` prints all.\n")
    return "".join(parts)


def _head(made: Report) -> str:
    marker = MARKER.format(target=printable(made.target).replace("--", ""))
    one = made.deployment
    facts = ""
    if one and one.deployed_at:
        commit = f", commit {code(printable(one.commit))}" if one.commit else ""
        facts = f"\nDigest {code(one.digest)}, deployed in {_text(made.origin)} at {_text(one.deployed_at)}{commit}.\n"
    return f"{marker}\n### vectorize promote\n\n{_text(summary(made))}.\n{facts}"


def _parts(made: Report) -> Iterator[str]:
    """What may be left out where there is no room, in the order of its weight: what stands in the way first."""
    for verdict in ("unknown", "refused"):
        yield from _list(_HEADS[verdict], [one for one in made.gates if one.verdict == verdict])
    for place, change in enumerate(made.changes):
        head = f"\n#### Changes in {_text(made.target)}\n\n| category | change | where | what |\n| --- | --- | --- | --- |\n"
        row = f"| {change.category} | {change.kind} | {code(printable(change.address))} | {_text(change.sentence)} |\n"
        yield row if place else head + row
    for verdict in ("warning", "note"):
        yield from _list(_HEADS[verdict], [one for one in made.gates if one.verdict == verdict])
    yield from _list("Passed", [one for one in made.gates if one.verdict == "passed"])
    for place, done in enumerate(made.done):
        yield f"{'' if place else chr(10) + '#### Done' + chr(10) * 2}- {_text(done)}\n"


def _list(heading: str, gates: list[Gate]) -> Iterator[str]:
    for place, one in enumerate(gates):
        about = f"{code(printable(one.address))}: " if one.address else ""
        line = f"- {about}{_text(sentences(one.sentence, one.advice))} ({one.rule})\n"
        yield line if place else f"\n#### {heading}\n\n{line}"


def _text(text: str) -> str:
    return escaped(printable(text))
