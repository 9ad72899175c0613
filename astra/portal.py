"""What a person has to do in the Astra Portal, where alone an embedding provider's key can be stored."""

from astra import catalog


def steps(provider: str, credential: str, database: str) -> str:
    """The steps for a provider's credential, in one sentence.

    Args:
        provider: key of the embedding provider.
        credential: the name to store the key under.
        database: what the Portal calls the database.

    Source: Astra's documentation of the provider's integration, which asks for an Organization Administrator.
    """
    stated = catalog.embedding_providers()[provider]
    portal = stated.schema["x-authentication"]["SHARED_SECRET"]["portal"]
    return (
        f"In the Astra Portal, as an Organization Administrator, open Settings, Integrations, {stated.title}; add the "
        f'integration, or where it is there already manage it; give {portal["name"]} "{credential}" with the '
        f"{portal['secret']} of your account, and put {database} among its databases."
    )
