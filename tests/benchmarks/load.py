"""
A bounded load: so many connections send prepared requests for so many seconds; loopback only.

``python -m tests.benchmarks.load PORT CONNECTIONS SECONDS < requests.bin`` prints one JSON line. Requests are
read as length-prefixed blobs and sent in turn.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

HOST: Final = "127.0.0.1"
LONGEST_SECONDS: Final = 60.0


@dataclass(slots=True)
class Tally:
    """What came back."""

    good: int = 0
    bad: int = 0
    seconds: list[float] = field(default_factory=list)


async def one(port: int, requests: list[bytes], stop_at: float, tally: Tally) -> None:
    """One connection, one request at a time, until the time is over or its requests are used up."""
    reader, writer = await asyncio.open_connection(HOST, port)
    for request in requests:
        if time.perf_counter() >= stop_at:
            break
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _length(head)
        if length:
            await reader.readexactly(length)
        tally.seconds.append(time.perf_counter() - began)
        if head[9:10] == b"2":
            tally.good += 1
        else:
            tally.bad += 1
    writer.close()


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start < 0:
        return 0
    return int(lower[start + 15 : lower.index(b"\r\n", start)])


async def run(port: int, connections: int, seconds: float, requests: list[bytes], *, again: bool) -> Tally:
    """All connections at once; ``again``: requests may be repeated (reads)."""
    tally = Tally()
    stop_at = time.perf_counter() + min(seconds, LONGEST_SECONDS)
    if again:
        endless = [requests[i % len(requests)] for i in range(len(requests))]
        shares = [list(_first(cycle(endless), 200_000 // connections)) for _ in range(connections)]
    else:
        shares = [requests[i::connections] for i in range(connections)]
    await asyncio.gather(*(one(port, share, stop_at, tally) for share in shares))
    return tally


def _first(endless: cycle[bytes], count: int) -> list[bytes]:
    return [next(endless) for _ in range(count)]


def summary(tally: Tally, elapsed: float) -> dict[str, float]:
    """Requests a second, and milliseconds at the 50th and 99th of a hundred."""
    ordered = sorted(tally.seconds) or [0.0]
    return {
        "rps": tally.good / elapsed,
        "bad": tally.bad,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        "count": tally.good,
    }


def main() -> None:
    port, connections, seconds, again = (
        int(sys.argv[1]),
        int(sys.argv[2]),
        float(sys.argv[3]),
        sys.argv[4] == "1",
    )
    blob = sys.stdin.buffer.read()
    requests, at = [], 0
    while at < len(blob):
        (size,) = struct.unpack_from("!I", blob, at)
        requests.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    began = time.perf_counter()
    tally = asyncio.run(run(port, connections, seconds, requests, again=again))
    print(json.dumps(summary(tally, time.perf_counter() - began)))


if __name__ == "__main__":
    main()
