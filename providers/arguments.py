"""The types of the resources' arguments, in the Data API's words, for type checkers and editors.

What they allow stands in schemas/; a test holds the two together. Every value may be an output of another
resource.
"""

from typing import Literal, NotRequired, TypedDict

import pulumi

CloudProvider = Literal["AWS", "GCP", "AZURE"]
Metric = Literal["cosine", "dot_product", "euclidean"]
SourceModel = Literal["ada002", "bert", "cohere-v3", "gecko", "nv-qa-4", "openai-v3-large", "openai-v3-small", "other"]
IdType = Literal["objectId", "uuid", "uuidv6", "uuidv7"]


class AuthenticationArgs(TypedDict):
    """The stored credential of a service.

    providerKey: its name in the Astra organisation (1 to 50 letters, digits, _ or -); never the key itself.
    """

    providerKey: NotRequired[pulumi.Input[str]]


class ServiceArgs(TypedDict):
    """The vectorize service that makes the vectors.

    provider: the embedding provider, as the Data API names it, such as nvidia or openai.
    modelName: its model, such as nvidia/nv-embedqa-e5-v5.
    authentication: the stored credential; left out where the key comes as a header, or none is needed.
    parameters: further settings of provider and model, by name; what its schema names.
    """

    provider: pulumi.Input[str]
    modelName: NotRequired[pulumi.Input[str]]
    authentication: NotRequired[pulumi.Input[AuthenticationArgs]]
    parameters: NotRequired[pulumi.Input[dict[str, pulumi.Input[str | bool | int | float]]]]


class VectorArgs(TypedDict):
    """The vectors of a collection.

    dimension: components of every vector, 1 to 4096; left out with a service, the model's default counts.
    metric: how similarity is measured; cosine by default, dot_product where a sourceModel other than `other` is given.
    sourceModel: the model the vectors come from; other by default.
    service: what makes the vectors; left out, one brings one's own.
    """

    dimension: NotRequired[pulumi.Input[int]]
    metric: NotRequired[pulumi.Input[Metric]]
    sourceModel: NotRequired[pulumi.Input[SourceModel]]
    service: NotRequired[pulumi.Input[ServiceArgs]]


class IndexingArgs(TypedDict):
    """Which fields are indexed: only some (allow), or all but some (deny); one of the two."""

    allow: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    deny: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class DefaultIdArgs(TypedDict):
    """What kind of _id a document gets that has none."""

    type: pulumi.Input[IdType]


class LexicalArgs(TypedDict):
    """Lexical search: on or off, and the analyzer: its name, or its definition."""

    enabled: pulumi.Input[bool]
    analyzer: NotRequired[pulumi.Input[str | dict[str, object]]]


class RerankServiceArgs(TypedDict):
    """The reranking service: its provider, such as nvidia, and its model."""

    provider: pulumi.Input[str]
    modelName: NotRequired[pulumi.Input[str]]


class RerankArgs(TypedDict):
    """Reranking: on or off, and its service; the database's default where left out."""

    enabled: pulumi.Input[bool]
    service: NotRequired[pulumi.Input[RerankServiceArgs]]
