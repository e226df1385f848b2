"""The vault of secrets, seen from a notebook.

COURSE_COLAB_SECRET says how it is: "missing", "refused", "silent", or the secret itself.
COURSE_COLAB_READS names a file that gets a line for each question to the vault.
"""
import os

from google.colab import errors


class SecretNotFoundError(errors.Error):
    """No secret of this name."""

    def __init__(self, key):
        super().__init__(f"Secret {key} does not exist.")


class NotebookAccessError(Exception):
    """The learner refused this notebook the secret. (Not an errors.Error in the real module either.)"""

    def __init__(self, key):
        super().__init__(f"Notebook does not have access to secret {key}")


class TimeoutException(errors.Error):
    """The page did not answer: it is closed, or the kernel is not driven by it."""


def get(key):
    """The secret `key`, or one of the errors above."""
    if path := os.environ.get("COURSE_COLAB_READS"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{key}\n")
    state = os.environ.get("COURSE_COLAB_SECRET", "missing")
    if state == "missing":
        raise SecretNotFoundError(key)
    if state == "refused":
        raise NotebookAccessError(key)
    if state == "silent":
        raise TimeoutException(f"Requesting secret {key} timed out. Secrets can only be fetched when running from the Colab UI.")
    return state
