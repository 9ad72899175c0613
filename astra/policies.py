"""Policies: what a project allows in which environment, and where an environment breaks that.

Their form stands in schemas/policies.schema.json, what each rule means in policy_rules.py.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from astra import catalog, policy_rules, validation
from astra.document import Document, NotReadable, Path, parse
from astra.errors import Problem
from astra.expression import unusable
from astra.finding import Finding, found
from astra.policy_rules import Data, one_of
from astra.validation import mapping
from astra.wording import beginning, listed, nearest, shown

# Of a reason, in a message: several policies may be broken in one place.
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of a project, as `read` found them.

    Attributes:
        there: whether the project has a file of them.
        stated: the policies in the order of the file; empty where the file has an error, which lets no environment pass.
        findings: what is wrong with the file itself, or looks as if it were.
    """

    there: bool = False
    stated: tuple[Data, ...] = ()
    findings: tuple[Finding, ...] = ()

    def broken(self, document: Document, environment: str) -> list[Finding]:
        """Where an environment file breaks them, in the order of its text.

        Args:
            document: the file, as `astra.document.parse` reads it; what has the wrong form in it is passed over.
            environment: its name, as in `problems`.
        """
        told = problems(self.stated, environment, document.data)
        return sorted(found(document.name, document.position(one.path), one) for one in told)


def read(text: Callable[[], bytes], name: str, environments: Collection[str] = ()) -> Policies:
    """The policies of a file.

    Args:
        text: reads the file; FileNotFoundError means that there are none, any other OSError that nobody knows them, which is an
            error like one in the text.
        name: what messages call the file.
        environments: names of the project's environments, to warn of a policy for one that is not there; none: no warning.
    """
    try:
        document = parse(text(), name)
    except FileNotFoundError:
        return Policies()
    except OSError as error:
        unreadable = Problem((), f"cannot be read: {error.strerror}", "syntax")
        return Policies(there=True, findings=(found(name, (1, 1), unreadable),))
    except NotReadable as error:
        return Policies(there=True, findings=(error.finding,))
    findings = tuple(document.findings(_own_problems(document.data, environments)))
    wrong = any(finding.severity == "error" for finding in findings)
    return Policies(there=True, stated=() if wrong else tuple(document.data), findings=findings)


def problems(policies: Iterable[Data], environment: str, data: Any) -> Iterator[Problem]:
    """Where an environment breaks policies: each with the name of the policy and its reason.

    What is wrong with the environment by itself, such as an unknown model, is for `astra.environment` to say.

    Args:
        policies: valid ones, as `Policies.stated`.
        environment: its name, that of its file without folder and ending; "" where it has none.
        data: of the environment file; paths begin at its keys.
    """
    for policy in policies:
        if one_of(policy.get("environments", ("*",)), environment):
            for rule, judged in policy_rules.RULES.items():
                for problem in judged(policy[rule], mapping(data)) if rule in policy else ():
                    reason = beginning(policy["reason"], LONGEST_REASON).rstrip(".")
                    sentence = f"policy {policy['name']}: {problem.sentence} ({reason})"
                    yield replace(problem, sentence=sentence, rule="policy")


def _own_problems(data: Any, environments: Collection[str]) -> Iterator[Problem]:
    if data is None:
        sentence = "the file is empty; it needs a list of policies, and [] is a list of none"
        yield Problem((), sentence, "policy")
        return
    of_the_form = validation.problems(data, "policies")
    wrong = {problem.path for problem in of_the_form}
    beyond = _beyond_the_form(data, environments) if isinstance(data, list) else ()
    yield from of_the_form
    # Of what has the wrong form, or is a pasted key, nothing else is said.
    yield from (problem for problem in beyond if problem.path not in wrong)


def _beyond_the_form(data: Iterable[Any], environments: Collection[str]) -> Iterator[Problem]:
    first: dict[Any, int] = {}
    for index, policy in enumerate(map(mapping, data)):
        name = policy.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            sentence = f"the policy [{first[name]}] has this name, too: messages could not tell the two apart"
            yield Problem((index, "name"), sentence, "policy")
        for what, expression in mapping(policy.get("names")).items():
            if isinstance(expression, str) and (sentence := unusable(expression)):
                yield Problem((index, "names", what), sentence, "policy")
        for problem in (*_in_vain(policy), *_for_nobody(policy, environments)):
            yield problem.below(index)


def _in_vain(policy: Data) -> Iterator[Problem]:
    """A warning at each provider and each model that is none."""
    providers = catalog.embedding_providers()
    models = [f"{provider.key}/{model}" for provider in providers.values() for model in provider.models]
    for rule, what, known in (("providers", "embedding provider", list(providers)), ("models", "model", models)):
        for path, pattern in _patterns(mapping(policy.get(rule)), rule):
            if not one_of([pattern], *known):
                sentence = f"no {what} is called {shown(pattern)}, so it has no effect{nearest(pattern, known)}"
                yield Problem(path, sentence, "policy", "warning")


def _for_nobody(policy: Data, environments: Collection[str]) -> Iterator[Problem]:
    """A warning at each name of an environment that there is none of; a pattern may be for those to come."""
    for path, name in _patterns({"environments": policy.get("environments")}) if environments else ():
        if name not in environments and not {*"*?"} & {*name}:
            near = nearest(name, environments) or f"; there are: {listed(environments)}"
            yield Problem(path, f"no environment is called {shown(name)}{near}", "policy", "warning")


def _patterns(stated: Data, *path: str) -> Iterator[tuple[Path, str]]:
    """Every text in the lists of a mapping, with its path."""
    for key, patterns in stated.items():
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str):
                yield (*path, key, index), pattern
