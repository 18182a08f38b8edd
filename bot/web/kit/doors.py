"""Doors: every route with who may come in, declared in one line and checked in one place."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Lets a request in by returning None, answers it itself, or raises.
Guard = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class Access(StrEnum):
    """Who may come in by a door."""

    PUBLIC = "public"  #: Anybody.
    GRANT = "grant"  #: Whoever holds the install link that is in the path.
    PERSONAL = "personal"  #: Whoever holds the link to a tester's own page that is in the path.
    JOIN = "join"  #: Whoever holds the join link that is in the path.
    JOINED = "joined"  #: Whoever asked to join, by the link that they were led to.
    INVITATION = "invitation"  #: Whoever holds the link that is in the path, sealed by us.
    ONE_TIME = "one time"  #: Whoever holds the link that is in the path, kept hashed, used once.
    ENROLMENT = "enrolment"  #: Whoever holds the link to add a device that is in the path.
    CHALLENGE = "challenge"  #: A device, by the question to it that is in the path.
    RESULT = "result"  #: Whoever was sent to the result that is in the path.
    PROXY = "proxy"  #: The proxy, by a ticket that was sealed for it alone.
    SLACK = "slack"  #: Slack, by its signature over every byte.


class Meter(StrEnum):
    """How the requests at a door are counted."""

    PAGE = "page"
    DOWNLOAD = "download"  #: A package, which a phone may fetch in many pieces.
    SIGNED = "signed"  #: Whoever signs may come as often as they like; who does not is counted.
    FREE = "free"  #: Not at all: whoever looks after this installation asks here.


#: How the doors for some are counted that do not say it themselves; the others as pages.
METERS: dict[Access, Meter] = {Access.SLACK: Meter.SIGNED, Access.PROXY: Meter.SIGNED}


class UndeclaredDoor(RuntimeError):
    """A route was added without saying who may use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A route. A door for GET is one for HEAD too."""

    method: str
    path: str
    access: Access
    handler: Handler
    meter: Meter | None = None

    @property
    def counted(self) -> Meter:
        return self.meter or METERS.get(self.access, Meter.PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A route as it stands, for whoever wants to see that each has its policy."""

    method: str
    path: str
    access: Access
    meter: Meter


DECLARED = web.AppKey("declared", dict[tuple[str, str], Door])


def open_doors(app: web.Application, doors: Sequence[Door], guards: Mapping[Access, Guard]) -> None:
    """Add *doors*, each behind its guard, and refuse to start with any that came in otherwise."""
    declared = app.setdefault(DECLARED, {})
    for door in doors:
        route = app.router.add_route(door.method, door.path, _guarded(door, guards))
        resource = route.resource
        assert resource is not None  # A route that was added by its path has one.
        declared[door.method, resource.canonical] = door
        if door.method == "GET":
            app.router.add_route("HEAD", door.path, _guarded(door, guards))
            declared["HEAD", resource.canonical] = door
    app.on_startup.append(refuse_undeclared)


def declared_doors(app: web.Application) -> list[Declared]:
    """Return every route with its policy. Raise UndeclaredDoor for one without."""
    found: list[Declared] = []
    for route in app.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        door = app[DECLARED].get((route.method, path))
        if door is None:
            raise UndeclaredDoor(f"{route.method} {path} does not say who may use it.")
        found.append(
            Declared(method=route.method, path=path, access=door.access, meter=door.counted)
        )
    return found


def meter_of(request: web.Request) -> Meter:
    """Return how a request is counted; one that finds no door counts as a page."""
    resource = request.match_info.route.resource
    if resource is None:
        return Meter.PAGE
    door = request.app[DECLARED].get((request.method, resource.canonical))
    return door.counted if door is not None else Meter.PAGE


async def refuse_undeclared(app: web.Application) -> None:
    """End the start-up with UndeclaredDoor when a route has no policy."""
    declared_doors(app)


def _guarded(door: Door, guards: Mapping[Access, Guard]) -> Handler:
    if door.access is Access.PUBLIC:
        return door.handler
    guard = guards.get(door.access)
    if guard is None:
        raise UndeclaredDoor(f"Nobody guards {door.path}, which is for {door.access.value} only.")

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = await guard(request)
        return answer if answer is not None else await door.handler(request)

    return handle
