"""The audit of the locked packages: is a vulnerability known in one of them? pip-audit asks osv.dev.

It fails for a known vulnerability, and for an acceptance that is wrong or over. An audit that could not be done is no failure:
without a network everything else is still to be checked. A proxy that answers in the place of osv.dev may say of every package
that nothing is known; so a control is asked for, too, of which something is. One advisory can be accepted for a time, in
pyproject.toml:

    [tool.audit]
    accepted = [{id = "CVE-2099-0001", reason = "in its server part, which nothing here starts", until = 2099-12-31}]
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tools.places import Places

# For one answer, and for all of the about hundred that are asked for one after the other. Unit: seconds.
ANSWER_TIMEOUT, TIMEOUT = 5, 90
# The lock names every package with its version and hashes, so nothing is resolved or installed. Of pip-audit's services
# osv.dev is the one that no package index stands in front of. An index that does not know PyPI's JSON API makes
# pip-audit leave out every package, and pass.
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", "tools/audit-control.txt", "--requirement", "requirements-dev.lock"),
    *("--require-hashes", "--disable-pip"),
    *("--vulnerability-service", "osv", "--timeout", str(ANSWER_TIMEOUT), "--cache-dir", ".vectorize/cache/pip-audit"),
    *("--format", "json", "--progress-spinner", "off"),
)
# The package of tools/audit-control.txt. Known of it is PYSEC-2022-19, among others (its page at osv.dev names this version).
CONTROL = ("django", "2.2")
# How a line begins that says what the HTTP library raised: more than what pip-audit makes of it afterwards.
_HTTP = "requests.exceptions."
_ADVICE = "Renew the lock with `make lock`, or accept an advisory for a time in tool.audit of pyproject.toml."


class Ended(NamedTuple):
    """How pip-audit ended.

    Attributes:
        code: its exit code; None where its time was up.
        stdout: the result as JSON; "" where there is none.
        stderr: what else it said.
    """

    code: int | None
    stdout: str = ""
    stderr: str = ""


class Accepted(NamedTuple):
    """An advisory that is accepted for a time.

    Attributes:
        reason: why.
        until: the last day, in UTC.
    """

    reason: str
    until: date

    def __str__(self) -> str:
        return f"accepted until {self.until} ({self.reason})"


@dataclass(frozen=True)
class Verdict:
    """What the audit comes to.

    Attributes:
        passed: whether the check passes.
        lines: what is said, the worst first.
    """

    passed: bool
    lines: tuple[str, ...]


def main() -> int:
    """Audit requirements-dev.lock and say what it comes to."""
    root = Places.here().root
    try:
        exceptions = accepted(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")))
    except ValueError as problem:
        print(problem)
        return 1
    judged = verdict(audit(root), exceptions, datetime.now(UTC).date())
    print("\n".join(judged.lines))
    return 0 if judged.passed else 1


def accepted(settings: Mapping[str, Any]) -> dict[str, Accepted]:
    """The advisories that pyproject.toml accepts, by id or alias.

    Raises:
        ValueError: an entry has not the form it needs; says which.
    """
    form = {"id": str, "reason": str, "until": date}
    found = {}
    for entry in settings.get("tool", {}).get("audit", {}).get("accepted", ()):
        whole = isinstance(entry, dict) and entry.keys() == form.keys()
        # By type: a date with a time is a date, too, but none to compare with one.
        if not whole or not all(entry[key] and type(entry[key]) is kind for key, kind in form.items()):
            raise ValueError(
                f"tool.audit.accepted in pyproject.toml takes {{id = TEXT, reason = TEXT, until = DATE}}, not {entry}"
            )
        found[entry["id"]] = Accepted(entry["reason"], entry["until"])
    return found


def verdict(ended: Ended, exceptions: Mapping[str, Accepted], today: date) -> Verdict:
    """What it means that pip-audit ended so.

    Args:
        ended: how it ended.
        exceptions: the accepted advisories; one whose time is over fails, whatever was found.
        today: in UTC.
    """
    over = tuple(
        f"{identity} was {exception}: judge it again, or update the package and take it out of tool.audit in pyproject.toml"
        for identity, exception in exceptions.items()
        if exception.until < today
    )
    judged = _judged(ended, exceptions)
    return Verdict(judged.passed and not over, (*over, *judged.lines))


def _judged(ended: Ended, exceptions: Mapping[str, Accepted]) -> Verdict:
    if ended.code is None:
        return _not_done(f"pip-audit had no result within {TIMEOUT} seconds")
    try:
        packages = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = ended.stderr.strip().splitlines() or ["it said nothing"]
        reason = next((line for line in said if line.startswith(_HTTP)), said[-1])
        # What the service did and what pip-audit makes of it end alike: an answer in another form is an AttributeError, too.
        return _not_done(f"pip-audit ended without a result (exit code {ended.code}): {reason}")
    return _of_packages(packages, exceptions)


def _not_done(reason: str) -> Verdict:
    return Verdict(passed=True, lines=(f"not done: {reason}",))


def _of_packages(packages: Iterable[Mapping[str, Any]], exceptions: Mapping[str, Accepted]) -> Verdict:
    failing: list[str] = []
    passing: list[str] = []
    left_out: list[str] = []
    audited = 0
    answered = False
    for package in packages:
        if "vulns" not in package:
            # pip-audit says nothing of these.
            left_out.append(f"not done for {package['name']}: {package['skip_reason']}")
            continue
        if (package["name"], package["version"]) == CONTROL:
            answered = bool(package["vulns"])
            continue
        audited += 1
        for advisory in package["vulns"]:
            identities = (advisory["id"], *advisory["aliases"])
            exception = next((exceptions[identity] for identity in identities if identity in exceptions), None)
            fixed = (
                f"fixed in {' and '.join(advisory['fix_versions'])}" if advisory["fix_versions"] else "fixed in no version yet"
            )
            line = f"{package['name']} {package['version']}: {', '.join(identities)}: {exception or fixed}"
            (passing if exception else failing).append(line)
    if not (answered or failing):
        return _not_done(
            f"whoever answered knows nothing of {' '.join(CONTROL)}, which osv.dev does: a proxy may have answered in its place"
        )
    advice = (_ADVICE,) if failing else ()
    return Verdict(not failing, (*failing, *left_out, *passing, f"{audited} packages were audited", *advice))


def audit(root: Path, seconds: float = TIMEOUT) -> Ended:
    """Runs pip-audit.

    Args:
        root: the project's folder.
        seconds: how long it may take.
    """
    try:
        done = subprocess.run(
            COMMAND, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Ended(None)
    return Ended(done.returncode, done.stdout, done.stderr)


if __name__ == "__main__":
    sys.exit(main())
