"""Programs that a type checker accepts: every argument, plain values and outputs alike."""

import pulumi

from providers import AstraProvider, Collection, Database, Keyspace, VectorArgs

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
