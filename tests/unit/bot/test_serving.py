"""That the memory of many threads stays together."""

import ctypes
import subprocess
import sys

import pytest

#: Lives as `slipway serve` does, lets eight threads at once take memory that Python's own
#: allocator leaves to the system, and prints how many heaps there are then.
LIVING = """
import asyncio, ctypes, os, tempfile, threading
from bot.serving import until_stopped

async def life():
    together = threading.Barrier(8)

    def work():
        together.wait()
        taken = [bytes(5_000) for _ in range(200)]
        together.wait()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    c = ctypes.CDLL(None)
    c.fopen.restype = ctypes.c_void_p
    with tempfile.NamedTemporaryFile() as file:
        stream = ctypes.c_void_p(c.fopen(file.name.encode(), b"w"))
        c.malloc_info(0, stream)
        c.fclose(stream)
        print(file.read().count(b"<heap nr="))

asyncio.run(until_stopped(life()))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="malloc is not glibc's")
def test_a7_all_threads_share_one_heap() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIVING], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["1"]
