"""Errors of the Data API. Most are answered with HTTP 200: a client has to look at `errors[]`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4


@cache
def _codes() -> dict[str, dict[str, Any]]:
    data = json.loads((Path(__file__).parent / "errors.json").read_text(encoding="utf-8"))
    return {**data["recorded"], **data["unverified"]}


class DataApiError(Exception):
    """One error of an answer."""

    def __init__(self, code: str, message: str, scope: str | None = None) -> None:
        """Say what is wrong.

        Args:
            code: a code of `errors.json`, which also holds its family, scope, title and HTTP status.
            message: what is wrong, in one sentence.
            scope: where a code has more than one.

        """
        super().__init__(message)
        self.code = code
        self._scope = scope

    @property
    def status(self) -> int:
        """The HTTP status of an answer that has this error only."""
        status: int = _codes()[self.code].get("status", 200)
        return status

    def entry(self) -> dict[str, Any]:
        """The entry of `errors[]`; its id is new each time, as it is at the service."""
        kind = _codes()[self.code]
        return {
            "id": str(uuid4()),
            "family": kind["family"],
            "scope": kind["scope"] if self._scope is None else self._scope,
            "errorCode": self.code,
            "title": kind["title"],
            "message": str(self),
        }

    def body(self) -> dict[str, Any]:
        """The JSON body of an answer that has this error only."""
        return {"errors": [self.entry()]}


class SchemaChangeFailed(DataApiError):
    """What the database itself refuses of a change of tables and indexes; the answer says `ok: 0` as well (recorded)."""

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"status": {"ok": 0}} | super().body()
