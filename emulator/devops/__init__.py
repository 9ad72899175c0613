"""The Astra DevOps API v2."""
