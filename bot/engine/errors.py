"""
What can go wrong with the engine itself.

* SlipwayError (storage.errors)
  * EngineLost
  * StepFailed
  * SetAside
"""

from storage.errors import SlipwayError


class EngineLost(SlipwayError):
    """This Slipway lost PostgreSQL, so others may go on with its work. It stops: start it again."""

    code = "engine_lost"


class StepFailed(SlipwayError):
    """Slipway failed at this several times and let it go. Its log says why."""

    code = "step_failed"


class SetAside(SlipwayError):
    """Slipway stopped each time it worked on this, and let it go. Its log says when."""

    code = "set_aside"
