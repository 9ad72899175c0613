"""Programs that a type checker accepts: every argument, plain values and outputs alike."""

import pulumi

from providers import (
    AstraProvider,
    Collection,
    ColumnArgs,
    Database,
    DatabaseRegion,
    Index,
    Keyspace,
    ProviderIntegration,
    Table,
    VectorArgs,
    VectorIndex,
)

options = pulumi.ResourceOptions(provider=AstraProvider("astra", target="astra", allow_data_loss=["knowledge.docs.articles"]))
database = Database("knowledge", name="knowledge-dev", cloud_provider="AWS", region="us-east-2", opts=options)
keyspace = Keyspace("knowledge.docs", database_id=database.id, name="docs", opts=options)
own: VectorArgs = {"dimension": 768, "metric": "dot_product", "sourceModel": "bert"}
credential = pulumi.Config().require("credential")

Collection("knowledge.docs.own", api_endpoint=keyspace.api_endpoint, keyspace="docs", name="own", vector=own, opts=options)
Collection("knowledge.docs.plain", api_endpoint=keyspace.api_endpoint, keyspace="docs", name="plain", opts=options)
articles = Collection(
    "knowledge.docs.articles",
    api_endpoint=database.api_endpoint,
    keyspace="docs",
    name=pulumi.Output.from_input("articles"),
    vector={
        "dimension": 512,
        "service": {
            "provider": "openai",
            "modelName": "text-embedding-3-small",
            "authentication": {"providerKey": credential},
            "parameters": {"organizationId": "org-1"},
        },
    },
    indexing={"deny": ["metadata.internal"]},
    default_id={"type": "uuidv7"},
    lexical={"enabled": True, "analyzer": "standard"},
    rerank={"enabled": True, "service": {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}},
    opts=options,
)
pulumi.export("options", articles.options)

region = DatabaseRegion(
    "knowledge.us-west-2",
    database_id=database.id,
    cloud_provider="AWS",
    region="us-west-2",
    opts=options,
)
existing = Database.get("existing", "0a1b2c3d-0000-4000-8000-000000000001", opts=options)
integration = ProviderIntegration(
    "knowledge.azure",
    api_endpoint=keyspace.api_endpoint,
    keyspace="docs",
    provider="azureOpenAI",
    authentication="SHARED_SECRET",
    provider_key=credential,
    parameters={"resourceName": "kb", "deploymentId": "small"},
    timeout=60,
    opts=options,
)
embedding: ColumnArgs = {"type": "vector", "dimension": 1024, "service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}
chunks = Table(
    "knowledge.docs.chunks",
    api_endpoint=keyspace.api_endpoint,
    keyspace="docs",
    name="chunks",
    columns={"id": "text", "page": {"type": "int"}, "tags": {"type": "set", "valueType": "text"}, "embedding": embedding},
    primary_key={"partitionBy": ["id"], "partitionSort": {"page": -1}},
    opts=options,
)
VectorIndex(
    "knowledge.docs.chunks.chunks_embedding",
    api_endpoint=chunks.api_endpoint,
    keyspace=chunks.keyspace,
    table=chunks.name,
    name="chunks_embedding",
    column="embedding",
    metric="dot_product",
    source_model="nv-qa-4",
    opts=options,
)
Index(
    "knowledge.docs.chunks.chunks_tags",
    api_endpoint=keyspace.api_endpoint,
    keyspace="docs",
    table=chunks.name,
    name="chunks_tags",
    column="tags",
    index_type="regular",
    options={"caseSensitive": False},
    opts=options,
)
pulumi.export("endpoints", [region.api_endpoint, existing.api_endpoint])
pulumi.export("integration", [integration.status, integration.proof])
pulumi.export("explained", chunks.explained)
