"""What is raised where something cannot be done."""


class Refusal(Exception):
    """Something cannot be done. The message is a sentence for a person."""
