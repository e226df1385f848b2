"""An imitation inference server with a rate limit, a cold start and faults, for benchmarks/retry.py.

Steps of a POST: limit (429), cold start (503 with `estimated_time`; it has used a token), one random draw for faults, a latency
of 5-15 ms, then the fault or a small chat completion. `POST /control` sets a scenario and clears the counts, `GET /control`
returns them. Raw asyncio, keep-alive, one process.

    python benchmarks/retry_server.py [PORT]     prints its port
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import sys
import time
from dataclasses import asdict, dataclass, field, fields
from typing import Any

REPLY = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "system_fingerprint": "f",
         "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None,
                      "message": {"role": "assistant", "content": "Hello."}}],
         "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}
REASONS = {200: "OK", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
BIN_S = 0.25


@dataclass
class Scenario:
    """What the server does. window: (requests, seconds) instead of the bucket. halve_after: admitted requests until the rate
    halves. headers: both | none | retry-after. dead: every admitted request fails."""

    rate: float = 50.0
    burst: float = 10.0
    window: tuple[int, float] | None = None
    cold_s: float = 0.0
    error_rate: float = 0.01
    reset_rate: float = 0.005
    headers: str = "both"
    dead: bool = False
    halve_after: int | None = None
    latency_s: tuple[float, float] = (0.005, 0.015)
    seed: int = 7

    def least_s(self, requests: int) -> float:
        """The least seconds in which the limit admits `requests`, cold start included."""
        if self.window:
            quota, span = self.window
            return self.cold_s + (requests - 1) // quota * span
        if self.halve_after:
            before = (self.halve_after - self.burst) / self.rate
            return self.cold_s + before + (requests - self.halve_after) * 2 / self.rate
        return self.cold_s + (requests - self.burst) / self.rate


@dataclass
class Counts:
    """What the server saw: answers by status, and per quarter of a second since the first request."""

    requests: int = 0
    faults: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: list[dict[str, int]] = field(default_factory=list)

    def add(self, status: int | str, at: float) -> None:
        self.requests += 1
        self.statuses[str(status)] = self.statuses.get(str(status), 0) + 1
        place = int(at / BIN_S)
        while len(self.seconds) <= place:
            self.seconds.append({"sent": 0, "accepted": 0, "rejected": 0})
        self.seconds[place]["sent"] += 1
        self.seconds[place]["accepted" if status == 200 else "rejected"] += 1


class Server:
    """One scenario at a time."""

    def __init__(self) -> None:
        self.begin(Scenario())

    def begin(self, scenario: Scenario) -> None:
        self.now_is, self.counts = scenario, Counts()
        self.random = random.Random(scenario.seed)
        self.rate, self.tokens, self.filled_at = scenario.rate, scenario.burst, 0.0
        self.first: float | None = None
        self.window_at = self.used = self.admitted = 0

    def limit(self, now: float) -> tuple[bool, dict[str, str]]:
        """Admit or refuse a request at `now` (seconds since the first one); and the headers that say so."""
        if self.now_is.window:
            quota, span = self.now_is.window
            if now >= self.window_at + span:
                self.window_at, self.used = self.window_at + span * ((now - self.window_at) // span), 0
            admitted = self.used < quota
            self.used += admitted
            left, wait, policy = quota - self.used, self.window_at + span - now, f'"fixed window";"api";q={quota};w={span:g}'
        else:
            self.tokens = min(self.now_is.burst, self.tokens + self.rate * (now - self.filled_at))
            self.filled_at = now
            admitted = self.tokens >= 1
            self.tokens -= admitted
            left, wait = int(self.tokens), max(0.0, 1 - self.tokens) / self.rate
            policy = f'"token bucket";"api";q={self.rate:g};w=1'
        self.admitted += admitted
        if self.admitted == self.now_is.halve_after:
            self.rate = self.now_is.rate / 2
        return bool(admitted), self.headers(left, max(1, math.ceil(wait)), policy, bool(admitted))

    def headers(self, left: int, seconds: int, policy: str, admitted: bool) -> dict[str, str]:
        sent = {}
        if self.now_is.headers == "both":
            sent = {"RateLimit": f'"api";r={left};t={seconds}', "RateLimit-Policy": policy}
        if self.now_is.headers != "none" and not admitted:
            sent["Retry-After"] = str(seconds)
        return sent

    async def answer(self) -> tuple[int | None, dict[str, Any], dict[str, str]]:
        """(status or None for a cut connection, body, headers)."""
        clock = time.monotonic()
        self.first = clock if self.first is None else self.first
        now = clock - self.first
        admitted, headers = self.limit(now)
        if not admitted:
            self.counts.add(429, now)
            return 429, {"error": "Rate limit reached"}, headers
        left = self.now_is.cold_s - now
        if left > 0:
            self.counts.add(503, now)
            return 503, {"error": "Model m is currently loading", "estimated_time": round(left, 2)}, headers
        draw, latency = self.random.random(), self.random.uniform(*self.now_is.latency_s)
        cut, fails = draw < self.now_is.reset_rate, draw < self.now_is.reset_rate + self.now_is.error_rate or self.now_is.dead
        self.counts.faults += cut or fails
        self.counts.add("reset" if cut else 500 if fails else 200, now)
        await asyncio.sleep(latency)
        if cut:
            return None, {}, {}
        return (500, {"error": "internal"}, headers) if fails else (200, REPLY, headers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One keep-alive connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0]) if lengths else 0)
                asked = " /control" in head.split("\r\n")[0]
                status, reply, headers = self.control(head, body) if asked else await self.answer()
                if status is None:
                    writer.transport.abort()
                    return
                data = json.dumps(reply).encode()
                lines = [f"HTTP/1.1 {status} {REASONS[status]}", "Content-Type: application/json", f"Content-Length: {len(data)}",
                         *(f"{name}: {value}" for name, value in headers.items())]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def control(self, head: str, body: bytes) -> tuple[int, dict[str, Any], dict[str, str]]:
        if head.startswith("POST"):
            known = {item.name for item in fields(Scenario)}
            self.begin(Scenario(**{key: value for key, value in json.loads(body or b"{}").items() if key in known}))
        return 200, asdict(self.counts), {}


async def main(port: int = 0) -> None:
    server = await asyncio.start_server(Server().serve, "127.0.0.1", port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
