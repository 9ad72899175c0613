"""The data model of drift: what an exit code is made of, and how equal causes of several stacks become one."""

from dataclasses import replace

import pytest

from astra.drift import Drift, Place, Property, Report, exit_code, grouped, ordered

CHANGED = Drift(
    "changed",
    "collection",
    "knowledge.docs.articles",
    "error",
    "vector.dimension is 256, applied was 512",
    restore="pulumi up --refresh --stack STACK",
    accept="write vector.dimension: 256, then run pulumi refresh --stack STACK",
    properties=(Property("vector.dimension", 512, 256),),
    place=Place("environments/dev.yaml", 7),
)
UNMANAGED = Drift("unmanaged", "table", "knowledge.docs.by_hand", "warning", "a table stands here that is declared nowhere")
UNKNOWN = Drift("unknown", "keyspace", "knowledge.docs", "error", "cannot list the collections of keyspace docs: HTTP 503.")
PENDING = Drift("pending", "keyspace", "knowledge.more", "note", "the keyspace is declared, and not made yet")


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([], 0),
        ([Report("dev")], 0),
        ([Report("dev", pending=(PENDING,))], 0),
        ([Report("dev", findings=(UNMANAGED,)), Report("prod")], 2),
        ([Report("dev", unknown=(UNKNOWN,))], 1),
        ([Report("dev", unknown=(UNKNOWN,)), Report("prod", findings=(CHANGED,))], 1),
    ],
)
def test_what_could_not_be_told_outweighs_drift_and_what_is_pending_counts_as_nothing(reports: list[Report], code: int) -> None:
    assert exit_code(reports) == code


def test_the_same_cause_in_two_stacks_is_one_with_the_place_of_the_first() -> None:
    elsewhere = replace(CHANGED, place=Place("environments/prod.yaml", 9))
    assert grouped([("prod", elsewhere), ("dev", CHANGED)]) == (replace(CHANGED, stacks=("dev", "prod")),)


def test_of_one_stack_alone_its_name_stands_in_what_is_to_be_done() -> None:
    (one,) = grouped([("dev", CHANGED)])
    assert one.restore == "pulumi up --refresh --stack dev"
    assert one.accept == "write vector.dimension: 256, then run pulumi refresh --stack dev"


def test_only_a_stack_s_name_is_put_in() -> None:
    (one,) = grouped([("dev", replace(CHANGED, accept="name knowledge.docs.FULL_STACK in drift.ignore"))])
    assert one.accept == "name knowledge.docs.FULL_STACK in drift.ignore"


@pytest.mark.parametrize(
    "other",
    [
        replace(CHANGED, properties=(Property("vector.dimension", 512, [256]),)),
        replace(CHANGED, sentence="vector.dimension is 128, applied was 512"),
        replace(CHANGED, contents=("knowledge.docs.pages",)),
        replace(CHANGED, address="knowledge.docs.pages"),
    ],
)
def test_what_differs_in_more_than_its_stack_is_another_cause(other: Drift) -> None:
    assert len(grouped([("dev", CHANGED), ("prod", other)])) == 2


def test_worst_comes_first_and_then_the_kinds_and_the_addresses() -> None:
    missing = replace(CHANGED, kind="missing", address="z")
    warning = replace(CHANGED, severity="warning", address="a")
    given = [PENDING, UNMANAGED, warning, UNKNOWN, CHANGED, replace(CHANGED, address="b"), missing]
    assert ordered(given) == (missing, replace(CHANGED, address="b"), CHANGED, UNKNOWN, warning, UNMANAGED, PENDING)
