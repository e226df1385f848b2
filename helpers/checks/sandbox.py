"""A practice server for checks: real clients, fresh state, and the learner's own connection untouched."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .. import transport
from ..catalog import Models, models
from ..hook import PRACTICE_TOKEN
from ..ledger import Ledger
from ..remote import Server
from . import guard
from .studio import StudioHook, studio

TOKEN = f"{PRACTICE_TOKEN}_check"


class Sandbox:
    """What a judge may use: `client`, `openai` (real clients), `models`, `server` (switches, log), `token`, `url`.

    Calls of the image model go to the studio, everything else to the practice server.
    """

    def __init__(self, url: str) -> None:
        self.url, self.token = url, TOKEN
        self.models: Models = models("practice")
        self.server = Server(url, TOKEN)
        self.hook = StudioHook(Ledger(), practice_url=url, practice_token=TOKEN, image_model=self.models.image)
        studio().requests.clear()
        self.opened = contextlib.ExitStack()  # what is closed with the sandbox

    @property
    def client(self) -> Any:
        """A new InferenceClient of the practice server."""
        with guard.off_the_clock():
            from huggingface_hub import InferenceClient
            return InferenceClient(token=self.token, timeout=10)

    @property
    def openai(self) -> Any:
        """A new OpenAI client of the practice server that retries nothing by itself."""
        with guard.off_the_clock():
            from openai import OpenAI
            http = self.opened.enter_context(transport.http_client(self.hook))
            return OpenAI(base_url=f"{self.url}/v1", api_key=self.token, http_client=http, max_retries=0)

    def requests(self) -> list[dict]:
        """The inference requests of this sandbox so far, oldest first (questions to the Hub about a model are left out)."""
        return [*(record for record in self.server.log if record["method"] == "POST"), *studio().requests]


@contextlib.contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A fresh Sandbox; when it closes, huggingface_hub's clients go where they went before.

    Its server is the checks' own, apart from the learner's, and starts at the first use; loaded models are shared.
    """
    with guard.off_the_clock():
        place, before = Sandbox(server_url()), transport.installed()
        place.server.reset()
        transport.install_hub(place.hook)
    with guard.surely(lambda: transport.install_hub(before)), place.opened:
        yield place


@lru_cache(maxsize=1)
def server_url() -> str:
    """Start the checks' server, once, and return its address."""
    from .. import practice
    return practice.start(warm=()).url  # each lesson needs other models; the learner's own server has begun with chat
