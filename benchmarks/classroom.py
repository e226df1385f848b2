"""A class under load: `python benchmarks/classroom.py`. One line a figure.

One server process, 60 simulated learners in another: each does what lesson 03 does (streams, one of them with a stall, one
cut) and what lesson 07 does (a rate limit, a burst beyond it, then paced calls) in turn, half of them beginning with each.
The models are loaded before the learners come, as in a room. Learners start at random within the first second and never wait
for each other. Raw asyncio connections, one per request; limits in brackets are the project's own. Other work on the machine
lengthens all times, so the load average is printed too, and the server's processor time, which depends on it less.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ("What should I do when I get a 429?", "What is jitter?", "How does streaming work?", "Why did I get a 503?",
             "When should I retry?", "What does temperature do?", "What is a rate limit?", "How do I cancel my plan?")
CODE = "48217730"


@dataclass
class Counts:
    """What all learners together saw; times in seconds."""

    first_tokens: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    asked_429: int = 0
    asked_cuts: int = 0
    failed: list[str] = field(default_factory=list)


class Learner:
    """One simulated learner with a token of their own."""

    def __init__(self, place: tuple[str, int], number: int, counts: Counts) -> None:
        self.place, self.number, self.counts = place, number, counts
        self.token, self.rng, self.asked = "", random.Random(number), 0

    async def run(self, until: float) -> None:
        """Join, then lesson 03 and lesson 07 in turn until the time is up."""
        await asyncio.sleep(self.rng.random())
        _, answer = await self.call("POST", "/practice/join", {"code": CODE, "name": f"learner {self.number}"})
        self.token = json.loads(answer)["token"]
        lessons = [self.lesson_03, self.lesson_07]
        while time.perf_counter() < until:
            await lessons[self.number % 2]()
            lessons.reverse()

    async def lesson_03(self) -> None:
        """Streams: as fast as they come, at the pace of a large model with a stall, and one that is cut."""
        await self.stream(max_tokens=60)
        await self.switch("pace", tokens_per_s=20, stall=[12, 0.5])
        await self.stream(max_tokens=30)
        await self.switch("pace")
        await self.switch("faults", scripted=["cut:5"])
        await self.stream(max_tokens=30, cut=True)
        await self.switch("faults")
        await self.reads()

    async def lesson_07(self) -> None:
        """A limit, a burst beyond it, and the same calls again with the waits that the refusals ask for."""
        await self.switch("limit", rate=10, burst=5)
        await asyncio.gather(*(self.ask() for _ in range(8)))
        for _ in range(12):
            while await self.ask() == 429:
                await asyncio.sleep(0.1 + 0.1 * self.rng.random())
        await self.switch("limit")
        await self.reads()

    async def reads(self) -> None:
        """A person reads on."""
        await asyncio.sleep(0.5 + self.rng.random())

    async def switch(self, name: str, **settings: object) -> None:
        status, _ = await self.call("POST", f"/practice/{name}", settings)
        if status != 200:
            self.counts.failed.append(f"switch {name}: {status}")

    async def ask(self) -> int:
        """One short reply; a 429 is what the lesson asked for."""
        begin = time.perf_counter()
        try:
            status, _ = await self.call("POST", "/v1/chat/completions", self.chat(5))
        except (OSError, EOFError) as error:
            self.counts.failed.append(f"reply: {type(error).__name__}")
            return 0
        if status == 200:
            self.counts.replies.append(time.perf_counter() - begin)
        elif status == 429:
            self.counts.asked_429 += 1
        else:
            self.counts.failed.append(f"reply: {status}")
        return status

    async def stream(self, *, max_tokens: int, cut: bool = False) -> None:
        """One stream: when its first token came, and whether it ended as it should."""
        begin = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection(*self.place)
            writer.write(self.request("POST", "/v1/chat/completions", {**self.chat(max_tokens), "stream": True}))
            if b" 200 " not in await reader.readline():
                raise EOFError("no 200")
            await reader.readuntil(b'"delta":{"content"')
            self.counts.first_tokens.append(time.perf_counter() - begin)
            rest = await reader.read()
            writer.close()
        except (OSError, EOFError) as error:
            self.counts.failed.append(f"stream: {type(error).__name__}")
            return
        self.counts.asked_cuts += cut
        if (b"[DONE]" in rest) == cut:
            self.counts.failed.append("stream: not cut" if cut else "stream: no end")

    def chat(self, max_tokens: int) -> dict:
        """A question that is not soon asked again by anybody."""
        self.asked += 1
        return {"model": "practice/chat", "messages": [{"role": "user", "content": self.rng.choice(QUESTIONS)}],
                "max_tokens": max_tokens, "seed": self.number * 10_000 + self.asked}

    async def call(self, method: str, path: str, body: dict) -> tuple[int, bytes]:
        """(status, body) of one request."""
        reader, writer = await asyncio.open_connection(*self.place)
        writer.write(self.request(method, path, body))
        answer = await reader.read()
        writer.close()
        if not answer:
            raise EOFError
        return int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]

    def request(self, method: str, path: str, body: dict) -> bytes:
        data = json.dumps(body).encode()
        return (f"{method} {path} HTTP/1.1\r\nHost: class\r\nAuthorization: Bearer {self.token}\r\nConnection: close\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data


async def room_full(place: tuple[str, int], learners: int, seconds: float) -> tuple[Counts, float]:
    """First one alone, then all at once: what those saw, and how long it took."""
    await Learner(place, learners, Counts()).run(time.perf_counter() + 3)
    counts, begin = Counts(), time.perf_counter()
    await asyncio.gather(*(Learner(place, number, counts).run(begin + seconds) for number in range(learners)))
    return counts, time.perf_counter() - begin


def generator(place: tuple[str, int], learners: int, seconds: float, results: multiprocessing.Queue) -> None:
    """The learners' process."""
    results.put(asyncio.run(room_full(place, learners, seconds)))


def used_by(pid: int) -> tuple[float, float]:
    """(resident memory of a process in MB, its processor time in seconds)."""
    import psutil

    process = psutil.Process(pid)
    return process.memory_info().rss / 1e6, sum(process.cpu_times()[:2])


def in_ms(percentiles: list[float]) -> str:
    """The 50th and the 99th percentile, given in seconds, as text."""
    return f"{percentiles[49] * 1000:.0f} / {percentiles[98] * 1000:.0f} ms"


def line(name: str, value: str, must: str, good: bool) -> bool:
    print(f"{name:<52} {value:>14}   [{must}] {'ok' if good else 'MISSED'}", flush=True)
    return good


def measure(learners: int, seconds: float) -> tuple[Counts, float, float, float]:
    """(what was seen, real seconds, the server's MB at the end, its processor seconds with starting)."""
    command = [sys.executable, "-m", "helpers.practice", "--classroom", "--host", "127.0.0.1", "--port", "0"]
    env = {**os.environ, "COURSE_JOIN_CODE": CODE, "PYTHONUTF8": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            found = (re.search(r"address +http://(.+):(\d+)", text) for text in server.stdout)
            host, port = next(match for match in found if match).groups()
            context = multiprocessing.get_context("spawn")
            results = context.Queue()
            process = context.Process(target=generator, args=((host, int(port)), learners, seconds, results))
            process.start()
            counts, wall = results.get(timeout=seconds + 120)
            process.join()
            return counts, wall, *used_by(server.pid)
        finally:
            server.terminate()
            server.wait(15)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the load (default: 30)")
    options = parser.parse_args()
    counts, wall, memory, busy = measure(options.learners, options.seconds)
    done = len(counts.replies) + len(counts.first_tokens)
    ttft, reply = (statistics.quantiles(times, n=100) for times in (counts.first_tokens, counts.replies))
    print(f"{options.learners} learners, lessons 03 and 07 at once, {wall:.0f} s, {os.cpu_count()} cores (shared), "
          f"load average {os.getloadavg()[0]:.1f}")
    seen = f"{done} / {counts.asked_429} / {counts.asked_cuts}"
    good = [
        line("answers / refusals asked for / cuts asked for", seen, "no limit", True),
        line("failed requests", str(len(counts.failed)), "0", not counts.failed),
        line("time to first token, p50 / p99", in_ms(ttft), "p99 < 1000 ms", ttft[98] < 1),
        line("time of a short reply, p50 / p99", in_ms(reply), "no limit", True),
        line("processor time of the server", f"{busy:.0f} s, {busy / wall:.0%}", "no limit", True),
        line("resident memory of the server", f"{memory:.0f} MB", "< 400 MB", memory < 400),
    ]
    for kind in sorted(set(counts.failed)):
        print(f"    {counts.failed.count(kind)} x {kind}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
