"""Where in an environment's file an address stands, and which frame of a program made a resource."""

from typing import Any

import pytest

from astra import document
from astra.addresses import path_of
from astra.drift import Place
from commands.standing import frames

TEXT = """\
target: {kind: emulator}
databases:
  knowledge:
    region: us-east-2
    additionalRegions:
      - us-west-2
integrations:
  openai: {authentication: HEADER}
workload:
  knowledge:
    docs:
      collections:
        articles:
          vector: {dimension: 8}
      tables:
        chunks:
          indexes:
            by_note: {column: note}
"""
PARSED = document.parse(TEXT.encode(), "x.yaml")


@pytest.mark.parametrize(
    ("kind", "address", "line"),
    [
        ("stack", "", 1),
        ("database", "knowledge", 3),
        ("region", "knowledge.us-west-2", 6),
        ("region", "knowledge.eu-west-1", 5),
        ("integration", "knowledge.openai", 8),
        ("integration", "knowledge.nvidia", 3),
        ("keyspace", "knowledge.docs", 11),
        ("keyspace", "knowledge.by_hand", 10),
        ("collection", "knowledge.docs.articles", 13),
        ("collection", "knowledge.docs.by_hand", 12),
        ("collection", "knowledge.by_hand.articles", 10),
        ("table", "knowledge.docs.chunks", 16),
        ("table", "knowledge.docs.by_hand", 15),
        ("index", "knowledge.docs.chunks.by_note", 18),
        ("index", "knowledge.docs.chunks.by_hand", 17),
        ("database", "unheard", 2),
    ],
)
def test_an_address_stands_in_a_line_or_in_that_of_what_it_would_stand_in(kind: Any, address: str, line: int) -> None:
    assert PARSED.position(path_of(PARSED.data, kind, address))[0] == line


def kept(*positions: str) -> list[dict[str, Any]]:
    return [{"urn": "urn:a", "stackTrace": [{"sourcePosition": one} if one else {} for one in positions]}]


@pytest.mark.parametrize(
    ("positions", "place"),
    [
        (
            ["project:///providers/dynamic.py#239", "project:///providers/collection.py#139", "project:///infra/vectors.py#12"],
            Place("infra/vectors.py", 12, 1),
        ),
        (["project:///__main__.py#7,3", "project:///other.py#9"], Place("__main__.py", 7, 3)),
        (["", "project:///.vectorize/venv/lib/python3.11/site-packages/x.py#1", "project:///a.py#4"], Place("a.py", 4, 1)),
        (["project:///../../lib/python3.11/site-packages/providers/table.py#156", "project:///../lib.py#2"], None),
        ([], None),
    ],
)
def test_the_first_frame_of_the_project_s_own_made_a_resource(positions: list[str], place: Place | None) -> None:
    assert frames(kept(*positions)) == ({"urn:a": place} if place else {})
