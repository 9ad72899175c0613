"""The `vectorize` command line. One module a command; main.py lists them."""
