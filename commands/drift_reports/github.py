"""What a job of GitHub Actions is handed beside the annotations: the summary on its page, and flags for the steps after."""

from collections.abc import Mapping, Sequence

from astra.drift import Report
from commands import output
from commands.drift_reports import coverage, entries, markdown, severities, summary


def hand_over(stacks: Sequence[Report], environ: Mapping[str, str]) -> list[str]:
    """Adds to the files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name, where they do.

    Returns:
        A sentence for each file that could not be written.
    """
    return output.handed_over({"GITHUB_STEP_SUMMARY": step_summary(stacks), "GITHUB_OUTPUT": flags(stacks)}, environ)


def step_summary(stacks: Sequence[Report]) -> str:
    """The Markdown; where that is empty, the line that counts."""
    return markdown.report(stacks) or f"{summary(stacks)}.\n"


def flags(stacks: Sequence[Report]) -> str:
    """`drift` and `unknown` as true or false, and the counts, as outputs of a step: a line each."""
    covered = coverage(stacks)
    unread = len(entries(stacks, "unknown"))
    values: dict[str, bool | int] = {
        "drift": any(stack.findings for stack in stacks),
        "unknown": bool(unread),
        **{f"{severity}s": amount for severity, amount in severities(stacks).items()},
        "unread": unread,
        "pending": len(entries(stacks, "pending")),
        "managed": covered.managed,
        "found": covered.found,
    }
    return "".join(f"{name}={str(flag).lower()}\n" for name, flag in values.items())
