"""A sound installation to be broken: Slack, a house's doors, a proxy, a backup."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.doctor.outside import Outside
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.slack.server import SandboxSlack, Setup
from bot.secret_key import installation_id, secret_key
from bot.settings import Settings, load
from bot.web.health import health_doors
from bot.web.kit.doors import open_doors
from bot.web.probe import probe_doors
from tests.integration.doctor.certificates import HOST, Authority, Wanted
from tests.integration.doctor.proxy import Proxy
from tests.integration.slack.house import manifest


class FixedNames(AbstractResolver):
    """Knows one name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        if host != HOST:
            raise OSError(f"{host} is unknown")
        one = ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0
        )
        return [one]

    async def close(self) -> None:
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an installation is set up."""

    certificate: Wanted | None = field(default_factory=Wanted)
    withheld: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Installation:
    """An installation, and what the doctor is given of it."""

    slack: SandboxSlack
    apple: SandboxApple
    proxy: Proxy
    folder: Path
    given: dict[str, object]
    outside: Outside

    @property
    def settings(self) -> Settings:
        return load(**self.given)

    @property
    def port(self) -> int:
        """The port of the proxy."""
        return int(str(self.given["base_url"]).rpartition(":")[2])

    def sees(self, **changes: object) -> None:
        """Change what the doctor sees of the world."""
        self.outside = replace(self.outside, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def installed(
    folder: Path, database_url: str, authority: Authority, plan: Plan
) -> AsyncGenerator[Installation]:
    """Lend an installation whose tables are made; a house's own doors stand in for the house."""
    (folder / "backups").mkdir()
    (folder / "backups" / "monday.tar").write_text("a backup")
    setup = Setup(manifest=manifest(), withheld_scopes=plan.withheld)
    wanted = plan.certificate
    context = authority.server(folder, wanted) if wanted is not None else None
    proxy = Proxy()
    async with (
        SandboxSlack.serve(data_dir=folder / "slack", setup=setup) as slack,
        SandboxApple.serve() as apple,
        proxy.listening(context) as port,
        _doors(secret_key(folder / "data" / "secret.key")) as upstream,
    ):
        proxy.upstream = upstream
        yield Installation(
            slack=slack,
            apple=apple,
            proxy=proxy,
            folder=folder,
            given={
                "base_url": f"https://{HOST}:{port}",
                "data_dir": folder / "data",
                "database_url": database_url,
                "backup_dir": folder / "backups",
                "admins": slack.workspace.person("Ann").id,
                "slack_bot_token": slack.bot_token,
                "slack_app_token": slack.app_token,
                "slack_api_url": slack.api_url,
            },
            outside=Outside(
                resolver=FixedNames,
                trust=authority.trust,
                free_space=lambda _folder: 50 * 1000**3,
                open_files=lambda: 65536,
            ),
        )


@asynccontextmanager
async def _doors(key: bytes) -> AsyncGenerator[str]:
    name = installation_id(key)
    app = web.Application()
    doors = [*health_doors({}, {}, lambda: {"installation": name}), *probe_doors()]
    open_doors(app, doors, {})
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
