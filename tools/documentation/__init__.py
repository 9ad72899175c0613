"""The generated parts of docs/: `python -m tools.documentation` writes them from schemas, commands and docstrings."""
