"""A stand-in for Colab's own module, for tests: a vault of secrets and a shell of the right name. See tests/colab/replica.py."""
