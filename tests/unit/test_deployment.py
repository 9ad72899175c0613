"""What is recorded of a deployment, and the history that a state keeps of an environment's deployments."""

import json
import shutil
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import catalog, deployment
from astra.deployment import MOST, Deployment, history, origin, packed, unpacked

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
OLDER = Deployment(A, '{"knowledge": {"docs": null}}', "2026-11-20T08:00:00Z", "c" * 40, "0.1.0", B)
NEWER = Deployment(B, '{"knowledge": {"docs": null, "more": null}}', "2026-11-22T16:22:00Z", "", "0.1.0", B, "dev")

TEXTS = st.text(max_size=8)
DEPLOYMENTS = st.builds(
    Deployment,
    st.sampled_from([A, B]),
    st.dictionaries(TEXTS, st.none() | TEXTS, max_size=3).map(json.dumps),
    *[TEXTS] * 5,
)


def test_the_state_has_a_deployment_by_names_of_its_own() -> None:
    assert NEWER.outputs() == {
        "digest": B,
        "workload": '{"knowledge": {"docs": null, "more": null}}',
        "deployedAt": "2026-11-22T16:22:00Z",
        "commit": "",
        "tool": "0.1.0",
        "schemas": B,
        "from": "dev",
    }


def test_a_workload_comes_back_with_its_keys_in_order() -> None:
    text = '{"z": {"k": {"tables": {"t": {"definition": {"primaryKey": {"partitionSort": {"z": 1, "a": -1}}}}}}}, "a": {}}'
    assert json.dumps(Deployment(A, text, "").stated) == text


@given(st.lists(DEPLOYMENTS, max_size=MOST))
def test_a_history_comes_back_as_it_was(deployments: list[Deployment]) -> None:
    assert unpacked(packed(deployments)) == tuple(deployments)


def test_of_a_history_the_twenty_newest_are_kept() -> None:
    deployments = [Deployment(A, "{}", str(day)) for day in range(21)]
    assert unpacked(packed(deployments)) == tuple(deployments[:20])


def as_kept(entries: Any) -> str:
    return b64encode(zlib.compress(json.dumps(entries).encode())).decode()


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        "",
        "no base64!",
        "ü",
        b64encode(b"not compressed").decode(),
        packed([NEWER])[:-8],
        b64encode(zlib.compress(b"{")).decode(),
        as_kept({"digest": A}),
        as_kept("text"),
        as_kept([[], "text", None, {}]),
        as_kept([{**NEWER.outputs(), "workload": "[]"}]),
        as_kept([{**NEWER.outputs(), "workload": "{"}]),
        as_kept([{**NEWER.outputs(), "commit": None}]),
        as_kept([{**NEWER.outputs(), "digest": ""}]),
        b64encode(zlib.compress(b"[" * 100_000)).decode(),
    ],
)
def test_what_is_missing_or_broken_is_no_history(broken: Any) -> None:
    assert unpacked(broken) == ()


def test_a_broken_entry_takes_no_other_with_it() -> None:
    assert unpacked(as_kept([NEWER.outputs(), {"digest": A}, OLDER.outputs()])) == (NEWER, OLDER)


def test_an_entry_of_an_earlier_version_lacks_what_that_did_not_know() -> None:
    assert unpacked(as_kept([{"digest": A, "workload": "{}", "deployedAt": "then"}])) == (Deployment(A, "{}", "then"),)


def test_what_is_deployed_comes_first_and_once() -> None:
    assert history({**NEWER.outputs(), "history": packed([NEWER, OLDER])}) == (NEWER, OLDER)


def test_what_is_deployed_is_known_although_the_history_is_broken() -> None:
    assert history({**NEWER.outputs(), "history": "broken"}) == (NEWER,)
    assert history(NEWER.outputs()) == (NEWER,)
    assert history({**NEWER.outputs(), "history": packed([OLDER])}) == (NEWER, OLDER)
    assert history({**OLDER.outputs(), "history": packed([NEWER, OLDER])}) == (OLDER, NEWER, OLDER)


@pytest.mark.parametrize("outputs", [{}, {"history": ""}, {"address": "deployment"}])
def test_where_nothing_was_deployed_there_is_none(outputs: dict[str, Any]) -> None:
    assert history(outputs) == ()


def test_an_earlier_workload_deployed_again_is_a_deployment_of_its_own() -> None:
    again = Deployment(A, OLDER.workload, "2026-11-23T00:00:00Z")
    assert history({**again.outputs(), "history": packed([again, NEWER, OLDER])}) == (again, NEWER, OLDER)


@pytest.mark.parametrize(
    ("promoted", "expected"),
    [
        (json.dumps({"from": "dev", "digest": A}), "dev"),
        # Changed by hand since.
        (json.dumps({"from": "dev", "digest": B}), ""),
        (json.dumps({"digest": A}), ""),
        ("", ""),
        ("[]", ""),
        ("{", ""),
    ],
)
def test_a_workload_was_promoted_only_if_it_is_still_the_same(promoted: str, expected: str) -> None:
    assert origin(A, promoted) == expected


def test_the_schemas_have_a_digest_that_any_of_their_values_changes_and_no_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "schemas"
    shutil.copytree(catalog.SCHEMAS, copied)
    monkeypatch.setattr(catalog, "SCHEMAS", copied)
    # Past its cache.
    digest = deployment.schemas.__wrapped__
    file = copied / "resources" / "keyspace.schema.json"
    stated = json.loads(file.read_text(encoding="utf-8"))
    before = digest()
    assert before == deployment.schemas()
    file.write_text(json.dumps(dict(reversed(stated.items())), indent=7), encoding="utf-8")
    assert digest() == before
    file.write_text(json.dumps({**stated, "title": "Another"}), encoding="utf-8")
    changed = digest()
    assert changed != before
    file.write_text(json.dumps(stated), encoding="utf-8")
    file.rename(file.with_name("renamed.schema.json"))
    assert digest() not in (before, changed)


def test_twenty_deployments_of_a_large_workload_take_little_room() -> None:
    service = {"integration": "openai", "modelName": "text-embedding-3-small"}
    large = {
        "big": {"docs": {"collections": {f"c{n}": {"vector": {"dimension": 512, "service": service}} for n in range(1_000)}}}
    }
    text = json.dumps(large)
    kept = packed([Deployment(A, text, f"2026-11-{day:02}T00:00:00Z") for day in range(1, 21)])
    assert len(kept) < len(text)
