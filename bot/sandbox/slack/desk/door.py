"""Who may come in: a browser on this machine that shows this very page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.errors import NotPossible, SandboxError, Unanswered
from bot.sandbox.slack.views import EVERY_TAB
from bot.sandbox.slack.workspace import Workspace

#: Names of this machine. Another name in the Host header is a page that was rebound to us.
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request of the page, by somebody, who acts on the ground of their tab."""

    request: web.Request
    workspace: Workspace
    ground: Ground
    person: Person

    async def body(self) -> JsonObject:
        """Return the JSON object that was sent, an empty one where there was nothing."""
        if not self.request.can_read_body:
            return {}
        try:
            body = await self.request.json()
        except ValueError:
            raise NotPossible("The page sent something that is no JSON.") from None
        return body if isinstance(body, dict) else {}


Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answering: TypeAlias = Callable[[Visit], Awaitable[web.StreamResponse]]


def refused(request: web.Request) -> str | None:
    """Return why a request is not let in, None when it is."""
    if not _is_loopback(request.remote):
        return "The sandbox can only be used on the machine it runs on."
    if urlsplit(f"//{request.host}").hostname not in _OWN_NAMES:
        return "The sandbox can only be opened under the name localhost or 127.0.0.1."
    origin = request.headers.get("Origin")
    if request.method not in _SAFE and origin is not None:
        sent_by = urlsplit(origin)
        if sent_by.scheme not in {"http", "https"} or sent_by.netloc != request.host:
            return "Another page tried to use the sandbox."
    return None


def _is_loopback(remote: str | None) -> bool:
    try:
        return remote is not None and ip_address(remote).is_loopback
    except ValueError:
        return False


def guarded(handler: Handler) -> Handler:
    """Let only this machine's own page in."""

    async def behind_the_door(request: web.Request) -> web.StreamResponse:
        why = refused(request)
        if why is not None:
            return web.json_response({"error": why}, status=403)
        try:
            return await handler(request)
        except Unanswered as error:
            return web.json_response({"error": str(error)}, status=424)
        except SandboxError as error:
            return web.json_response({"error": str(error)}, status=400)

    return behind_the_door


def for_somebody(workspace: Workspace, answering: Answering) -> Handler:
    """Let in and find out who it is that asks, from `?as=`, and in which `&tab=`."""

    async def with_person(request: web.Request) -> web.StreamResponse:
        user = workspace.state.people.get(request.query.get("as", ""))
        if user is None or user.is_bot:
            raise NotPossible("Say who you are: nobody of this workspace has that id.")
        ground = replace(workspace.ground, tab=request.query.get("tab", EVERY_TAB))
        person = Person(ground, user.id)
        visit = Visit(request=request, workspace=workspace, ground=ground, person=person)
        return await answering(visit)

    return guarded(with_person)
