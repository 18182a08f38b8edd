"""The access log: what was asked and answered, without the secrets in the paths."""

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from bot.web.paths import masked


class MaskedAccessLogger(AbstractAccessLogger):
    """One line per answer: no address of the person, no query, no header, no secret."""

    __slots__ = ()

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line; *time* is in seconds."""
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
