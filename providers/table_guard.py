"""The rows of tables: who would lose or spoil them needs the permission, also where something goes before its table does.

The engine deletes the indexes of a table that is to be replaced first. Were the table then refused, it would stand without them.
"""

from astra import table
from providers.session import Session

Place = tuple[str, str, str]


def require_permission(session: Session, place: Place, address: str, doing: str, harm: str) -> None:
    """Makes sure that a change of a table loses or spoils no rows that nobody allowed to be.

    Args:
        session: knows the permissions.
        place: endpoint, keyspace and name of the table.
        address: of its resource.
        doing: what is to be done to it, for the message.
        harm: what would become of the rows, for the message.

    Raises:
        DataLoss: it holds rows, and that is not allowed.
        AstraError: it could not be looked into.
    """
    session.require_permission(address, lambda: [place[-1]] * table.holds_rows(session.connection, *place), doing, harm)


def require_deletion(session: Session, place: Place, address: str) -> None:
    """The same for the deletion of the table."""
    require_permission(session, place, address, "delete", "they would be lost")


def expect_replacement(session: Session, place: Place, address: str, *, replaced: bool) -> None:
    """Remembers whether the table at that place is to be replaced, as its latest `diff` found."""
    if replaced:
        session.replaced_tables[place] = address
    else:
        session.replaced_tables.pop(place, None)


def require_replacement(session: Session, place: Place) -> None:
    """Makes sure that a table may be deleted, where it is to be replaced; fine where it is not.

    Raises:
        DataLoss: it holds rows, and their loss is not allowed.
        AstraError: it could not be looked into.
    """
    if address := session.replaced_tables.get(place):
        require_deletion(session, place, address)
