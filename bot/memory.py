"""How the process keeps memory that Python's own allocator does not."""

import ctypes

#: Names of mallopt(3) in glibc's malloc.h.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8

#: What is larger than so many bytes is the system's again as soon as it is free.
LARGE = 256 * 1024


def keep_together() -> None:
    """
    Let all threads share one heap; call it before there is a second thread.

    glibc gives each of the first 8 threads a core a heap of its own, and a heap never gets smaller
    than its last piece in use lets it. We have some twenty threads, of which any may do the next
    piece of work, so each heap came to hold what one alone could: half as much again as was in use,
    and growing by the hour. Most of what they do is Python and comes one after another anyway. Does
    nothing where malloc is another one (musl, macOS).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(M_ARENA_MAX, 1)
    # Left alone, glibc takes buffers of 1 MB from the heap once it has seen some, and leaves holes.
    mallopt(M_MMAP_THRESHOLD, LARGE)
