"""The practice server under load: `python benchmarks/server.py`. One line a figure.

A server process of its own, and a load generator in another: raw asyncio connections, so that what is measured is the
server and not an SDK. Limits in brackets are the project's own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
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


def request(place: str, number: int, *, stream: bool = False, max_tokens: int = 16) -> bytes:
    """One chat request as bytes. Questions and seeds differ, so that no answer repeats soon."""
    body = json.dumps(
        {
            "model": "practice/chat",
            "messages": [{"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]}],
            "max_tokens": max_tokens,
            "seed": number,
            "stream": stream,
        }
    ).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place}\r\nAuthorization: Bearer hf_practice_load{number % 32}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def read_head(reader: asyncio.StreamReader) -> tuple[int, int]:
    """(status, content length or -1)."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, found, rest = head.partition(b"content-length: ")
    return int(head[9:12]), int(rest.split(b"\r\n")[0]) if found else -1


async def client(place: str, first: int, until: float, done: list[float], failed: list[str]) -> None:
    """Call after call over one connection until the time is up."""
    host, port = place.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    number = first
    while time.perf_counter() < until:
        begin = time.perf_counter()
        try:
            writer.write(request(place, number))
            status, length = await read_head(reader)
            body = await reader.readexactly(length)
            good = status == 200 and json.loads(body)["choices"][0]["message"]["content"]
            (done.append(time.perf_counter() - begin) if good else failed.append(f"status {status}"))
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            failed.append(type(error).__name__)
            reader, writer = await asyncio.open_connection(host, int(port))
        number += 1000
    writer.close()


async def load(place: str, clients: int, seconds: float) -> tuple[list[float], list[str], float]:
    """All clients at once: times of good replies, failures, real seconds."""
    done: list[float] = []
    failed: list[str] = []
    begin = time.perf_counter()
    await asyncio.gather(*(client(place, n, begin + seconds, done, failed) for n in range(clients)))
    return done, failed, time.perf_counter() - begin


async def first_tokens(place: str, calls: int) -> list[float]:
    """Seconds to the first token of streams, one client."""
    host, port = place.split(":")
    times = []
    reader, writer = await asyncio.open_connection(host, int(port))
    for number in range(calls):
        begin = time.perf_counter()
        writer.write(request(place, number, stream=True))
        await reader.readuntil(b'"delta":{"content"')
        times.append(time.perf_counter() - begin)
        await reader.readuntil(b"0\r\n\r\n")
    writer.close()
    return times


def generator(place: str, clients: int, seconds: float, results: multiprocessing.Queue) -> None:
    """The load generator's process."""
    asyncio.run(load(place, 4, 1.0))  # warm
    results.put(asyncio.run(load(place, clients, seconds)))
    results.put(asyncio.run(first_tokens(place, 200)))


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB, or nan where it cannot be read."""
    try:
        import psutil

        return psutil.Process(pid).memory_info().rss / 1e6
    except ImportError:
        return float("nan")


def line(name: str, value: str, must: str, good: bool) -> None:
    print(f"{name:<44} {value:>12}   [{must}] {'ok' if good else 'MISSED'}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the load (default: 10)")
    parser.add_argument("--clients", type=int, default=32, help="connections at once (default: 32)")
    options = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-m", "helpers.practice", "--port", "0"], cwd=ROOT, text=True, stdout=subprocess.PIPE
    )
    try:
        place = urlsplit(server.stdout.readline().split()[-1]).netloc
        results: multiprocessing.Queue = multiprocessing.get_context("spawn").Queue()
        process = multiprocessing.get_context("spawn").Process(
            target=generator, args=(place, options.clients, options.seconds, results)
        )
        process.start()
        done, failed, wall = results.get()
        ttft = results.get()
        process.join()
        memory = resident_mb(server.pid)
    finally:
        server.terminate()
        server.wait(10)
    rate = len(done) / wall
    p50, p99 = (statistics.quantiles(done, n=100)[i] * 1000 for i in (49, 98))
    line(f"short chat replies/s, {options.clients} clients", f"{rate:.0f}", ">= 300", rate >= 300)
    line("failed requests", str(len(failed)), "0", not failed)
    line("latency of a reply under load, p50 / p99", f"{p50:.0f} / {p99:.0f} ms", "no limit", True)
    first, last = (statistics.quantiles(ttft, n=100)[i] * 1000 for i in (49, 98))
    line("time to first token, 1 client, p50 / p99", f"{first:.1f} / {last:.1f} ms", "p99 < 50 ms", last < 50)
    line("resident memory of the server process", f"{memory:.0f} MB", "no limit", True)
    return 0 if rate >= 300 and not failed and last < 50 else 1


if __name__ == "__main__":
    sys.exit(main())
