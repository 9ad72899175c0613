"""The Data API v1."""
