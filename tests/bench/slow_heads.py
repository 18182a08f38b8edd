"""
How soon the door answers while somebody holds thousands of connections open and says little.

    uv run python -m tests.bench.slow_heads [--connections 3000] [--descriptors 1024]

The server is our own with the limits that it has in service, in a process of its own with few file
descriptors. It prints the time of `/healthz` without and with the attack; wanted is at most a
second with it.
"""

import argparse
import asyncio
import time
from statistics import median

from tests.integration.web import slow_heads
from tests.integration.web.test_connections import is_well

WANTED = 1.0


async def asked(port: int, times: int) -> list[float]:
    """Return the seconds of each of so many questions, over new connections."""
    seconds = []
    for _ in range(times):
        begun = time.monotonic()
        assert await is_well(port)
        seconds.append(time.monotonic() - begun)
    return seconds


async def main(connections: int, descriptors: int) -> None:
    async with slow_heads.server(descriptors=descriptors) as door:
        quiet = median(await asked(door.port, 20))
        async with slow_heads.attack(door.port, connections=connections):
            attacked = await asked(door.port, 20)
        complaints = await door.end()
    print(f"/healthz, nobody else:  median {quiet * 1000:.1f} ms")
    print(
        f"/healthz, {connections} slow heads, {descriptors} descriptors: "
        f"first {attacked[0] * 1000:.1f} ms, worst {max(attacked) * 1000:.1f} ms "
        f"(x{max(attacked) / quiet:.1f}; wanted <= {WANTED * 1000:.0f} ms)"
    )
    print(f"log meanwhile:  {len(complaints)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=3_000)
    parser.add_argument("--descriptors", type=int, default=1_024)
    options = parser.parse_args()
    asyncio.run(main(options.connections, options.descriptors))
