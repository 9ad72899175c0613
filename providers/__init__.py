"""The Pulumi edge: dynamic resources for Astra DB, and the explicit provider they share.

    from providers import AstraProvider, Collection, Database, Keyspace

The module paths, class names and type tokens in here are kept in every user's state: they never change.
"""

from providers.arguments import (
    AuthenticationArgs,
    DefaultIdArgs,
    IndexingArgs,
    LexicalArgs,
    RerankArgs,
    RerankServiceArgs,
    ServiceArgs,
    VectorArgs,
)
from providers.astra_provider import AstraProvider
from providers.collection import Collection
from providers.database import Database
from providers.keyspace import Keyspace

__all__ = [
    "AstraProvider",
    "AuthenticationArgs",
    "Collection",
    "Database",
    "DefaultIdArgs",
    "IndexingArgs",
    "Keyspace",
    "LexicalArgs",
    "RerankArgs",
    "RerankServiceArgs",
    "ServiceArgs",
    "VectorArgs",
]
