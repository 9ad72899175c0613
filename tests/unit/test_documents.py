"""What the pages in docs/ show, as far as no engine is needed: links, and the roles that follow from the tables."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from emulator.tokens import PERMISSIONS

DOCS = Path(__file__).parents[2] / "docs"
PERMISSIONS_PAGE = (DOCS / "permissions.md").read_text(encoding="utf-8")
# The actions on databases that the emulator asks for; the Data API's it does not know.
DEVOPS_ACTIONS = {action for action in PERMISSIONS if action.startswith(("org-db-", "db-"))}


class Block(NamedTuple):
    """A code block of a page: its language and its text."""

    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The code blocks of a page in their order, those of its steps too, without the margin of the step."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [Block(language, dedent(inner)) for _, language, inner in found]


def stated_actions() -> dict[str, list[str]]:
    """The first table of the page on permissions: the actions by what is done."""
    table = PERMISSIONS_PAGE.partition("## Unconfirmed")[0]
    rows = re.findall(r"^\| (`(?:pulumi|vectorize) .*?) \|(.*)\|$", table, re.MULTILINE)
    return {done: re.findall(r"`([a-z-]+)`", actions) for done, actions in rows}


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_roles_of_the_page_hold_what_its_tables_say() -> None:
    roles = [json.loads(block.text) for block in blocks("permissions.md") if block.language == "json"]
    up, preview = ({*role["policy"]["actions"]} for role in roles)
    stated = stated_actions()
    unconfirmed = PERMISSIONS_PAGE.partition("- The Data API's actions")[2].partition("\n\nThe")[0]
    of_data_api = set(re.findall(r"`(db-[a-z-]+)`", unconfirmed))
    made = [actions for done, actions in stated.items() if re.match("`pulumi (preview|refresh|up` (makes|adds))", done)]
    assert up == {action for actions in made for action in actions} | of_data_api
    judged = [actions for done, actions in stated.items() if re.match("`pulumi (preview|refresh)", done)]
    assert preview & DEVOPS_ACTIONS == {action for actions in judged for action in actions}
    assert preview - DEVOPS_ACTIONS <= of_data_api
    assert {action for actions in stated.values() for action in actions} == DEVOPS_ACTIONS
