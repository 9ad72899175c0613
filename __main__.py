"""Declares the environment of the stack."""

import pulumi

from providers import stack

pulumi.export("databases", stack.declare(stack.load()))
