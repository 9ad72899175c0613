"""Errors of the DevOps API: `{"errors": [{"ID": <integer>, "message": "..."}]}`.

The property is `ID` as observed, although the published document requires `id`. Of the numbers only 340012 (token
format) has been observed by others; the rest are this emulator's own (unverified).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class ErrorKind(NamedTuple):
    """An HTTP status, the number in the body and the sentence, whose {fields} are filled in."""

    status: int
    number: int
    sentence: str


KINDS: Final[dict[str, ErrorKind]] = {
    "token_format": ErrorKind(401, 340012, "The Authorization header holds no application token (AstraCS:...)."),
    "token_unknown": ErrorKind(401, 340018, "The application token is not known or has expired."),
    "not_json": ErrorKind(400, 2000001, "The request's body is not a JSON object."),
    "field_missing": ErrorKind(400, 2000002, "The field {field} is required."),
    "field_invalid": ErrorKind(400, 2000003, "The field {field} must be {expected}."),
    "parameter_invalid": ErrorKind(400, 2000004, "The parameter {parameter} must be {expected}."),
    "not_array": ErrorKind(400, 2000007, "The request's body is not a JSON array of datacenters."),
    "datacenter_cloud": ErrorKind(400, 2000008, "The database {database} is in {cloud}, and so are all its datacenters."),
    "datacenter_region": ErrorKind(400, 2000009, "{cloud} has no serverless region {region} that the organisation may use."),
    "datacenter_exists": ErrorKind(400, 2000010, "The database {database} is in {region} already."),
    "datacenter_primary": ErrorKind(400, 2000011, "The database {database} was made in {region} and cannot leave it."),
    "region_unknown": ErrorKind(422, 2000005, "{cloud} has no serverless region {region} that the organisation may use."),
    "keyspace_name": ErrorKind(
        422,
        2000006,
        "A keyspace's name has 1 to 48 letters, digits and underscores, begins with no underscore, is not dse and not system.",
    ),
    "database_unknown": ErrorKind(404, 2000404, "There is no database {database}."),
    "keyspace_unknown": ErrorKind(404, 2000405, "The database {database} has no keyspace {keyspace}."),
    "datacenter_unknown": ErrorKind(404, 2000406, "The database {database} has no datacenter {datacenter}."),
    "datacenter_state": ErrorKind(409, 2000410, "The datacenter {datacenter} is {status}."),
    "datacenters_left": ErrorKind(
        409, 2000411, "The database {database} has further datacenters, which have to be terminated first: {left}."
    ),
    "wrong_state": ErrorKind(409, 2000409, "The database {database} is {status}; this needs it {needed}."),
    "role_unknown": ErrorKind(404, 2000407, "There is no role {role}."),
    "role_exists": ErrorKind(409, 2000412, "There is a role {role} already."),
    "part_of_organization": ErrorKind(
        501, 2000502, "The emulator does not implement roles for a part of the organisation: {resource}."
    ),
    "not_implemented_field": ErrorKind(501, 2000503, "The emulator does not implement the field {field}."),
    "not_implemented": ErrorKind(501, 2000501, "The emulator does not implement {method} {route}."),
}


class DevOpsError(Exception):
    """An answer other than success."""

    def __init__(self, kind: str, **fields: str) -> None:
        """Say what is wrong.

        Args:
            kind: a key of `KINDS`.
            fields: what the kind's sentence names.

        """
        self.kind = KINDS[kind]
        super().__init__(self.kind.sentence.format(**fields))

    def body(self) -> dict[str, object]:
        """The JSON body."""
        return {"errors": [{"ID": self.kind.number, "message": str(self)}]}


class PermissionMissing(Exception):
    """The token is known but lacks the scope: 401 with the body `null`, as others have observed."""
