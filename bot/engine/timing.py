"""How patiently the engine works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """
    Times of the engine, in seconds.

    How many roads are walked at once is the roads' own: see `Road`.
    """

    polling: float = 3.0  #: How soon a start of another replica is noticed; ours are at once.
    first_pause: float = 1.0  #: Before a failed step is tried again.
    growth: float = 2.5  #: Each pause is this many times the one before.
    longest_pause: float = 300.0  #: So that the end of an outage is noticed.
    patience: float = 6 * 3600.0  #: How long a step is tried while its error may pass.
    brief: float = 10.0  #: The same for a step that holds nobody up.
    #: What runs may take this long to end. Cutting the rest takes two more, and closing the web's
    #: door three: together less than the ten after which Docker kills.
    drain: float = 4.0
    care: float = 60.0  #: How long one at a time is walked after several processes were taken down.
    upkeep: float = 5.0  #: How often the engine looks for dead replicas and set-aside roads.
    heartbeat: float = 2.0  #: How often a replica makes sure that it counts as alive.
