"""GitHub-flavoured Markdown, for an issue, a comment or the summary of a job. GitLab reads it, too."""

from collections.abc import Iterator, Mapping, Sequence

from astra.drift import Report
from commands.drift_reports import Entry, Part, entries, summary
from commands.drift_reports.phrases import among, printable, remedies, sentences, since, subject, with_it
from commands.reports.markup import code, escaped

# By its first line whoever posts the report finds it again, and replaces it.
MARKER = "<!-- vectorize drift -->"
# GitHub takes 65,536 characters in an issue or a comment. https://github.com/orgs/community/discussions/27190
LARGEST = 60_000
_HEADINGS: Mapping[Part, str] = {
    "findings": "",
    "unknown": "#### Could not be read\n\nNothing is said of what could not be read.\n\n",
    "pending": "#### Declared and not applied yet\n\nThis is no drift.\n\n",
}


def report(stacks: Sequence[Report]) -> str:
    """The marker, the summary and a section a cause; nothing at all where nothing drifted and everything could be read."""
    if not any(stack.findings or stack.unknown for stack in stacks):
        return ""
    made = [f"{MARKER}\n### vectorize drift\n\n{_text(summary(stacks))}.\n\n"]
    room = LARGEST - len(made[0])
    left = 0
    for section in _sections(stacks):
        room -= len(section)
        if room < 0:
            left += 1
        else:
            made.append(section)
    if left:
        made.append(f"{left:,} more did not fit here; `vectorize drift` prints all.\n\n")
    return "".join(made).rstrip("\n") + "\n"


def _sections(stacks: Sequence[Report]) -> Iterator[str]:
    updated = {stack.stack: stack.updated for stack in stacks}
    for part, heading in _HEADINGS.items():
        for position, entry in enumerate(entries(stacks, part)):
            yield ("" if position else heading) + _section(entry, updated)


def _section(entry: Entry, updated: Mapping[str, str]) -> str:
    one = entry.finding
    head = f"**{one.severity}: {one.kind}: {_text(subject(one))}** {_text(among(one.stacks))}\n\n"
    facts = "".join(f"- {label}: {text}\n" for label, text in _facts(entry, updated))
    return f"{head}{_text(sentences(one.sentence, one.meaning))}\n\n{facts}".rstrip("\n") + "\n\n"


def _facts(entry: Entry, updated: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    one = entry.finding
    if one.contents:
        yield "with it", _text(with_it(one.contents))
    for place in entry.distinct:
        yield "where", code(printable(f"{place.file}:{place.line}:{place.column}"))
    for said in since(one, updated):
        yield "since", _text(said)
    for label, said in remedies(one):
        yield label, _text(said)


def _text(text: str) -> str:
    return escaped(printable(text))
