"""Set-up, the local stack and the checks: what `make` runs. Nothing here is part of the product."""
