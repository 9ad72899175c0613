"""What is being done is shown on a terminal, and to nobody else."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest

from commands import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


SHOWN = "\r\x1b[Kreading dev\r\x1b[Klooking\r\x1b[K"


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), SHOWN), (io.StringIO(), "")], ids=["terminal", "pipe"])
def test_one_line_is_replaced_and_taken_away_in_the_end(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: str) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    with suppress(ZeroDivisionError), progress.line() as tell:
        tell("reading dev")
        tell("looking")
        raise ZeroDivisionError
    assert stream.getvalue() == shown
