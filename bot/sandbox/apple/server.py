"""The server: one port for the API of every team."""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web
from cryptography import x509

from bot.sandbox.apple.api.address import operations
from bot.sandbox.apple.api.called import Called
from bot.sandbox.apple.api.endpoint import EVERY, Api
from bot.sandbox.apple.api.faults import refused
from bot.sandbox.apple.ledger import Ledger
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Fault, Script, When
from bot.sandbox.samples.authorities import Authorities, own_authorities
from bot.sandbox.samples.identities import HARBOUR_LABS, Team

#: A body is read up to here; a request for a profile with every device is far smaller.
LARGEST_BODY = 4 * 1024 * 1024
#: Requests that still run when the server stops get so many seconds.
GRACE_SECONDS = 1.0


class SandboxApple:
    """
    App Store Connect's API for teams of our own.

    What they have lives in memory, unless it is written in a *ledger* from which another run goes
    on. *authorities* are who signs; without any they are those of this process.

    Use `async with SandboxApple.serve() as apple`, or make one inside the running loop, `mount` it
    on an application, set `url` and call `close` at the end. *team* is the first of *teams*, with
    a key of the role Admin as `team.key`. Ids are the same in every run; another *salt* makes other
    ones, where somebody may still know those of an earlier run.
    """

    def __init__(
        self,
        *,
        salt: str = "",
        authorities: Authorities | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._salt = salt
        self._authorities = authorities or own_authorities()
        self._ledger = ledger
        self.url = "http://127.0.0.1"
        self.clock = Clock()
        self.faults = Script(refused)
        self.teams: list[SandboxTeam] = []
        self.team = self.add_team(HARBOUR_LABS)
        self.api = Api(self.teams, self.clock, self.faults, written=self.keep)

    @classmethod
    @asynccontextmanager
    async def serve(
        cls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        salt: str = "",
        authorities: Authorities | None = None,
        ledger: Ledger | None = None,
    ) -> AsyncGenerator["SandboxApple"]:
        """Listen on *port*, a free one by default, until the block ends."""
        apple = cls(salt=salt, authorities=authorities, ledger=ledger)
        application = web.Application(client_max_size=LARGEST_BODY)
        apple.mount(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            apple.url = f"http://{host}:{runner.addresses[0][1]}"
            yield apple
        finally:
            apple.close()
            await runner.cleanup()

    def mount(self, application: web.Application, prefix: str = "") -> None:
        """Add the API to an application, below a *prefix* such as `/apple` if one is given."""
        application.router.add_route("*", prefix + "/v1/{path:.*}", self.api.serve)

    def add_team(self, identity: Team) -> SandboxTeam:
        """Make one more team with a key of its own, or the one that the ledger tells of."""
        team = SandboxTeam(self.clock, identity, salt=self._salt, authorities=self._authorities)
        if self._ledger is not None:
            self._ledger.restore(team)
        self.teams.append(team)
        return team

    def keep(self) -> None:
        """Write into the ledger, if there is one; after calls of the API it is done by itself."""
        if self._ledger is not None:
            self._ledger.write(self.teams)

    @property
    def authorities(self) -> tuple[x509.Certificate, ...]:
        """What stands above every certificate that is issued here, the root last."""
        return self._authorities.certificates

    @property
    def calls(self) -> deque[Called]:
        return self.api.calls

    def calls_of(self, operation: str) -> list[Called]:
        """Return the calls of an operation. Raise ValueError for one that does not exist."""
        _check(operation)
        return [called for called in self.api.calls if called.operation == operation]

    @property
    def violations(self) -> list[str]:
        """What a correct client never sends, as sentences; a test expects none."""
        return list(self.api.violations)

    def script(
        self,
        operation: str,
        fault: Fault,
        times: float = 1,
        *,
        seconds: float = float("inf"),
        when: When | None = None,
    ) -> None:
        """
        Let the next calls of an operation go wrong: so many, within so many seconds.

        An operation is named as `POST devices` or `GET profiles/{id}/devices`; `*` stands for all.
        *when* picks the calls that are meant by their `path`, `query` and `body`.
        """
        _check(operation)
        self.faults.add(operation, fault, times, seconds=seconds, when=when)

    def close(self) -> None:
        """Let go of calls that were told never to be answered."""
        self.faults.stop()


def _check(operation: str) -> None:
    if operation not in {EVERY, *operations()}:
        raise ValueError(f"Apple knows no operation {operation}.")
