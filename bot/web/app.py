"""The web application: every door of the house that is reached by HTTP."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from bot.links import Links
from bot.web.apple.routes import ApplePages, AppleParts
from bot.web.enroll.routes import EnrolPages, EnrolParts
from bot.web.health import About, Check, health_doors, nothing
from bot.web.install.handing import Handing
from bot.web.install.packages import Packages
from bot.web.install.routes import InstallPages
from bot.web.install.trouble import TroublePages
from bot.web.join.routes import JoinPages, JoinParts
from bot.web.kit.access_log import ACCESS, MaskedAccessLogger, server_logger
from bot.web.kit.callers import Callers
from bot.web.kit.connections import LIMITS, ConnectionLimits, PatientRunner
from bot.web.kit.doors import Access, Door, Guard, open_doors
from bot.web.kit.errors import answer_errors
from bot.web.kit.headers import add_headers
from bot.web.kit.limits import RequestRates, limit_requests
from bot.web.kit.rendering import Assets, Pages
from bot.web.me.routes import MyPages, MyParts
from bot.web.notes.routes import NotesPages, NotesParts
from bot.web.probe import probe_doors
from provisioning.following.troubles import Troubles
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.receipts import Receipts
from storage.blobs.store import BlobStore

#: After so many seconds of not taking a byte, a download is given up; it can be resumed.
STALL = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """
    What the web application is made of.

    `notes`, `apple`, `enrol`, `mine`, `joining` and `troubles` are what the pages of notes, of
    Apple's teams, of devices, of testers, of those who join and of what does not install need:
    they are not there without it.
    `doors` are those of others, such as Slack's events, and `guards` who lets people in there.
    `alive` and `ready` are the checks of `/healthz` and `/readyz` by name; `about` returns what
    both say beside them. `stall` is in seconds. With `handing` the proxy sends packages.
    `rates` is how often one may ask, by `clock`, and `proxies` whose word is taken for who asks.
    """

    grants: Grants
    installabilities: Installabilities
    receipts: Receipts
    blobs: BlobStore
    links: Links
    alive: Mapping[str, Check] = field(default_factory=dict)
    ready: Mapping[str, Check] = field(default_factory=dict)
    notes: NotesParts | None = None
    apple: AppleParts | None = None
    enrol: EnrolParts | None = None
    mine: MyParts | None = None
    joining: JoinParts | None = None
    troubles: Troubles | None = None
    about: About = nothing
    doors: Sequence[Door] = ()
    guards: Mapping[Access, Guard] = field(default_factory=dict)
    stall: float = STALL
    handing: Handing | None = None
    rates: RequestRates = field(default_factory=RequestRates)
    proxies: Sequence[str] = ()
    clock: Callable[[], float] = time.monotonic


def make_web(parts: WebParts) -> web.Application:
    """Return the application. It fails to start with a route that does not say who may use it."""
    assets = Assets(urlsplit(parts.links.base_url).path)
    pages = Pages(assets)
    install = InstallPages(
        grants=parts.grants,
        installabilities=parts.installabilities,
        receipts=parts.receipts,
        blobs=parts.blobs,
        links=parts.links,
        pages=pages,
        packages=Packages(
            blobs=parts.blobs, receipts=parts.receipts, stall=parts.stall, handing=parts.handing
        ),
        enrolments=parts.enrol.enrolments if parts.enrol is not None else None,
        hears_trouble=parts.troubles is not None,
    )
    troubles = TroublePages(parts.troubles, parts.links, pages) if parts.troubles else None
    enrol = EnrolPages(parts.enrol, parts.links, pages) if parts.enrol is not None else None
    notes = NotesPages(parts.notes, pages) if parts.notes is not None else None
    apple = ApplePages(parts.apple, pages) if parts.apple is not None else None
    mine = MyPages(parts.mine, parts.links, pages) if parts.mine is not None else None
    joining = JoinPages(parts.joining, parts.links, pages) if parts.joining is not None else None
    limiting = limit_requests(parts.rates, Callers(parts.proxies), pages, clock=parts.clock)
    app = web.Application(middlewares=[limiting, answer_errors(pages)])
    app.on_response_prepare.append(add_headers(secure=parts.links.secure))
    doors = [
        *health_doors(parts.alive, parts.ready, parts.about),
        *probe_doors(),
        assets.door(),
        *install.doors(),
        *([parts.handing.door()] if parts.handing is not None else ()),
        *(troubles.doors() if troubles is not None else ()),
        *(notes.doors() if notes is not None else ()),
        *(apple.doors() if apple is not None else ()),
        *(enrol.doors() if enrol is not None else ()),
        *(mine.doors() if mine is not None else ()),
        *(joining.doors() if joining is not None else ()),
        *parts.doors,
    ]
    guards: dict[Access, Guard] = {Access.GRANT: install.admit}
    if notes is not None:
        guards[Access.INVITATION] = notes.admit
    if apple is not None:
        guards[Access.ONE_TIME] = apple.admit
    if enrol is not None:
        guards |= enrol.guards()
    if mine is not None:
        guards[Access.PERSONAL] = mine.admit
    if joining is not None:
        guards |= joining.guards()
    if parts.handing is not None:
        guards[Access.PROXY] = parts.handing.admit
    open_doors(app, doors, {**guards, **parts.guards})
    return app


def make_runner(
    app: web.Application, *, patience: float = 3.0, limits: ConnectionLimits = LIMITS
) -> web.AppRunner:
    """
    Return what serves the application, with the access log that masks secrets.

    Downloads get *patience* seconds to end at shutdown; they can be resumed.
    """
    return PatientRunner(
        app,
        limits,
        access_log_class=MaskedAccessLogger,
        access_log=ACCESS,
        handle_signals=False,
        logger=server_logger(),
        shutdown_timeout=patience,
    )
