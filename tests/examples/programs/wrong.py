"""Programs that a type checker refuses, at exactly the lines marked `wrong`."""

import pulumi

from providers import (
    AstraProvider,
    Collection,
    Database,
    DatabaseRegion,
    Index,
    Keyspace,
    ProviderIntegration,
    Table,
    VectorIndex,
)

options = pulumi.ResourceOptions(provider=AstraProvider("astra"))
AstraProvider("other", target="cassandra")  # wrong
Database("a", cloud_provider="DIGITAL_OCEAN", region="us-east-2", opts=options)  # wrong
Database("b", cloud_provider="AWS", opts=options)  # wrong
Keyspace("c", database_id=7, name="docs", opts=options)  # wrong
Collection("d", api_endpoint="https://x", keyspace="docs", name="d", vektor={}, opts=options)  # wrong
Collection("e", api_endpoint="https://x", keyspace="docs", name="e", vector={"dimensions": 8}, opts=options)  # wrong
Collection("f", api_endpoint="https://x", keyspace="docs", name="f", vector={"dimension": "8"}, opts=options)  # wrong
Collection("g", api_endpoint="https://x", keyspace="docs", name="g", vector={"metric": "cosin"}, opts=options)  # wrong
Collection("h", api_endpoint="https://x", keyspace="docs", name="h", vector={"service": {}}, opts=options)  # wrong
Collection("i", api_endpoint="https://x", keyspace="docs", name="i", default_id={}, opts=options)  # wrong
Collection("j", api_endpoint="https://x", keyspace="docs", name="j", lexical={"analyzer": "standard"}, opts=options)  # wrong
DatabaseRegion("k", database_id="0a1b", cloud_provider="AWZ", region="us-west-2", opts=options)  # wrong
ProviderIntegration("l", api_endpoint="https://x", keyspace="docs", provider="openai", authentication="KEY")  # wrong
Table("m", api_endpoint="https://x", keyspace="docs", name="m", columns={"id": "string"}, primary_key="id")  # wrong
Table("n", api_endpoint="https://x", keyspace="docs", name="n", columns={"id": "text"}, primary_key={})  # wrong
VectorIndex("o", api_endpoint="https://x", keyspace="docs", table="m", name="o", column="v", metric="cosin")  # wrong
Index("p", api_endpoint="https://x", keyspace="docs", table="m", name="p", column="v", index_type="vector")  # wrong
