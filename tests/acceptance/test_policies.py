"""Policies, enforced by the real engine: what breaks one is refused before anything is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

POLICIES = """\
- name: own-keys
  reason: Every team has its account.
  environments: [test]
  providers: {deny: [openai]}
- name: protected
  reason: Applications live on it.
  environments: [prod]
  protect: true
"""


def write(project: Project, policies: str) -> None:
    (project.folder / "policies.yaml").write_text(policies, encoding="utf-8")


def test_what_breaks_a_policy_is_refused_and_nothing_is_touched(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    write(project, POLICIES)
    for run in (project.preview(), project.up()):
        assert run.code == 1
        assert (
            'environments/test.yaml:9:3: integrations.openai: policy own-keys: the embedding provider "openai" is not allowed; '
            "denied: openai (Every team has its account)"
        ) in run.output
        assert "1 problem in the environment test; nothing was touched." in run.output
        assert "policy protected" not in run.output
        assert "Traceback" not in run.output
    assert project.world.databases() == []


def test_a_stack_is_judged_as_the_environment_that_it_uses(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared, stack="prod")
    project.pulumi("config", "set", "vectorize:environment", "prod").ok()
    write(project, POLICIES)
    run = project.preview()
    assert run.code == 1
    assert "target.kind: policy protected: must be protected, and the emulator holds nothing worth protecting" in run.output
    assert "policy own-keys" not in run.output


def test_policies_that_cannot_be_understood_let_nothing_pass(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    write(project, POLICIES.replace("deny:", "denied:"))
    run = project.preview()
    assert run.code == 1
    assert "policies.yaml:4:15: [0].providers.denied: unknown key; allowed: allow, deny" in run.output
    assert "nothing was touched." in run.output


def test_what_keeps_the_policies_comes_up_with_their_doubts_as_warnings(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    write(project, POLICIES.replace("[openai]", "[opneai]"))
    run = project.preview().ok()
    assert 'warning: policies.yaml:4:22: [0].providers.deny[0]: no embedding provider is called "opneai"' in run.output
    assert "to create" in run.output
