"""Base class of Colab's errors."""


class Error(Exception):
    """What the real module's errors stand on."""
