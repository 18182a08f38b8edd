"""The access log: what was asked and answered, without the secrets in the paths."""

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

from bot.web.kit.limits import LIMITED
from bot.web.kit.paths import masked

#: A logger of our own: aiohttp's also hears servers whose lines would mask nothing.
ACCESS = logging.getLogger("bot.web.access")


class MaskedAccessLogger(AbstractAccessLogger):
    """One line per answer: no address of the person, no query, no header, no secret."""

    __slots__ = ()

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """
        Write the line; *time* is in seconds.

        Of what is refused because there is too much of it there is no line each.
        """
        if response.get(LIMITED):
            return
        path = masked(request.rel_url.raw_path)
        milliseconds = round(time * 1000, 1)
        self.logger.info(
            "%s %s was answered with %s in %s ms.",
            request.method,
            path,
            response.status,
            milliseconds,
            extra={
                "method": request.method,
                "path": path,
                "status": response.status,
                "bytes": response.body_length,
                "milliseconds": milliseconds,
            },
        )


class Discretion(logging.Filter):
    """
    Keeps what aiohttp says of requests that it cannot parse to the kind of mistake.

    Its own words hold the request line, with the secret of a link in it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg = "A request made no sense (%s)."
            record.args = (type(error).__name__,)
            record.exc_info = None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def server_logger() -> logging.Logger:
    """Return what the server itself writes to."""
    logger = logging.getLogger("bot.web.server")
    if not any(isinstance(kept, Discretion) for kept in logger.filters):
        logger.addFilter(Discretion())
    return logger
