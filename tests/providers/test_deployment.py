"""What the state keeps of a deployment: written by what makes and alters, read back as it was, another digest alone counts."""

import json
import re
import subprocess
import zlib
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from astra import deployment
from providers.deployment import DeploymentProvider

FIRST, SECOND = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
COMMIT = "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f"
OWN = '{"knowledge": {"docs": {"collections": {"own": {"vector": {"dimension": 8}}, "another": null}}}}'
FROM_DEV = json.dumps({"from": "dev", "digest": SECOND})


def stated(digest: str, workload: str = OWN, promoted: str = "") -> dict[str, Any]:
    return {"address": "deployment", "digest": digest, "workload": workload, "promoted": promoted}


@pytest.fixture
def provider(provide: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """In a folder without git, on a CI system that says which commit it runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("GITHUB_SHA", COMMIT)
    return provide(DeploymentProvider)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_first_deployment_is_recorded(provider: Any) -> None:
    before = now()
    made = provider.create(stated(FIRST))
    known = made.outs
    assert made.id == "deployment"
    assert before <= known["deployedAt"] <= now()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", known["schemas"])
    assert {key: known[key] for key in ("digest", "workload", "promoted", "commit", "tool", "from")} == {
        "digest": FIRST,
        "workload": OWN,
        "promoted": "",
        "commit": COMMIT,
        "tool": metadata.version("astra-vectorize"),
        "from": "",
    }
    (entry,) = json.loads(zlib.decompress(b64decode(known["history"])))
    assert entry == {key: known[key] for key in ("digest", "workload", "deployedAt", "commit", "tool", "schemas", "from")}


def test_the_next_one_comes_before_it(provider: Any) -> None:
    known = provider.create(stated(FIRST)).outs
    after = provider.update("deployment", known, stated(SECOND, "{}", FROM_DEV)).outs
    newer, older = deployment.history(after)
    assert (newer.digest, newer.workload, newer.origin) == (SECOND, "{}", "dev")
    assert (older.digest, older.workload, older.origin) == (FIRST, OWN, "")
    assert after.keys() == known.keys()


def test_a_workload_that_was_changed_after_its_promotion_was_not_promoted(provider: Any) -> None:
    known = provider.create(stated(FIRST, promoted=FROM_DEV)).outs
    assert (known["from"], known["promoted"]) == ("", FROM_DEV)


def test_a_broken_history_begins_anew_with_what_is_deployed(provider: Any) -> None:
    known = provider.create(stated(FIRST)).outs
    after = provider.update("deployment", {**known, "history": "broken"}, stated(SECOND)).outs
    assert [one.digest for one in deployment.history(after)] == [SECOND, FIRST]


@pytest.mark.parametrize(
    ("news", "changes"),
    [
        (stated(FIRST), False),
        (stated(FIRST, '{"knowledge": {"docs": null}}'), False),
        (stated(FIRST, promoted=FROM_DEV), False),
        (stated(SECOND), True),
    ],
)
def test_another_digest_alone_is_another_deployment(provider: Any, news: dict[str, Any], changes: bool) -> None:
    known = provider.create(stated(FIRST)).outs
    found = provider.diff("deployment", known, news)
    assert (found.changes, found.replaces) == (changes, [])


def test_what_is_read_is_what_was_recorded(provider: Any) -> None:
    known = provider.create(stated(FIRST)).outs
    read = provider.read("deployment", {**known, "commit": "kept"})
    assert read.id == "deployment"
    assert read.outs == {**known, "commit": "kept"}
    assert read.inputs == stated(FIRST)


def test_it_is_forgotten_without_a_word(provider: Any) -> None:
    provider.delete("deployment", provider.create(stated(FIRST)).outs)


@pytest.mark.parametrize("digest", ["", "sha256:", FIRST.upper(), FIRST[:-1]])
def test_what_is_no_digest_is_refused(provider: Any, digest: str) -> None:
    (failure,) = provider.check({}, stated(digest)).failures
    assert failure.reason.startswith("deployment: digest: ")


def test_the_commit_is_that_of_the_folder(provider: Any, tmp_path: Path, committed: Callable[[], str]) -> None:
    identity = committed()
    assert provider.create(stated(FIRST)).outs["commit"] == identity
    (tmp_path / "environments" / "dev.yaml").write_text("changed", encoding="utf-8")
    assert provider.create(stated(FIRST)).outs["commit"] == f"{identity}-dirty"


@pytest.fixture
def committed(tmp_path: Path) -> Callable[[], str]:
    """Makes the folder a repository with everything in it committed; returns the commit."""

    def made() -> str:
        (tmp_path / "environments").mkdir()
        (tmp_path / "environments" / "dev.yaml").write_text("target: {kind: astra}", encoding="utf-8")
        person = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
        for call in (["init", "--quiet"], ["add", "environments"], [*person, "commit", "--quiet", "--message", "All"]):
            subprocess.run(["git", *call], cwd=tmp_path, check=True)
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return made
