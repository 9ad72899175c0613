"""The generated parts of docs/README.md: a line a resource, a command, an integration."""

from astra import catalog
from commands.main import COMMANDS
from tools.documentation import command_line, resources
from tools.documentation.markdown import bullets, sentence


def parts() -> dict[str, str]:
    """Its parts by name."""
    return {
        "resources": bullets(
            f"[{kind.__name__}](resources/{resources.slug(kind)}.md): {sentence(resources.schema(kind).rule['description'])}"
            for kind in resources.KINDS
        ),
        "commands": bullets(
            [
                f"[{command_line.PROGRAM}](commands/{command_line.PROGRAM}.md): what all of them share.",
                *(
                    f"[{command_line.PROGRAM} {name}](commands/{name}.md): {sentence(line)}"
                    for name, (_, line) in sorted(COMMANDS.items())
                ),
            ]
        ),
        "integrations": bullets(
            f"[{provider.title}](integrations/{key}.md): {sentence(provider.schema['description'])}"
            for key, provider in catalog.embedding_providers().items()
        ),
    }
