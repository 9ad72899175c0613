"""The Pulumi engine: found on PATH, or installed, or built, in that order."""
