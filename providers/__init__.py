"""The Pulumi edge: dynamic resources for Astra DB, and the explicit provider they share.

    from providers import AstraProvider, Collection, Database, Keyspace, ProviderIntegration, Table, VectorIndex

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
from providers.database_region import DatabaseRegion
from providers.index import Index
from providers.integration import ProviderIntegration
from providers.keyspace import Keyspace
from providers.table import Table
from providers.table_arguments import ColumnArgs, IndexOptionsArgs, PrimaryKeyArgs
from providers.vector_index import VectorIndex
from providers.workload import Workload

__all__ = [
    "AstraProvider",
    "AuthenticationArgs",
    "Collection",
    "ColumnArgs",
    "Database",
    "DatabaseRegion",
    "DefaultIdArgs",
    "Index",
    "IndexOptionsArgs",
    "IndexingArgs",
    "Keyspace",
    "LexicalArgs",
    "PrimaryKeyArgs",
    "ProviderIntegration",
    "RerankArgs",
    "RerankServiceArgs",
    "ServiceArgs",
    "Table",
    "VectorArgs",
    "VectorIndex",
    "Workload",
]
