"""The log as a running house writes it."""

import io
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from bot import observability


@contextmanager
def written(form: Literal["text", "json"]) -> Generator[io.StringIO]:
    """Lend what is logged at the level of `slipway serve`, and leave logging as it was found."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    known = [item for item in root.manager.loggerDict.values() if isinstance(item, logging.Logger)]
    levels = {logger: logger.level for logger in known}
    observability.configure(form)
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger, before in levels.items():
            logger.setLevel(before)
