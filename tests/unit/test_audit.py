"""What the audit of the locked packages says, by how pip-audit ended. Its texts here are those of version 2.10."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

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
CONTROL = {"name": "django", "version": "2.2", "vulns": [{**ADVISORY, "id": "CVE-2019-12308", "aliases": []}]}
ADVICE = "Renew the lock with `make lock`, or accept an advisory for a time in tool.audit of pyproject.toml."
FOUND = "httpx 0.28.1: CVE-2099-0001, GHSA-aaaa-bbbb-cccc: fixed in 99.1"


def result(*advisories: dict[str, Any], control: dict[str, Any] = CONTROL, skipped: dict[str, str] | None = None) -> Ended:
    httpx = {"name": "httpx", "version": "0.28.1", "vulns": list(advisories)}
    packages = [control, SOUND, httpx, *([skipped] if skipped else [])]
    return Ended(1, json.dumps({"dependencies": packages, "fixes": []}), WARNING)


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


def test_a_package_that_pip_audit_leaves_out_is_named() -> None:
    judged = verdict(result(skipped={"name": "werkzeug", "skip_reason": "Dependency not found"}), {}, TODAY)
    assert (judged.passed, judged.lines) == (True, ("not done for werkzeug: Dependency not found", "2 packages were audited"))


NO_RESULT = "not done: pip-audit ended without a result (exit code 1): "
NOBODY_KNOWS = (
    "not done: whoever answered knows nothing of django 2.2, which osv.dev does: a proxy may have answered in its place"
)
REFUSED = "requests.exceptions.ConnectionError: HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded"
FORBIDDEN = "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.osv.dev/v1/query"
NO_JSON = "requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
NO_BUNDLE = "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/missing.pem"
OTHER_FORM = "AttributeError: 'str' object has no attribute 'get'"
TRACEBACK = "Traceback (most recent call last):\n"
AGAIN = f"\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}"
BLOCKED = "ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service"


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (Ended(1, "", f"{WARNING}{TRACEBACK}{REFUSED}\n"), NO_RESULT + REFUSED),
        (Ended(1, "", f"{WARNING}{FORBIDDEN}{AGAIN}pip_audit._service.interface.ServiceError\n"), NO_RESULT + FORBIDDEN),
        (Ended(1, "", f"{WARNING}json.decoder.JSONDecodeError: Expecting value{AGAIN}{NO_JSON}\n"), NO_RESULT + NO_JSON),
        (Ended(1, "", f"{BLOCKED}\n"), NO_RESULT + BLOCKED),
        (Ended(1, "", f"{WARNING}{TRACEBACK}{NO_BUNDLE}\n"), NO_RESULT + NO_BUNDLE),
        (Ended(1, "", f"{WARNING}{TRACEBACK}{OTHER_FORM}\n"), NO_RESULT + OTHER_FORM),
        (Ended(1, "", "python: No module named pip_audit\n"), f"{NO_RESULT}python: No module named pip_audit"),
        (Ended(1, "{}", ""), f"{NO_RESULT}it said nothing"),
        (result(control={**CONTROL, "vulns": []}), NOBODY_KNOWS),
        (Ended(None), "not done: pip-audit had no result within 90 seconds"),
    ],
    ids=[
        *("no connection", "refused by a proxy", "another page", "blocked", "no such bundle", "another form"),
        *("not installed", "silent", "nothing known of anything", "too slow"),
    ],
)
def test_an_audit_that_could_not_be_done_is_one_line_and_passes(ended: Ended, said: str) -> None:
    judged = verdict(ended, {}, TODAY)
    assert (judged.passed, judged.lines) == (True, (said,))


def test_what_is_known_of_a_locked_package_fails_whatever_became_of_the_control() -> None:
    judged = verdict(result(ADVISORY, control={**CONTROL, "vulns": []}), {}, TODAY)
    assert (judged.passed, judged.lines) == (False, (FOUND, "2 packages were audited", ADVICE))


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


def known(name: str) -> dict[str, Any]:
    """The answer that knows one vulnerability, in the form of OSV's schema."""
    affected = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "99.1"}]}]}
    ]
    return {"vulns": [{"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2099-0001"], "summary": "Bad", "affected": affected}]}


@Request.application
def osv(request: Request) -> Response:
    """At /v1/query it knows a vulnerability of the control and of httpx; elsewhere it is a proxy that answers with the query."""
    asked = request.get_json(force=True)["package"]["name"]
    if request.path != "/v1/query":
        return Response(unquote(request.query_string.decode()))
    return Response(json.dumps(known(asked) if asked in ("django", "httpx") else {}))


@pytest.fixture
def service() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, osv, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def audited(address: str, **variables: str) -> tuple[int, list[str]]:
    environ = {**os.environ, "PIP_AUDIT_OSV_URL": address, "NO_PROXY": "127.0.0.1", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "tools.audit"], cwd=Places.here().root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_the_real_pip_audit_asks_for_every_locked_package(service: str) -> None:
    code, (found, counted, advice) = audited(f"{service}/v1/query")
    assert (code, advice) == (1, ADVICE)
    assert found.startswith("httpx ")
    assert found.endswith(": CVE-2099-0001, GHSA-aaaa-bbbb-cccc: fixed in 99.1")
    locked = (Places.here().root / "requirements-dev.lock").read_text(encoding="utf-8").count("==")
    # Some are for other machines or older versions of Python.
    assert 0.9 * locked < int(counted.split()[0]) <= locked


def test_the_real_pip_audit_is_ended_when_its_time_is_up() -> None:
    # No Python starts as fast.
    assert audit(Places.here().root, seconds=0.001) == Ended(None)


def test_the_real_pip_audit_finds_nobody_and_the_audit_passes() -> None:
    code, lines = audited("http://127.0.0.1:9/v1/query")
    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith(f"{NO_RESULT}requests.exceptions.ConnectionError: ")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        *((answer, NOBODY_KNOWS) for answer in ("{}", "[]", "null")),
        ('{"vulns":"x"}', NO_RESULT + OTHER_FORM),
        ("<html>", NO_RESULT + NO_JSON),
    ],
)
def test_the_real_pip_audit_is_answered_by_a_proxy_and_the_audit_passes(service: str, answer: str, said: str) -> None:
    code, lines = audited(f"{service}/?{answer}")
    assert (code, lines) == (0, [said])


def test_the_real_pip_audit_is_told_of_no_authorities_and_the_audit_passes() -> None:
    code, lines = audited("https://127.0.0.1:9/v1/query", REQUESTS_CA_BUNDLE="/etc/missing.pem")
    assert (code, lines) == (0, [NO_RESULT + NO_BUNDLE])
