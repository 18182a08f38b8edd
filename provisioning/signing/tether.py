"""A tether: a process that must not outlive the one that started it."""

import ctypes
import os
import signal
import sys
from typing import Final

#: Of Linux' `prctl`: the signal that a process gets when the one that started it has ended.
_PR_SET_PDEATHSIG: Final = 1


def tether(parent: int) -> None:
    """
    Let this process be killed as soon as *parent*, which started it, has ended; at once if it has.

    Whoever is killed itself cannot end what it started. Other systems than Linux know no such
    thing; there the limits of time have to do.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
