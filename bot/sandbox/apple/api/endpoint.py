"""`/v1/...`: checks a call as strictly as Apple, does it, and remembers it."""

import asyncio
import json
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import web

from bot.sandbox.apple.allowance import Allowance
from bot.sandbox.apple.api.access import Caller, caller_of
from bot.sandbox.apple.api.address import SHAPES, Address
from bot.sandbox.apple.api.called import Called
from bot.sandbox.apple.api.documents import Documents
from bot.sandbox.apple.api.entity import Entity, read_body
from bot.sandbox.apple.api.query import MOST_PER_PAGE, Query
from bot.sandbox.apple.api.reading import read
from bot.sandbox.apple.api.resource import Asked
from bot.sandbox.apple.errors import AppleRefusal, BadMethod, BadParameter, NotAuthorized
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Fault, FaultKind, Script
from bot.sandbox.shapes import JsonObject, as_object

#: So many calls and so many breaches of Apple's rules are remembered.
KEPT_CALLS = 10_000
KEPT_VIOLATIONS = 1000
#: Under this name a test scripts faults of every operation.
EVERY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coming:
    """A call that has come and was not answered yet."""

    request: web.Request
    address: Address
    body: JsonObject
    caller: Caller | NotAuthorized
    at_once: int

    @property
    def operation(self) -> str:
        return self.address.operation(self.request.method)

    @property
    def key_id(self) -> str:
        return self.caller.key.id if isinstance(self.caller, Caller) else ""


class Api:
    """
    Answers the API for every team.

    *page_cap* bounds pages, so that few things make many of them. *clock_ahead* is how far Apple's
    clock is ahead of ours when it judges tokens, in seconds: they are judged by the true time, for
    a client knows nothing of the sandbox's. *written* is called when something was changed, before
    anybody is told.
    """

    def __init__(
        self,
        teams: Sequence[SandboxTeam],
        clock: Clock,
        script: Script,
        *,
        written: Callable[[], None],
    ) -> None:
        self.page_cap = MOST_PER_PAGE
        self.clock_ahead = 0.0
        self.allowance = Allowance(clock)
        self.calls: deque[Called] = deque(maxlen=KEPT_CALLS)
        self.violations: deque[str] = deque(maxlen=KEPT_VIOLATIONS)
        self._teams = teams
        self._clock = clock
        self._script = script
        self._written = written

    async def serve(self, request: web.Request) -> web.StreamResponse:
        caller = self._caller(request)
        key_id = caller.key.id if isinstance(caller, Caller) else ""
        coming = _Coming(
            request=request,
            address=Address.read(request.match_info["path"]),
            body=await _sent(request),
            caller=caller,
            at_once=self.allowance.begin(key_id),
        )
        fault = self._fault_of(coming)
        try:
            response = await self._work(coming, fault)
        finally:
            # Whoever is left without an answer calls again: from here on the call runs no more.
            self.allowance.end(key_id)
        if fault is not None and fault.late and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        elif fault is not None and (fault.late or response is None):
            return await self._script.spoil(request, fault)
        assert response is not None  # there is one unless a fault came first
        return response

    def _caller(self, request: web.Request) -> Caller | NotAuthorized:
        authorization = request.headers.get("Authorization", "")
        try:
            return caller_of(authorization, self._teams, time.time() + self.clock_ahead)
        except NotAuthorized as refusal:
            return refusal

    async def _work(self, coming: _Coming, fault: Fault | None) -> web.Response | None:
        """Do what was asked and return the answer; None where a fault comes before."""
        if fault is not None and not fault.late:
            if fault.kind is not FaultKind.DELAY:
                self._remember(coming, 0, fault=fault)
                return None
            await asyncio.sleep(fault.seconds)
        return await self._done(coming, fault)

    def _fault_of(self, coming: _Coming) -> Fault | None:
        facts: JsonObject = {
            "path": coming.request.path,
            "query": dict(coming.request.query),
            "body": coming.body,
        }
        named = self._script.take(coming.operation, facts)
        return named or self._script.take(EVERY, facts)

    async def _done(self, coming: _Coming, fault: Fault | None) -> web.Response:
        now = time.time() + self.clock_ahead
        headers = {"Date": formatdate(now, usegmt=True)}
        try:
            status, document = await self._run(coming)
            self._remember(coming, status, fault=fault)
        except AppleRefusal as refusal:
            if refusal.is_violation:
                self.violations.append(f"{coming.operation}: {refusal.detail}")
            status = int(refusal.status)
            self._remember(coming, status, refusal=refusal, fault=fault)
            document = {"errors": [refusal.as_json(str(uuid.uuid4()))]}
        if coming.key_id:
            headers["X-Rate-Limit"] = self.allowance.header(coming.key_id)
        if document is None:
            return web.Response(status=status, headers=headers)
        return web.json_response(document, status=status, headers=headers)

    async def _run(self, coming: _Coming) -> tuple[int, JsonObject | None]:
        request, caller = coming.request, coming.caller
        if isinstance(caller, NotAuthorized):
            raise caller
        self.allowance.take(caller.key.id, coming.at_once)
        caller.check(request.method, f"/v1/{request.match_info['path']}")
        documents = self._documents(request, caller.team)
        if request.method == "GET":
            pairs = list(request.query.items())
            return HTTPStatus.OK, read(documents, coming.address, pairs)
        answer = await _write(coming, caller, documents)
        self._written()
        return answer

    def _documents(self, request: web.Request, team: SandboxTeam) -> Documents:
        prefix = request.path.removesuffix(f"/v1/{request.match_info['path']}")
        return Documents(
            team=team,
            shapes=SHAPES,
            url=request.url,
            base=f"{request.scheme}://{request.host}{prefix}",
            page_cap=self.page_cap,
        )

    def _remember(
        self,
        coming: _Coming,
        status: int,
        *,
        refusal: AppleRefusal | None = None,
        fault: Fault | None = None,
    ) -> None:
        called = Called(
            operation=coming.operation,
            path=coming.request.path,
            query=dict(coming.request.query),
            body=coming.body,
            status=status,
            code=refusal.code if refusal else "",
            detail=refusal.why if refusal else "",
            fault=fault.kind.value if fault else "",
            key_id=coming.key_id,
            at=self._clock.now(),
            at_once=coming.at_once,
        )
        self.calls.append(called)


async def _write(
    coming: _Coming, caller: Caller, documents: Documents
) -> tuple[int, JsonObject | None]:
    address, method = coming.address, coming.request.method
    resource = address.resource
    wanted = {("POST", False): "CREATE", ("PATCH", True): "UPDATE", ("DELETE", True): "DELETE"}
    operation = wanted.get((method, bool(address.id)))
    if operation is None or address.link:
        raise BadMethod(method)
    resource.check(operation)
    for name in coming.request.query:
        raise BadParameter(name, f"The parameter '{name}' can not be used here")
    if resource.deleting is not None and operation == "DELETE":
        resource.deleting(_asked(caller, address.id, Entity(attributes={}, relations={})))
        return HTTPStatus.NO_CONTENT, None
    writing = resource.creating if operation == "CREATE" else resource.changing
    assert writing is not None  # the check above has seen to it
    form, write = writing
    entity = form.read(await read_body(coming.request), address.id or None)
    written = write(_asked(caller, address.id, entity))
    status = HTTPStatus.CREATED if operation == "CREATE" else HTTPStatus.OK
    return status, documents.one(resource.shape, written, Query())


def _asked(caller: Caller, id_: str, entity: Entity) -> Asked:
    return Asked(team=caller.team, key=caller.key, id=id_, entity=entity)


async def _sent(request: web.Request) -> JsonObject:
    """Return the body if it is a JSON object; whether it should be one is seen later."""
    try:
        return as_object(json.loads(await request.read() or b"{}"))
    except ValueError:
        return {}
