"""What stands and is declared nowhere: the outermost of it, by its address, unless a pattern says that it may."""

from typing import Any

import pytest

from astra.applied import Applied
from astra.drift import Coverage
from astra.inventory import Found
from astra.unmanaged import Names, ignored, unmanaged

ID = "0a1b"
DATABASE = Applied("urn:d", "database", "knowledge", ID)
DOCS = Applied("urn:k", "keyspace", "knowledge.docs", f"{ID}/docs", {"databaseId": ID, "name": "docs"})
CHUNKS = Applied("urn:t", "table", "knowledge.docs.chunks", "x", {"apiEndpoint": ID, "keyspace": "docs", "name": "chunks"})
MANAGED = [DATABASE, DOCS, CHUNKS]
STANDING = [Found("keyspace", ID, ("docs",)), Found("table", ID, ("docs", "chunks"))]


def told(*more: Found, declared: Any = (), patterns: Any = (), managed: Any = MANAGED) -> tuple[list[tuple[Any, ...]], Coverage]:
    names = Names(lambda stated: stated)
    names.learn(managed)
    keys = {one.key(lambda stated: stated) for one in managed}
    found, coverage = unmanaged([*STANDING, *more], keys, set(declared), names, patterns)
    return [(one.resource, one.address, one.sentence, one.contents) for one in found], coverage


BY_HAND = Found("collection", ID, ("docs", "by_hand"))
SENTENCE = "a collection stands here that is declared nowhere"


def test_what_is_managed_is_not_told() -> None:
    assert told() == ([], Coverage(2, 2, 0))


def test_what_is_not_managed_is_told_and_counts_in_the_coverage() -> None:
    assert told(BY_HAND) == ([("collection", "knowledge.docs.by_hand", SENTENCE, ())], Coverage(2, 3, 0))


def test_what_is_declared_and_not_applied_yet_is_not_told() -> None:
    assert told(BY_HAND, declared=[("collection", "knowledge.docs.by_hand")]) == ([], Coverage(2, 3, 0))
    assert told(BY_HAND, declared=[("table", "knowledge.docs.by_hand")])[0] != []


def test_of_a_keyspace_that_nothing_declares_what_it_holds_is_told_with_it() -> None:
    more = [Found("keyspace", ID, ("scratch",)), *(Found("collection", ID, ("scratch", name)) for name in ("b", "a"))]
    sentence = "a keyspace stands here that is declared nowhere; it holds 2"
    expected = ("keyspace", "knowledge.scratch", sentence, ("knowledge.scratch.a", "knowledge.scratch.b"))
    assert told(*more) == ([expected], Coverage(2, 5, 0))


def test_the_keyspace_that_stands_in_every_new_database_is_told_only_where_something_is_in_it() -> None:
    default = Found("keyspace", ID, ("default_keyspace",))
    assert told(default) == ([], Coverage(2, 2, 0))
    ((kind, address, *_),), coverage = told(default, Found("table", ID, ("default_keyspace", "t")))
    assert (kind, address, coverage) == ("keyspace", "knowledge.default_keyspace", Coverage(2, 4, 0))


def test_a_region_and_an_index() -> None:
    more = [Found("region", ID, ("eu-west-1",)), Found("index", ID, ("docs", "chunks", "by_hand"))]
    assert [one[:3] for one in told(*more)[0]] == [
        ("region", "knowledge.eu-west-1", "a region stands here that is declared nowhere"),
        ("index", "knowledge.docs.chunks.by_hand", "an index stands here that is declared nowhere"),
    ]


def test_what_a_pattern_names_is_left_out_with_what_is_in_it() -> None:
    more = [BY_HAND, Found("keyspace", ID, ("try_1",)), Found("collection", ID, ("try_1", "a"))]
    assert told(*more, patterns=["knowledge.try_*", "*.docs.by_hand"]) == ([], Coverage(2, 2, 3))


@pytest.mark.parametrize(
    ("pattern", "address", "matches"),
    [
        ("knowledge.docs.tmp_*", "knowledge.docs.tmp_1", True),
        ("knowledge.*.tmp_*", "knowledge.docs.tmp_1", True),
        ("knowledge.docs.tmp_?", "knowledge.docs.tmp_12", False),
        ("knowledge.docs", "knowledge.docs.articles", True),
        ("knowledge.docs.articles", "knowledge.docs", False),
        # A star stays within a name.
        ("knowledge.*", "other.docs.articles", False),
        ("*.articles", "knowledge.docs.articles", False),
        ("knowledge.DOCS", "knowledge.docs", False),
    ],
)
def test_patterns(pattern: str, address: str, matches: bool) -> None:
    assert ignored(address, [pattern]) is matches


def test_an_existing_database_that_is_named_by_its_address_alone_is_called_as_its_keyspaces_are() -> None:
    assert told(Found("collection", ID, ("docs", "x")), managed=[DOCS])[0][-1][1] == "knowledge.docs.x"


def test_what_a_program_named_otherwise_keeps_its_name() -> None:
    own = Applied("urn:k", "keyspace", "my-keyspace", f"{ID}/docs", {"databaseId": ID, "name": "docs"})
    assert told(BY_HAND, managed=[own])[0][-1][1] == "my-keyspace.by_hand"


def test_a_keyspace_of_which_everything_is_ignored_is_as_if_it_were_empty() -> None:
    more = [Found("keyspace", ID, ("default_keyspace",)), Found("collection", ID, ("default_keyspace", "tmp_1"))]
    assert told(*more, patterns=["knowledge.default_keyspace.tmp_*"]) == ([], Coverage(2, 2, 1))


def test_what_others_manage_is_asked_for_only_where_something_seems_to_be_nobody_s() -> None:
    names = Names(lambda stated: stated)
    names.learn(MANAGED)
    keys = {one.key(lambda stated: stated) for one in MANAGED}

    def never() -> set[Any]:
        raise AssertionError

    assert unmanaged(STANDING, keys, set(), names, (), never) == ([], Coverage(2, 2, 0))
    assert unmanaged([*STANDING, BY_HAND], keys, set(), names, (), lambda: {BY_HAND.key}) == ([], Coverage(3, 3, 0))


def test_patterns_are_spoken_of_only_where_a_file_can_hold_them() -> None:
    names = Names(lambda stated: stated)
    (found,), _ = unmanaged([BY_HAND], set(), set(), names, None)
    assert found.accept == "declare it: an update takes over what stands with the same definition"
