"""Progress of a long build: a moving bar on a terminal, a plain line now and then elsewhere."""

import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

SECONDS_BETWEEN_LINES = 15


class Progress(Protocol):
    """What a build reports to, one step after the other."""

    def start(self, title: str, total: int | None) -> None:
        """Begin a step of `total` parts, None where their number is not known."""

    def advance(self) -> None:
        """Count one part as done."""

    def tick(self) -> None:
        """Note that time passes; called about every second while nothing else happens."""

    def finish(self) -> None:
        """End the step."""


class Terminal:
    """A bar with percentage and elapsed time."""

    def __init__(self, console: Console) -> None:
        """Show bars on `console`."""
        self._console = console
        self._bars: Bars | None = None

    def start(self, title: str, total: int | None) -> None:
        """Show a new bar."""
        counted = (BarColumn(), TaskProgressColumn(), MofNCompleteColumn()) if total else (TextColumn("{task.completed}"),)
        self._bars = Bars(SpinnerColumn(), TextColumn("{task.description}"), *counted, TimeElapsedColumn(), console=self._console)
        self._bars.add_task(title, total=total)
        self._bars.start()

    def advance(self) -> None:
        """Move the bar on."""
        if self._bars:
            self._bars.advance(self._bars.task_ids[0])

    def tick(self) -> None:
        """Do nothing: the bar moves by itself."""

    def finish(self) -> None:
        """Fill the bar: what Go had in its cache already it does not name."""
        if self._bars:
            task = self._bars.tasks[0]
            self._bars.update(task.id, completed=task.total or task.completed)
            self._bars.stop()
            self._bars = None


class Lines:
    """A line at the end of each step, and every quarter of a minute during long ones."""

    def __init__(self, console: Console) -> None:
        """Print lines on `console`."""
        self._console = console
        self._title = ""
        self._total: int | None = None
        self._done = 0
        self._started = self._said = time.monotonic()

    def start(self, title: str, total: int | None) -> None:
        """Begin to count."""
        self._title, self._total, self._done = title, total, 0
        self._started = self._said = time.monotonic()

    def advance(self) -> None:
        """Count one, and print if it is time to."""
        self._done += 1
        self.tick()

    def tick(self) -> None:
        """Print if it is time to."""
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._print(f"{self._title}: {state(self._done, self._total)}, {clock(self._said - self._started)} so far")

    def finish(self) -> None:
        """Print how long it took."""
        self._print(f"{self._title}: done in {clock(time.monotonic() - self._started)}")

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)


def state(done: int, total: int | None) -> str:
    """How far a step is: a share where the whole is known."""
    return f"{done} done" if total is None else f"{done} of {total} packages ({done / total:.0%})"


def clock(seconds: float) -> str:
    """Seconds as people say them."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def for_console(console: Console, *, terminal: bool) -> Progress:
    """The progress that suits the console; colours forced upon a log do not make it a terminal."""
    return Terminal(console) if terminal else Lines(console)
