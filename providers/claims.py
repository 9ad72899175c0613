"""Who has what in one run: so that two resources never share a thing, and none is deleted that another has.

When a resource's logical name changes, the engine creates it under the new name, which takes the thing over,
and then deletes the old one. The new one has it by then, and the delete must spare it.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from astra.errors import Conflict

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Claims:
    """The things of one host process, by kind and id, and the addresses of the resources that have them."""

    _owners: dict[Identity, str] = field(default_factory=dict)
    _made: set[Identity] = field(default_factory=set)
    _turns: defaultdict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, wish: str) -> threading.Lock:
        """A lock for all who may end up with the same thing, such as two resources that want a database of one name."""
        with self._lock:
            return self._turns[wish]

    def keep(self, identity: Identity, address: str) -> None:
        """The resource at that address stays as it is, and so keeps its thing."""
        with self._lock:
            self._owners.setdefault(identity, address)

    def take(self, identity: Identity, address: str) -> None:
        """The resource at that address has created the thing, or takes it over.

        Raises:
            Conflict: another resource of this run has it.
        """
        with self._lock:
            owner = self._owners.setdefault(identity, address)
            if owner != address:
                raise Conflict(
                    f"cannot take over {identity[0]} {identity[1]} as {address}: {owner} has it already. Two resources cannot "
                    "share one: take one of the two out, or give it another name."
                )
            self._made.add(identity)

    def spared(self, identity: Identity, address: str) -> bool:
        """Whether a delete by that address must leave the thing alone: another has it, or this run made it anew."""
        with self._lock:
            owner = self._owners.get(identity)
            return owner is not None and (owner != address or identity in self._made)
