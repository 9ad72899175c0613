"""What a promotion is made of: time, verdicts and what they come to; and the gates that are pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import catalog, drift, promotion
from astra.applied import Applied
from astra.deployment import Deployment
from astra.drift import Drift
from astra.errors import Invalid
from astra.promotion import Gate, Report, exit_code, moment, passed, ran, short, spoken, stopped
from astra.promotion_changes import Category, Kind, WorkloadChange, changes
from astra.taken_over import Intended
from commands import engine
from commands.engine import EngineError
from commands.environment_file import EnvironmentFile
from commands.promotion import drifting, permissions, source
from commands.promotion.applied_workload import EMPTY, applied
from commands.promotion.side import Side

OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")
NOW = datetime(2026, 1, 10, tzinfo=UTC)


def deployment(digest: str, day: int, workload: str = "{}") -> Deployment:
    return Deployment(digest, workload, f"2026-01-{day:02}T00:00:00Z")


HISTORY = (deployment(OLD, 9), deployment(NEW, 5), deployment(OLD, 2))


@pytest.mark.parametrize(
    ("history", "digest", "days"),
    [
        (HISTORY[:1], OLD, 1),
        (HISTORY, NEW, 4),
        # The longest time without a break, not all of them together.
        (HISTORY, OLD, 3),
        (HISTORY[:2], "sha256:c", None),
        ((), OLD, None),
    ],
)
def test_how_long_a_workload_ran(history: tuple[Deployment, ...], digest: str, days: int | None) -> None:
    assert ran(history, digest, NOW) == (None if days is None else timedelta(days=days))


def test_a_failed_update_breaks_the_time_until_another_one_succeeded() -> None:
    history = (Deployment("a", "{}", "2026-01-01T00:00:00Z"),)
    day = timedelta(days=1)
    failed = NOW - 3 * day
    assert ran(history, "a", NOW, [(failed, failed + day)]) == 6 * day
    assert ran(history, "a", NOW, [(NOW - 400 * day, failed)]) == 3 * day
    assert ran(history, "a", NOW, [(NOW - 400 * day, datetime.max.replace(tzinfo=UTC))]) == timedelta(0)
    assert ran((Deployment("a", "{}", "never"),), "a", NOW) == timedelta(0)


def test_a_time_that_nobody_can_read_is_the_earliest() -> None:
    assert (moment("2026-01-02T03:04:05Z"), moment("yesterday").year) == (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), 1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (-3, "0 s"), (45, "45 s"), (60, "1 min"), (3_725, "1 h 2 min"), (86_400, "1 d"), (90_061, "1 d 1 h")],
)
def test_a_time_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == said


VERDICTS = st.lists(st.sampled_from(get_args(promotion.Verdict)))


@given(VERDICTS)
def test_what_could_not_be_told_outweighs_a_refusal_and_nothing_else_stops(verdicts: list[Any]) -> None:
    end = stopped([Gate("promotion/drift", verdict, "so it is") for verdict in verdicts])
    assert end == ("failed" if "unknown" in verdicts else "refused" if "refused" in verdicts else None)
    code = exit_code(Report("staging", "environments/staging.yaml", end or "applied"))
    assert code == {"failed": 1, "refused": 2, None: 0}[end]


def test_a_gate_without_a_word_but_notes_has_passed() -> None:
    note = Gate("promotion/taken", "note", "taken over")
    assert [one.verdict for one in passed("promotion/taken", "free", [note])] == ["note", "passed"]
    assert passed("promotion/taken", "free", [refused := replace(note, verdict="refused")]) == [refused]


def side(name: str = "dev", *history: Deployment, **further: Any) -> Side:
    file = further.pop("file", EnvironmentFile(f"environments/{name}.yaml"))
    return Side(name, file, name, history=history, **further)


@pytest.mark.parametrize(
    ("history", "digest", "soak", "verdict", "sentence", "advice"),
    [
        (HISTORY, OLD, 0, "passed", "dev ran sha256:aaaaaaaaaaaa for 3 d; prod demands no time", ""),
        (HISTORY, OLD, 3 * 86_400, "passed", "dev ran sha256:aaaaaaaaaaaa for 3 d; prod demands 3 d", ""),
        (
            HISTORY[:1],
            OLD,
            3 * 86_400,
            "refused",
            "dev ran sha256:aaaaaaaaaaaa for 1 d, and prod demands 3 d",
            "Run it again at 2026-01-12T00:00:00Z or later.",
        ),
        (
            HISTORY,
            NEW,
            5 * 86_400,
            "refused",
            "dev ran sha256:bbbbbbbbbbbb for 4 d, and prod demands 5 d",
            "It does not run in dev any more: deploy it there again, or promote another one.",
        ),
    ],
)
def test_a_workload_has_to_run_for_as_long_as_the_next_environment_demands(
    history: tuple[Deployment, ...], digest: str, soak: int, verdict: str, sentence: str, advice: str
) -> None:
    gate = source.soaked(side("dev", *history), digest, soak, "prod", NOW)
    assert (gate.rule, gate.verdict, gate.sentence, gate.advice) == ("promotion/soak", verdict, sentence, advice)


@pytest.mark.parametrize("beginning", ["", "a", "sha256:aaaa", OLD, OLD.upper().replace("SHA", "sha")])
def test_a_digest_is_named_by_a_beginning_of_its_own(beginning: str) -> None:
    assert source.chosen(side("dev", *HISTORY), beginning) == HISTORY[0]


def test_a_digest_that_is_nobody_s_or_several_is_refused_with_those_that_there_are() -> None:
    many = side("dev", deployment(OLD, 9), deployment("sha256:ab", 5))
    known = "there are: sha256:aaaaaaaaaaaa, sha256:ab"
    with pytest.raises(EngineError, match=f"^no digest of what dev has deployed begins like that; {known}$"):
        source.chosen(many, "c")
    with pytest.raises(EngineError, match=f"^several digests of what dev has deployed begin like that; {known}$"):
        source.chosen(many, "a")


@pytest.mark.parametrize(
    ("update", "interrupted", "told"),
    [
        ("succeeded", (), [("passed", "the update of dev that deployed sha256:aaaaaaaaaaaa succeeded")]),
        ("failed", (), [("refused", "the last update of dev: failed")]),
        ("succeeded", ("urn::a::k.docs.a",), [("refused", "an update of dev was cut off in the middle of: k.docs.a")]),
    ],
)
def test_an_update_that_failed_or_was_cut_off_proves_nothing(
    update: str, interrupted: tuple[str, ...], told: list[tuple[str, str]]
) -> None:
    dev = side("dev", HISTORY[0], update=update, export=engine.Export("", "", (), interrupted))
    assert [(one.verdict, one.sentence) for one in source.failed(dev, OLD)] == told


@pytest.mark.parametrize(
    ("dev", "sentence"),
    [
        (
            side(file=EnvironmentFile("environments/dev.yaml", missing=True)),
            "the stack dev is declared by a program of its own: there is no environments/dev.yaml whose workload could go on",
        ),
        (
            replace(side(file=EnvironmentFile("environments/dev.yaml", missing=True)), stack=""),
            "there is no environments/dev.yaml",
        ),
        (side(file=EnvironmentFile("environments/dev.yaml", problem="it has 1 problem")), "it has 1 problem"),
        (side(), "nothing is deployed in dev, as far as its state knows"),
    ],
)
def test_what_nobody_deployed_from_a_file_is_refused_with_what_to_do(dev: Side, sentence: str) -> None:
    (gate,) = source.gates(dev, dev.deployed)
    assert (gate.rule, gate.verdict, gate.sentence, bool(gate.advice)) == ("promotion/source", "refused", sentence, True)


def change(kind: Kind, address: str, category: Category) -> WorkloadChange:
    return WorkloadChange(kind, address, category, "it changes")


CHANGES = [
    change("AddCollection", "k.docs.new", "additive"),
    change("DropCollection", "k.docs.full", "destroy"),
    change("ReplaceCollection", "k.docs.articles", "re-embed"),
    change("DropColumn", "k.docs.rows.body", "destroy"),
    change("DropTable", "k.docs.empty", "metadata"),
]


def judged(allowed: set[str], protected: set[str], *, resumed: bool = False) -> list[tuple[str, str, str]]:
    found = permissions.gates(CHANGES, CHANGES, allowed, protected, resumed=resumed)
    return [(one.verdict, one.rule, one.address) for one in found]


def test_every_loss_has_to_be_allowed_by_name_and_so_has_what_is_protected() -> None:
    assert judged({"k.docs.full"}, {"k.docs.empty", "k.docs.new"}) == [
        ("passed", "promotion/destroy", "k.docs.full"),
        ("refused", "promotion/re-embed", "k.docs.articles"),
        ("refused", "promotion/destroy", "k.docs.rows.body"),
        ("refused", "promotion/protected", "k.docs.empty"),
    ]
    # Of a column its table is named, and what is empty and not protected needs no permission.
    verdicts = {verdict for verdict, _, _ in judged({"k.docs.full", "k.docs.articles", "k.docs.rows"}, set())}
    assert verdicts == {"passed"}


def test_a_permission_that_nothing_needs_is_an_error_unless_it_may_have_been_used_already() -> None:
    with pytest.raises(Invalid, match=r'^--allow k.docs.ful: nothing in this promotion needs it; did you mean "k.docs.full"\?$'):
        judged({"k.docs.ful"}, set())
    with pytest.raises(
        Invalid, match=r"^--allow x: nothing in this promotion needs it; what needs it: k.docs.full, k.docs.artic"
    ):
        judged({"x"}, set())
    assert judged({"x", "k.docs.full"}, set(), resumed=True)[0] == ("passed", "promotion/destroy", "k.docs.full")


def test_only_what_goes_and_is_allowed_loses_its_protection() -> None:
    protected = {"k.docs.full": "urn:full", "k.docs.empty": "urn:empty", "k.docs.rows": "urn:rows"}
    assert permissions.unprotected(CHANGES, {"k.docs.full", "k.docs.rows"}, protected) == ["urn:full"]


def found(kind: drift.Kind, address: str, *contents: str, resource: drift.Resource = "collection") -> Drift:
    return Drift(kind, resource, address, "warning", "so it stands", contents=contents)


def told(gates: list[Gate]) -> list[tuple[str, str, str]]:
    return [(one.verdict, one.rule, one.address) for one in gates]


DRIFTS = "promotion/drift"


def test_drift_of_the_source_refuses_and_a_model_that_ages_warns() -> None:
    report = drift.Report("dev", findings=(found("changed", "k.docs.a"), found("catalogue", "k.docs.b")))
    assert told(drifting.of_source("dev", report, edited=False)) == [
        ("refused", DRIFTS, "k.docs.a"),
        ("warning", DRIFTS, "k.docs.b"),
    ]
    assert told(drifting.of_source("dev", drift.Report("dev"), edited=False)) == [("passed", DRIFTS, "")]
    unread = drift.Report("dev", unknown=(found("unknown", "k"),))
    assert told(drifting.of_source("dev", unread, edited=False)) == [("unknown", "promotion/unknown", "k")]


def test_what_is_not_applied_of_a_workload_that_is_deployed_was_cut_off() -> None:
    report = drift.Report("dev", pending=(found("pending", "k.docs.a"), found("pending", "k", resource="database")))
    unfinished = ("refused", "promotion/failed-update", "k.docs.a")
    assert unfinished in told(drifting.of_source("dev", report, edited=False))
    assert unfinished not in told(drifting.of_source("dev", report, edited=True))


def test_of_what_stands_unmanaged_in_the_target_only_that_refuses_which_stays_undeclared() -> None:
    workload = {
        "k": {"docs": {"collections": {"a": {}}, "tables": {"t": {"indexes": {"i": {}}}}}, "more": {"collections": {"b": {}}}}
    }
    report = drift.Report(
        "staging",
        findings=(
            found("unmanaged", "k.docs.a"),
            found("unmanaged", "k.docs.t.i", resource="index"),
            found("unmanaged", "k.docs.strange"),
            found("unmanaged", "k.more", "k.more.b", "k.more.strange", resource="keyspace"),
        ),
    )
    refused = [("refused", DRIFTS, "k.docs.strange"), ("refused", DRIFTS, "k.more.strange")]
    assert told(drifting.of_target("staging", report, (), workload)) == refused


def test_what_half_a_replacement_left_is_made_by_this_update() -> None:
    report = drift.Report("staging", findings=(found("missing", "k.docs.a"), found("missing", "k.docs.b")))
    gates = drifting.of_target("staging", report, {"k.docs.a"}, {})
    assert told(gates) == [("note", DRIFTS, "k.docs.a"), ("refused", DRIFTS, "k.docs.b")]


def resource(kind: drift.Resource, address: str, torn: bool = False, **inputs: Any) -> Applied:
    return Applied(f"urn::{address}", kind, address, address, inputs=inputs, torn=torn)


VECTOR = {"dimension": 8}
TABLE = {"columns": {"id": "text", "made": {"type": "vector", "dimension": 8}}, "primaryKey": "id"}
INDEXES = {"r": {"column": "id", "indexType": "regular"}, "v": {"column": "made", "metric": "cosine", "indexType": "vector"}}
INTENDED = Intended(
    "2026-01-02T00:00:00Z",
    {"k": {"name": "k", "cloudProvider": "AWS", "region": "us-east-2"}},
    {
        "k": {
            "docs": {
                "collections": {"a": {"vector": VECTOR}, "b": {}},
                "tables": {"t": {"definition": TABLE, "indexes": INDEXES}},
            }
        }
    },
)
STATE = [
    resource("index", "k.docs.t.v", table="t", name="v", column="made", metric="cosine"),
    resource("index", "k.docs.t.r", table="t", name="r", column="id", indexType="regular"),
    resource("keyspace", "k.docs", name="docs"),
    resource("collection", "k.docs.a", keyspace="docs", name="a", vector=VECTOR),
    resource("collection", "k.docs.b", keyspace="docs", name="b"),
    resource("table", "k.docs.t", keyspace="docs", name="t", definition=TABLE),
    resource("database", "k", name="k", cloudProvider="AWS", region="us-east-2"),
]


def test_what_an_update_set_out_to_do_and_did_is_what_is_applied() -> None:
    declared = {"databases": INTENDED.databases, "workload": INTENDED.workload}
    assert changes(applied(INTENDED, STATE), declared) == []
    assert applied(None, []) == EMPTY


def test_of_an_update_that_was_cut_off_only_that_is_applied_which_was_done() -> None:
    without = [one for one in STATE if one.address not in ("k.docs.a", "k.docs.b", "k.docs.t.r")]
    half = [
        *without,
        # Replaced in another way than it was meant, by an update before; and deleted for a replacement that was not made.
        resource("collection", "k.docs.a", keyspace="docs", name="a", vector={"dimension": 4}),
        resource("collection", "k.docs.b", torn=True, keyspace="docs", name="b"),
        resource("collection", "k.docs.left", keyspace="docs", name="left"),
    ]
    declared = {"databases": INTENDED.databases, "workload": INTENDED.workload}
    assert [(one.kind, one.address) for one in changes(applied(INTENDED, half), declared)] == [
        ("ReplaceCollection", "k.docs.a"),
        ("AddCollection", "k.docs.b"),
        ("DropCollection", "k.docs.left"),
        ("AddIndex", "k.docs.t.r"),
    ]


def test_every_gate_is_described() -> None:
    named = {f"promotion/{name}" for name in ("source", "drift", "soak", "taken", "proven", "unknown", "protected")}
    assert {*named, "policy"} <= catalog.schema("promotion-rules")["$defs"].keys()


def test_a_digest_is_shown_by_its_beginning() -> None:
    assert short(OLD) == "sha256:aaaaaaaaaaaa"
