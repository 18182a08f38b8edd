"""What an error looks like to a browser or a script: one table for all."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.kit.paths import is_trick, masked
from bot.web.kit.rendering import Pages
from provisioning.errors import (
    DirectoryFailed,
    NotAllowed,
    NotNow,
    ProvisioningError,
    SourceFailed,
    Unclear,
)
from storage.errors import (
    AlreadyExists,
    BlobMissing,
    NoSpace,
    NotFound,
    SlipwayError,
    Stale,
    StorageError,
    TooLarge,
)
from storage.records.base import new_id

logger = logging.getLogger(__name__)

#: The nearest of an error's families decides.
STATUS: dict[type[SlipwayError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    BlobMissing: HTTPStatus.GONE,
    AlreadyExists: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NoSpace: HTTPStatus.INSUFFICIENT_STORAGE,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotNow: HTTPStatus.CONFLICT,
    Unclear: HTTPStatus.UNPROCESSABLE_ENTITY,
    SourceFailed: HTTPStatus.BAD_GATEWAY,
    DirectoryFailed: HTTPStatus.BAD_GATEWAY,
    StorageError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ProvisioningError: HTTPStatus.BAD_GATEWAY,
    SlipwayError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

NOTHING_HERE = (
    "There is nothing to install here. The link may be mistyped, too old, or taken back. "
    "Ask whoever sent it to you for a new one."
)
OUR_FAULT = "Something went wrong on our side. Whoever runs this Slipway finds it in the log under"

TITLES = {
    HTTPStatus.NOT_FOUND: "Nothing here",
    HTTPStatus.GONE: "The file is gone",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
}

#: A wrong method tells as little as a wrong path: there is nothing here.
HIDDEN = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is said of an error."""

    status: HTTPStatus
    sentence: str


def status_of(error: SlipwayError) -> HTTPStatus:
    """Return what the nearest family of *error* in the table answers."""
    for family in type(error).__mro__:
        if family in STATUS:
            return STATUS[family]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def answer_errors(pages: Pages) -> Middleware:
    """
    Return the middleware that turns every error into an answer.

    Whatever does not exist, and whatever must look as if it did not, gets the same page: byte for
    byte, whether the path, the method or the link was wrong.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if is_trick(request.raw_path):
                return _answer(request, pages, _nothing())
            return await handler(request)
        except ConnectionError:
            raise  # Whoever asked has gone; aiohttp closes the connection and says nothing of it.
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            return _answer(request, pages, _of_http(error))
        except SlipwayError as error:
            return _answer(request, pages, _of_ours(request, error))
        except Exception as error:  # noqa: BLE001 - the last net: whatever it is, it is logged
            return _answer(request, pages, _surprise(request, error))

    return middleware


def _nothing() -> Trouble:
    return Trouble(status=HTTPStatus.NOT_FOUND, sentence=NOTHING_HERE)


def _of_http(error: web.HTTPException) -> Trouble:
    status = HTTPStatus(error.status)
    if status in HIDDEN:
        return _nothing()
    return Trouble(status=status, sentence=f"{status.phrase}. {status.description}".strip())


def _of_ours(request: web.Request, error: SlipwayError) -> Trouble:
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status is HTTPStatus.GONE:
        logger.error("%s %s failed.", request.method, masked(request.raw_path), exc_info=error)
    return _nothing() if status in HIDDEN else Trouble(status=status, sentence=str(error))


def _surprise(request: web.Request, error: Exception) -> Trouble:
    reference = new_id()[:12]
    logger.error(
        "%s %s failed (%s).", request.method, masked(request.raw_path), reference, exc_info=error
    )
    return Trouble(status=HTTPStatus.INTERNAL_SERVER_ERROR, sentence=f"{OUR_FAULT} {reference}.")


def _answer(request: web.Request, pages: Pages, trouble: Trouble) -> web.Response:
    if request.writer.output_size:
        # Half an answer is on its way already; a second one would end up in the middle of it.
        raise ConnectionResetError
    if wants_json(request):
        return web.json_response({"error": trouble.sentence}, status=trouble.status)
    title = TITLES.get(trouble.status, trouble.status.phrase)
    values = {"title": title, "sentence": trouble.sentence}
    return pages.answer("error.html", values, status=trouble.status)


def wants_json(request: web.Request) -> bool:
    """Return whether a program asks that reads JSON."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted
