"""The types of the resources' arguments, in the Data API's words, for type checkers and editors.

What they allow stands in schemas/ with its source; a test holds the two together. Every value may be an output of another
resource, and a key that is left out is not sent. Check refuses what is wrong in the preview, before anything is made; up
refuses what was not known until then, right before it makes the resource. What only the service can know (a credential that
is not stored, a deployment that does not exist) fails in up, with the service's words.

Sources: recorded answers of the Data API, its source (stargate/data-api at ada41bd8) and its documentation; the embedding
providers' files in schemas/embedding-providers/ name theirs fact by fact.
"""

from typing import Literal, NotRequired, TypedDict

import pulumi

CloudProvider = Literal["AWS", "GCP", "AZURE"]
Metric = Literal["cosine", "dot_product", "euclidean"]
SourceModel = Literal["ada002", "bert", "cohere-v3", "gecko", "nv-qa-4", "openai-v3-large", "openai-v3-small", "other"]
IntegrationAuthentication = Literal["NONE", "HEADER", "SHARED_SECRET"]
IdType = Literal["objectId", "uuid", "uuidv6", "uuidv7"]


class AuthenticationArgs(TypedDict):
    """The stored credential of a service.

    providerKey: its name in the Astra organisation: 1 to 50 letters, digits, _ or -, with a letter or digit at both ends; with
        .providerKey behind it, as the service itself writes it, the same. Never the key itself, which check refuses without
        showing it. Left out, the application sends the key with each request. Providers without SHARED_SECRET (NVIDIA, Amazon
        Bedrock, Cohere) take none. Up fails where the organisation has no such credential, or the database is not in its scope.
    """

    providerKey: NotRequired[pulumi.Input[str]]


class ServiceArgs(TypedDict):
    """The vectorize service that makes the vectors.

    provider: the embedding provider, as the Data API names it: a file of schemas/embedding-providers/, such as nvidia or openai.
    modelName: a model of that provider, such as nvidia/nv-embedqa-e5-v5. May be left out only where the provider has one alone
        that the service fills in (huggingfaceDedicated).
    authentication: the stored credential; left out where the key comes as a header, or where none is needed (NVIDIA).
    parameters: further settings of provider and model by name; none by default. Names, types, allowed values and those that are
        required stand in the provider's file; check refuses any other.
    """

    provider: pulumi.Input[str]
    modelName: NotRequired[pulumi.Input[str]]
    authentication: NotRequired[pulumi.Input[AuthenticationArgs]]
    parameters: NotRequired[pulumi.Input[dict[str, pulumi.Input[str | bool | int | float]]]]


class VectorArgs(TypedDict):
    """The vectors of a collection. Whatever of them changes replaces it.

    dimension: number of components of every vector, 1 to 4096, of a model those that it has. Left out with a service, the
        model's default counts, where it has one; without a service check refuses that.
    metric: how similarity is measured: cosine, dot_product or euclidean. By default cosine; dot_product where sourceModel is
        given and not other.
    sourceModel: the model the vectors come from, for an index that is tuned to it; other by default.
    service: what makes the vectors; left out, one brings one's own.
    """

    dimension: NotRequired[pulumi.Input[int]]
    metric: NotRequired[pulumi.Input[Metric]]
    sourceModel: NotRequired[pulumi.Input[SourceModel]]
    service: NotRequired[pulumi.Input[ServiceArgs]]


class IndexingArgs(TypedDict):
    """Which fields are indexed: one of the two, check refuses both and neither. Left out as a whole, all are.

    allow: dotted paths of the only fields that are; "*" alone means all.
    deny: dotted paths of the only fields that are not; "*" alone means all. Of the names that begin with $ only $vector,
        $vectorize and $lexical can be meant.
    """

    allow: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    deny: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class DefaultIdArgs(TypedDict):
    """What kind of _id a document gets that has none.

    type: objectId, uuid, uuidv6 or uuidv7; left out with its mapping, the service decides. An empty mapping is refused: the
        service takes it, and then cannot list the keyspace.
    """

    type: pulumi.Input[IdType]


class LexicalArgs(TypedDict):
    """Lexical search: whether documents can be searched by words. Left out as a whole, the database decides.

    enabled: on or off.
    analyzer: name of an analyzer, or its definition in the Data API's words; standard by default. Refused where search is off.
    """

    enabled: pulumi.Input[bool]
    analyzer: NotRequired[pulumi.Input[str | dict[str, object]]]


class RerankServiceArgs(TypedDict):
    """The reranking service; the database's default where left out as a whole.

    provider: nvidia alone.
    modelName: nvidia/llama-3.2-nv-rerankqa-1b-v2 alone; left out, the database's default.
    """

    provider: pulumi.Input[str]
    modelName: NotRequired[pulumi.Input[str]]


class RerankArgs(TypedDict):
    """Reranking: whether a model can put results into a better order. Left out as a whole, the database decides.

    enabled: on or off.
    service: what reranks; refused where reranking is off.
    """

    enabled: pulumi.Input[bool]
    service: NotRequired[pulumi.Input[RerankServiceArgs]]
