"""What the audit of the locked packages says, by how pip-audit ended. Its texts here are those of version 2.10."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tools.audit import Accepted, Ended, accepted, audit, verdict
from tools.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = date(2026, 5, 31)
WARNING = (
    "WARNING:pip_audit._cli:The --require-hashes flag with --service osv only enforces hash presence NOT hash validity. "
    "Use --service pypi to enforce hash validity.\n"
)
ADVISORY = {"id": "CVE-2099-0001", "fix_versions": ["99.1"], "aliases": ["GHSA-aaaa-bbbb-cccc"], "description": "Some thing bad"}
SOUND = {"name": "anyio", "version": "4.16.0", "vulns": []}
ADVICE = "Renew the lock with `make lock`, or accept an advisory for a time in tool.audit of pyproject.toml."
FOUND = "httpx 0.28.1: CVE-2099-0001, GHSA-aaaa-bbbb-cccc: fixed in 99.1"


def result(*advisories: dict[str, Any], skipped: dict[str, str] | None = None) -> Ended:
    packages = [SOUND, {"name": "httpx", "version": "0.28.1", "vulns": list(advisories)}, *([skipped] if skipped else [])]
    return Ended(1 if advisories else 0, json.dumps({"dependencies": packages, "fixes": []}), WARNING)


def test_nothing_known_passes_and_says_how_many_were_audited() -> None:
    judged = verdict(result(), {}, TODAY)
    assert (judged.passed, judged.lines) == (True, ("2 packages were audited",))


def test_a_known_vulnerability_fails_with_the_package_its_ids_and_the_version_that_mends_it() -> None:
    judged = verdict(result(ADVISORY), {}, TODAY)
    assert (judged.passed, judged.lines) == (False, (FOUND, "2 packages were audited", ADVICE))


@pytest.mark.parametrize(("versions", "said"), [([], "fixed in no version yet"), (["0.28.2", "1.0"], "fixed in 0.28.2 and 1.0")])
def test_it_may_be_mended_in_no_version_or_in_several(versions: list[str], said: str) -> None:
    judged = verdict(result({**ADVISORY, "fix_versions": versions}), {}, TODAY)
    assert judged.lines[0].endswith(f": {said}")


@pytest.mark.parametrize("identity", ["CVE-2099-0001", "GHSA-aaaa-bbbb-cccc"])
def test_one_advisory_is_accepted_by_its_id_or_alias_until_its_last_day(identity: str) -> None:
    other = {**ADVISORY, "id": "CVE-2099-0002", "aliases": []}
    exceptions = {identity: Accepted("not used here", TODAY)}
    judged = verdict(result(ADVISORY), exceptions, TODAY)
    line = "httpx 0.28.1: CVE-2099-0001, GHSA-aaaa-bbbb-cccc: accepted until 2026-05-31 (not used here)"
    assert (judged.passed, judged.lines) == (True, (line, "2 packages were audited"))
    judged = verdict(result(ADVISORY, other), exceptions, TODAY)
    assert (judged.passed, judged.lines[0]) == (False, "httpx 0.28.1: CVE-2099-0002: fixed in 99.1")


@pytest.mark.parametrize("ended", [result(ADVISORY), result(), Ended(None)], ids=["found", "not found", "not asked"])
def test_an_acceptance_whose_time_is_over_fails_whatever_was_found(ended: Ended) -> None:
    judged = verdict(ended, {"CVE-2099-0001": Accepted("not used here", date(2026, 5, 30))}, TODAY)
    assert not judged.passed
    assert judged.lines[0] == (
        "CVE-2099-0001 was accepted until 2026-05-30 (not used here): judge it again, or update the package and take it out "
        "of tool.audit in pyproject.toml"
    )


def test_a_package_that_pip_audit_leaves_out_fails_though_pip_audit_passes() -> None:
    judged = verdict(result(skipped={"name": "werkzeug", "skip_reason": "Dependency not found"}), {}, TODAY)
    assert (judged.passed, judged.lines) == (
        False,
        ("werkzeug was left out: Dependency not found", "2 packages were audited", ADVICE),
    )


NOT_DONE = "not done, because the vulnerability service cannot be asked: "
REFUSED = "requests.exceptions.ConnectionError: HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded"
FORBIDDEN = "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.osv.dev/v1/query"
NO_JSON = "requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
AGAIN = "\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n"


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended(1, "", f"{WARNING}Traceback (most recent call last):\n{REFUSED}\n"), REFUSED),
        (Ended(1, "", f"{WARNING}{FORBIDDEN}{AGAIN}pip_audit._service.interface.ServiceError\n"), FORBIDDEN),
        (Ended(1, "", f"{WARNING}json.decoder.JSONDecodeError: Expecting value{AGAIN}{NO_JSON}\n"), NO_JSON),
        (
            Ended(1, "", "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service\n"),
            "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service",
        ),
        (Ended(None), "no result within 90 seconds"),
    ],
    ids=["no connection", "refused by a proxy", "another page", "blocked", "too slow"],
)
def test_a_service_that_cannot_be_asked_is_one_line_and_passes(ended: Ended, reason: str) -> None:
    judged = verdict(ended, {}, TODAY)
    assert (judged.passed, judged.lines) == (True, (NOT_DONE + reason,))


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            Ended(1, "", f"{WARNING}ERROR:pip_audit._cli:requirement foo does not contain a hash\n"),
            "pip-audit failed with exit code 1: ERROR:pip_audit._cli:requirement foo does not contain a hash",
        ),
        (
            Ended(1, "", "python: No module named pip_audit\n"),
            "pip-audit failed with exit code 1: python: No module named pip_audit",
        ),
        (Ended(0, "{}", ""), "pip-audit failed with exit code 0: it said nothing"),
    ],
)
def test_any_other_end_without_a_result_fails(ended: Ended, said: str) -> None:
    judged = verdict(ended, {}, TODAY)
    assert (judged.passed, judged.lines) == (False, (said,))


def test_the_acceptances_of_pyproject() -> None:
    entry = {"id": "CVE-2099-0001", "reason": "not used here", "until": TODAY}
    assert accepted({}) == {}
    assert accepted({"tool": {"audit": {"accepted": [entry]}}}) == {"CVE-2099-0001": Accepted("not used here", TODAY)}


@pytest.mark.parametrize(
    "entry",
    [
        "CVE-2099-0001",
        {"id": "CVE-2099-0001", "reason": "not used here"},
        {"id": "CVE-2099-0001", "reason": "", "until": TODAY},
        {"id": "CVE-2099-0001", "reason": "not used here", "until": "2026-05-31"},
        {"id": "CVE-2099-0001", "reason": "not used here", "until": datetime(2026, 5, 31)},  # noqa: DTZ001 - as TOML may say it
        {"id": "CVE-2099-0001", "reason": "not used here", "until": TODAY, "package": "httpx"},
    ],
)
def test_an_acceptance_without_id_reason_or_last_day_is_refused(entry: Any) -> None:
    sentence = "tool.audit.accepted in pyproject.toml takes {id = TEXT, reason = TEXT, until = DATE}, not "
    with pytest.raises(ValueError, match=r"^tool\.audit\.") as refused:
        accepted({"tool": {"audit": {"accepted": [entry]}}})
    assert str(refused.value) == f"{sentence}{entry}"


@Request.application
def osv(request: Request) -> Response:
    """Knows one vulnerability, in httpx; the answer's form is that of OSV's schema."""
    affected = [
        {"package": {"name": "httpx", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "99.1"}]}]}
    ]
    known = {"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2099-0001"], "summary": "Some thing bad", "affected": affected}
    asked = request.get_json(force=True)["package"]
    return Response(json.dumps({"vulns": [known]} if asked["name"] == "httpx" else {}))


@pytest.fixture
def service() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, osv, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def audited(address: str) -> tuple[int, list[str]]:
    environ = {**os.environ, "PIP_AUDIT_OSV_URL": address, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-m", "tools.audit"], cwd=Places.here().root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_the_real_pip_audit_asks_for_every_locked_package(service: str) -> None:
    code, (found, counted, advice) = audited(service)
    assert (code, advice) == (1, ADVICE)
    assert found.startswith("httpx ")
    assert found.endswith(": CVE-2099-0001, GHSA-aaaa-bbbb-cccc: fixed in 99.1")
    locked = (Places.here().root / "requirements.lock").read_text(encoding="utf-8").count("==")
    # Some are for other machines or older versions of Python.
    assert 0.9 * locked < int(counted.split()[0]) <= locked


def test_the_real_pip_audit_is_ended_when_its_time_is_up() -> None:
    # No Python starts as fast.
    assert audit(Places.here().root, seconds=0.001) == Ended(None)


def test_the_real_pip_audit_finds_nobody_and_the_audit_passes() -> None:
    code, lines = audited("http://127.0.0.1:9/v1/query")
    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith(f"{NOT_DONE}requests.exceptions.ConnectionError: ")
