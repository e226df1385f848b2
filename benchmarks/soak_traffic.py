"""The mixed traffic of `benchmarks/soak.py`: what learners' notebooks send, and what goes wrong on the way.

Raw asyncio connections, kept alive as the SDKs do. Each operation asks one thing and knows what must come back; anything else
is an `Unscripted`.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

QUESTIONS = (
    "What is a rate limit?",
    "How do I cancel my plan?",
    "What does temperature do?",
    "Why did I get a 503?",
    "What is an embedding?",
    "How does streaming work?",
    "What is a seed for?",
    "When should I retry?",
)
SENTENCES = (
    "Anna Kowalska from Warsaw wrote to the Lantern Help Desk.",
    "The second invoice is wrong and nobody answers.",
    "Thank you, the parcel came in time and the lamp is lovely.",
    "My account in Lisbon is locked since Monday.",
)
FULL, FAULTY, LIMITED = 8, 2, 2  # identities: with nothing switched on, with scripted faults, with a rate limit
HFI = "/hf-inference/models/practice"
NEW_WORDS = 600  # that each of the FULL identities embeds first: together more than the 4096 a model remembers
MACHINE = {
    "provider": {"vendor": "aws", "region": "us-east-1"},
    "compute": {
        "accelerator": "cpu",
        "instanceType": "intel-spr",
        "instanceSize": "x1",
        "scaling": {"minReplica": 0, "maxReplica": 1},
    },
    "model": {"repository": "practice/chat", "framework": "custom", "task": "text-generation"},
    "type": "authenticated",
}


class Unscripted(Exception):
    """An answer that nobody asked for."""


@dataclass
class Seen:
    """What all clients together saw. `times` are (second of the run, seconds it took) of short chat replies."""

    begin: float
    answers: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[tuple[float, float]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


class Client:
    """One caller with a connection of its own; identities are shared by several callers."""

    def __init__(self, place: tuple[str, int], number: int, seen: Seen) -> None:
        self.place, self.number, self.seen, self.rng = place, number, seen, random.Random(number)
        self.token, self.faulty = f"hf_practice_soak{number % FULL}", f"hf_practice_faulty{number % FAULTY}"
        self.limited, self.asked = f"hf_practice_limited{number % LIMITED}", 0
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, until: float) -> None:
        """One operation after the other, drawn with the weights of `MIX`."""
        operations, weights = list(MIX), list(MIX.values())
        while time.perf_counter() < until:
            operation = self.rng.choices(operations, weights)[0]
            self.asked += 1
            try:
                await operation(self)
                self.seen.answers[operation.__name__] += 1
            except (Unscripted, OSError, EOFError, ValueError) as error:
                self.seen.failed[f"{operation.__name__}: {type(error).__name__} {error}"[:160]] += 1
                self.hang_up()
        self.hang_up()

    # ---- the wire

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self._pipe is not None:
            self._pipe[1].close()
            self._pipe = None

    async def send(self, method: str, path: str, body: object = None, *, token: str = "", host: str = "") -> asyncio.StreamReader:
        """Send one request; the answer can be read from what is returned."""
        if self._pipe is None:
            self._pipe = await asyncio.open_connection(*self.place)
        data = b"" if body is None else json.dumps(body).encode()
        meant = f"X-Forwarded-Host: {host}\r\n" if host else ""
        self._pipe[1].write(
            (
                f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{meant}Authorization: Bearer {token or self.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
            ).encode()
            + data
        )
        return self._pipe[0]

    async def head(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        """(status, headers in lower case)."""
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)).lower()
        self.seen.statuses[int(head[9:12])] += 1
        return int(head[9:12]), head

    async def call(self, method: str, path: str, body: object = None, *, must: tuple[int, ...] = (200,), **where: str) -> bytes:
        """The body of an answer that must have one of these statuses."""
        reader = await self.send(method, path, body, **where)
        status, head = await self.head(reader)
        found = await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        if status not in must:
            raise Unscripted(f"status {status}: {found[:80]!r}")
        return found

    # ---- the operations

    def chat_body(self, max_tokens: int = 16, **more: object) -> dict:
        """A question; two of three carry a seed, the others are words that nobody has asked before."""
        question = self.rng.choice(QUESTIONS)
        seeded = {"seed": self.number * 1_000_003 + self.asked} if self.asked % 3 else {}
        content = question if seeded else f"{question} (case {self.number}.{self.asked})"
        return {
            "model": "practice/chat",
            "messages": [{"role": "user", "content": content}],
            "max_tokens": max_tokens,
            **seeded,
            **more,
        }

    async def chat(self) -> None:
        """A short reply; these are the ones whose time is taken."""
        begin = time.perf_counter()
        answer = json.loads(await self.call("POST", "/v1/chat/completions", self.chat_body()))
        if not answer["choices"][0]["message"]["content"]:
            raise Unscripted("an empty reply")
        self.seen.times.append((begin - self.seen.begin, time.perf_counter() - begin))

    async def stream(self) -> None:
        """A stream that is read to its end."""
        reader = await self.send(
            "POST", "/v1/chat/completions", self.chat_body(40, stream=True, stream_options={"include_usage": True})
        )
        if (await self.head(reader))[0] != 200 or b"data: [DONE]" not in await reader.readuntil(b"\r\n0\r\n\r\n"):
            raise Unscripted("a stream without its end")

    async def stream_left(self) -> None:
        """A client that goes away after the third event."""
        reader = await self.send("POST", "/v1/chat/completions", self.chat_body(400, stream=True))
        if (await self.head(reader))[0] != 200:
            raise Unscripted("a stream that did not begin")
        for _ in range(3):
            await reader.readuntil(b"\n\n")
        self.hang_up()

    async def embed(self) -> None:
        texts = [f"{text} {self.asked}" for text in SENTENCES]
        if len(json.loads(await self.call("POST", f"{HFI}/embed/pipeline/feature-extraction", {"inputs": texts}))) != len(texts):
            raise Unscripted("not one vector for each text")

    async def classify(self) -> None:
        await self.call("POST", f"{HFI}/sentiment", {"inputs": self.rng.choice(SENTENCES)})

    async def zero_shot(self) -> None:
        body = {"inputs": self.rng.choice(SENTENCES), "parameters": {"candidate_labels": ["billing", "shipping", "account"]}}
        await self.call("POST", f"{HFI}/zero-shot", body)

    async def names(self) -> None:
        await self.call("POST", f"{HFI}/ner", {"inputs": self.rng.choice(SENTENCES)})

    async def continue_text(self) -> None:
        await self.call("POST", f"{HFI}/text", {"inputs": "A rate limit", "parameters": {"max_new_tokens": 20, "details": True}})

    async def image(self) -> None:
        body = {
            "inputs": "a red circle on a blue background",
            "parameters": {"width": 64, "height": 64, "num_inference_steps": 4},
        }
        if not (await self.call("POST", f"{HFI}/image", body)).startswith(b"\x89PNG"):
            raise Unscripted("no PNG")

    async def hub(self) -> None:
        """What the SDK asks the Hub, and the pages for people."""
        await self.call("GET", "/api/models/practice/embed?expand=inferenceProviderMapping", host="huggingface.co")
        await self.call("GET", "/api/models?inference_provider=hf-inference", host="huggingface.co")
        await self.call("GET", "/v1/models", host="router.huggingface.co")
        await self.call("GET", "/models/practice/chat")

    async def endpoint(self) -> None:
        """Create, look, pause, delete."""
        name = f"soak-{self.number}"
        base = f"/v2/endpoint/{self.token}"
        await self.call("POST", base, {**MACHINE, "name": name})
        await self.call("GET", f"{base}/{name}")
        await self.call("POST", f"{base}/{name}/pause")
        await self.call("DELETE", f"{base}/{name}")

    async def refused(self) -> None:
        """What is wrong is refused: a field, a model, a token, a body."""
        await self.call("POST", "/v1/chat/completions", {**self.chat_body(), "temperature": 9}, must=(422,))
        await self.call("POST", "/v1/chat/completions", {**self.chat_body(), "model": "gpt-2"}, must=(404,))
        await self.call("POST", f"{HFI}/sentiment", {"inputs": "x"}, must=(401,), token="hf_nobody")
        await self.call("POST", f"{HFI}/sentiment", {"inputs": "x" * (1 << 20)}, must=(413,))

    async def fault(self) -> None:
        """Every second call of this identity breaks: what comes is an answer, a scripted 503 or a broken wire."""
        try:
            reader = await self.send(
                "POST", "/v1/chat/completions", self.chat_body(12, stream=self.rng.random() < 0.5), token=self.faulty
            )
            status, _ = await self.head(reader)
            if status not in (200, 503):
                raise Unscripted(f"status {status} beside the script")
        except (OSError, asyncio.IncompleteReadError):
            pass  # the script says so
        self.hang_up()

    async def over_limit(self) -> None:
        """An identity over its rate limit: 200 or 429."""
        await self.call("POST", f"{HFI}/sentiment", {"inputs": "x"}, must=(200, 429), token=self.limited)

    async def read_log(self) -> None:
        """The end of the own log; prompts and tokens of others are not in it."""
        last = json.loads(await self.call("GET", "/practice/state"))["requests"]
        await self.call("GET", f"/practice/log?since={max(0, last - 5)}")


MIX: dict[Callable[[Client], Awaitable[None]], float] = {
    Client.chat: 40, Client.stream: 14, Client.stream_left: 4, Client.embed: 8, Client.classify: 8, Client.zero_shot: 4,
    Client.names: 6, Client.continue_text: 3, Client.image: 2, Client.hub: 3, Client.endpoint: 1, Client.refused: 1,
    Client.fault: 3, Client.over_limit: 3, Client.read_log: 0.2,
}  # fmt: skip


async def set_scripts(client: Client) -> None:
    """Switch the faults and limits of the identities that have some on."""
    kinds = [
        "503",
        "cut:3",
        "reset",
        "reset_after_headers",
        "cut_dirty",
        "malformed_json",
        "truncated",
        "stream_error",
        "wrong_content_type",
    ]
    for number in range(FAULTY):
        await client.call("POST", "/practice/faults", {"scripted": kinds, "every": 2}, token=f"hf_practice_faulty{number}")
    for number in range(LIMITED):
        await client.call("POST", "/practice/limit", {"rate": 5, "burst": 5}, token=f"hf_practice_limited{number}")


async def fill(client: Client, records: int = 1100) -> None:
    """More records than a log keeps, more questions than an identity remembers, more words than a model, every model loaded."""
    for operation in (Client.image, Client.continue_text, Client.zero_shot, Client.names, Client.stream):
        await operation(client)
    for first in range(client.number * NEW_WORDS, (client.number + 1) * NEW_WORDS, 50):
        body = {"inputs": [str(word) for word in range(first, first + 50)]}
        await client.call("POST", f"{HFI}/embed/pipeline/feature-extraction", body)
    for number in range(records):
        client.asked += 3  # each a question that nobody has asked before
        await client.call("POST", "/v1/chat/completions", client.chat_body(1))
        if number % 2:
            await client.embed()
        if client.number < LIMITED:
            await client.over_limit()
        if client.number < FAULTY:
            await client.fault()
