"""What a check of a file found, at its place: what every report is made of."""

from dataclasses import dataclass

from astra.errors import Problem, dotted


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One problem with the place in the file where it stands.

    Attributes:
        file: what messages call the file.
        line: from 1.
        column: from 1.
        path: dotted path in the file; "" for the file as a whole.
        sentence: what is wrong and what is allowed; never holds a secret.
        rule: id of the broken rule, a key of schemas/rules.json or schemas/drift-rules.json.
        severity: error or warning; note, too, where it is drift's.
    """

    file: str
    line: int
    column: int
    path: str
    sentence: str
    rule: str
    severity: str

    def __str__(self) -> str:
        """`file:line:column: path: sentence`, with `warning: ` before the path where it is one."""
        marked = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {marked}{f'{self.path}: ' if self.path else ''}{self.sentence}"


def found(file: str, position: tuple[int, int], problem: Problem) -> Finding:
    """The finding of a problem at that line and column."""
    return Finding(file, *position, dotted(problem.path), problem.sentence, problem.rule, problem.severity)


def position_after(text: str) -> tuple[int, int]:
    """Line and column, both from 1, of what follows a text."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")
