"""What a job of GitHub Actions is handed beside the annotations: the summary on its page, and outputs for the steps after."""

from collections.abc import Mapping

from astra.promotion import Report
from commands import output
from commands.promotion_reports import report


def hand_over(made: Report, environ: Mapping[str, str]) -> list[str]:
    """Adds to the files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name, where they do.

    Returns:
        A sentence for each file that could not be written.
    """
    said = {"GITHUB_STEP_SUMMARY": report("markdown", made), "GITHUB_OUTPUT": flags(made)}
    done = [output.appended(environ[name], text) for name, text in said.items() if environ.get(name)]
    return [failure for failure in done if failure]


def flags(made: Report) -> str:
    """`outcome`, `digest` (empty where it is not known) and the counts, as outputs of a step: a line each."""
    values = {
        "outcome": made.outcome,
        "digest": made.deployment.digest if made.deployment else "",
        "changes": len(made.changes),
        "refused": len(made.told("refused")),
        "unknown": len(made.told("unknown")),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())
