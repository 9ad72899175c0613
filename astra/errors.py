"""Everything that can go wrong, named by what the caller can do about it.

    AstraError              the base; str() is a sentence for a person and never holds a secret
    ├── Invalid             the definition itself is wrong: correct it
    ├── Unauthorized        no token, a wrong one, or one without the permission: get another
    ├── NotFound            the service itself said that the thing does not exist
    ├── Conflict            something else of that name is there, or is being changed: decide or wait
    ├── Refused             the service understood and said no: read its reason
    ├── DataLoss            documents would be lost and nobody allowed it: allow it by name, or do not
    └── Unavailable         nothing is known of the thing itself: try again later
        ├── Unreachable     no answer at all
        ├── Unreadable      an answer that makes no sense
        ├── Limited         too many requests: this one was not carried out
        └── TimedOut        the service is still at it

Only NotFound is an absence. Every other error leaves open whether the thing exists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from astra.wording import named


class AstraError(Exception):
    """An error that a user may see: operation, thing, what the service said, what to do next.

    Attributes:
        code: the service's own error code, or "" where it gave none.
        said: the sentence without the advice, for whoever has better one.
    """

    def __init__(self, sentence: str, *, code: str = "", advice: str = "") -> None:
        super().__init__(f"{sentence} {advice}" if advice else sentence)
        self.code = code
        self.said = sentence

    def hide(self, secrets: Iterable[str]) -> None:
        """Takes these texts out of all that it says: a service may repeat what it was sent."""
        for secret in filter(None, secrets):
            self.said = self.said.replace(secret, "(hidden)")
            self.code = self.code.replace(secret, "(hidden)")
            self.args = tuple(str(argument).replace(secret, "(hidden)") for argument in self.args)


class Invalid(AstraError):
    """The definition is wrong whatever the service's state."""


class Unauthorized(AstraError):
    """The token is missing, unknown, or lacks the permission."""


class NotFound(AstraError):
    """The service proved that the thing does not exist."""


class Conflict(AstraError):
    """The thing's state, or another thing of that name, stands in the way."""


class Refused(AstraError):
    """The service understood the request and said no."""


class DataLoss(AstraError):
    """Documents would be lost, and their loss was not allowed."""


class Unavailable(AstraError):
    """Nothing was learned of the thing itself. `retry_after` is in seconds, None where the service named none."""

    def __init__(self, sentence: str, *, code: str = "", advice: str = "", retry_after: float | None = None) -> None:
        super().__init__(sentence, code=code, advice=advice)
        self.retry_after = retry_after


class Unreachable(Unavailable):
    """No answer arrived."""


class Unreadable(Unavailable):
    """An answer arrived that is not what the API promises."""


class Limited(Unavailable):
    """Too many requests in too short a time: the service turned this one away and did nothing."""


class TimedOut(Unavailable):
    """The service did not finish within the time allowed."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake in a definition.

    Attributes:
        path: keys and indexes from the root of the definition to the mistake.
        sentence: what is wrong and what is allowed; never holds a secret.
        rule: id of the broken rule, a key of schemas/rules.json.
        severity: error, or warning for what may be meant.
        key: name of the key that is missing below the path, or unknown at its end; "" where the mistake is another.
    """

    path: tuple[str | int, ...] = field(compare=False)
    sentence: str
    rule: str = "shape"
    severity: str = "error"
    key: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.sentence}" if self.path else self.sentence

    def below(self, *path: str | int) -> "Problem":
        """The same problem with its path continued upwards."""
        return replace(self, path=(*path, *self.path))


def dotted(path: tuple[str | int, ...]) -> str:
    """A path as people write it: `workload.knowledge.default_keyspace`, `items[2].name`; without secrets."""
    text = ""
    for step in path:
        name = f"[{step}]" if isinstance(step, int) else named(step)
        text += name if isinstance(step, int) or not text else f".{name}"
    return text
