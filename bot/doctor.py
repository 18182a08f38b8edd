"""The doctor: each thing that can be wrong with an installation, and what to do about it."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.secret_key import secret_key
from bot.settings import Settings
from bot.slack.kit import names
from storage.catalog.database import Database
from storage.errors import SlipwayError
from storage.inspection.facts import Hashes
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.worker import InspectionPool
from storage.migrations import migrate

#: Below this much free space a build of Slack's largest size does not fit twice.
WANTED_SPACE = 3 * 1024**3
#: Slack refuses requests that are older; a clock that is this far off is wrong anyway.
CLOCK_TOLERANCE = 60.0
PATIENCE = 20.0
#: The smallest archive there is; it is readable, and no app.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: what is well, or what is wrong and what to do."""

    name: str
    ok: bool
    sentence: str


class Broken(SlipwayError):
    """A check found something; the message says what and what to do."""


async def examine(settings: Settings) -> Sequence[Finding]:
    """Return a finding for each check, in the order in which they are best mended."""
    checks: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
        ("data folder", _data_folder),
        ("secret key", _key),
        ("database", _database),
        ("public address", _address),
        ("reading packages", _inspection),
        ("Slack settings", _slack_settings),
        ("Slack", _slack),
        ("Socket Mode", _socket),
    )
    return [await _find(name, check, settings) for name, check in checks]


async def _find(
    name: str, check: Callable[[Settings], Awaitable[str]], settings: Settings
) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return Finding(name=name, ok=True, sentence=await check(settings))
    except SlipwayError as trouble:
        return Finding(name=name, ok=False, sentence=str(trouble))
    except TimeoutError:
        return Finding(name=name, ok=False, sentence=f"No answer within {PATIENCE:g} seconds.")
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, never a crash
        sentence = f"It failed with {type(error).__name__}: {error}"
        return Finding(name=name, ok=False, sentence=sentence)


async def _data_folder(settings: Settings) -> str:
    return await asyncio.to_thread(_look_at_folder, settings.data_dir)


def _look_at_folder(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as error:
        raise Broken(
            f"{folder} cannot be written ({error.strerror}). Give it to the user that runs "
            "Slipway, or set SLIPWAY_DATA_DIR."
        ) from None
    free = shutil.disk_usage(folder).free
    if free < WANTED_SPACE:
        raise Broken(
            f"{folder} has {free / 1e9:.1f} GB free; a large build needs {WANTED_SPACE / 1e9:.0f} "
            "GB. Free some space."
        )
    return f"{folder.absolute()} can be written and has {free / 1e9:.0f} GB free."


async def _key(settings: Settings) -> str:
    await asyncio.to_thread(secret_key, settings.key_file)
    return f"{settings.key_file} holds a key that only its owner can read."


async def _database(settings: Settings) -> str:
    if not settings.database_url and not (settings.data_dir / "slipway.db").exists():
        return "SQLite in the data folder; it is made at the first start."
    database = Database(settings.records_url)
    try:
        await database.ping()
    finally:
        await database.close()
    waiting = await migrate.pending(settings.records_url)
    kind = "SQLite" if database.embedded else "PostgreSQL"
    if waiting:
        return f"{kind} answers; its tables are brought up to date at the next start."
    return f"{kind} answers, and its tables are up to date."


async def _address(settings: Settings) -> str:
    if not settings.base_url.startswith("https:"):
        raise Broken(
            f"SLIPWAY_BASE_URL is {settings.base_url}. iPhones install over https only: put a "
            "proxy with a trusted certificate in front and set the https address."
        )
    if not settings.is_public:
        raise Broken(
            f"SLIPWAY_BASE_URL is {settings.base_url}, which phones elsewhere cannot open."
        )
    return f"Install links begin with {settings.base_url}."


async def _inspection(_settings: Settings) -> str:
    with tempfile.NamedTemporaryFile(suffix=".zip") as probe:
        probe.write(EMPTY_ZIP)
        probe.flush()
        nothing = Hashes(md5="0" * 32, sha1="0" * 40, sha256="0" * 64)
        async with InspectionPool(workers=1) as pool:
            try:
                await pool.inspect(Path(probe.name), nothing)
            except NotAPackage:
                return "Packages are read in a process of their own, with limits."
            except PackageRejected as failure:
                raise Broken(f"The reading process does not work: {failure}") from None
    raise Broken("The reading process took an empty archive for an app.")


async def _slack_settings(settings: Settings) -> str:
    complaints = settings.slack_complaints()
    if complaints:
        raise Broken(" ".join(complaints) + " See docs/slack.md.")
    return f"All that {settings.slack_mode} mode needs is set."


async def _slack(settings: Settings) -> str:
    if settings.slack_bot_token is None:
        raise Broken("Without a bot token Slack cannot be asked.")
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    try:
        before = time.time()
        answer = await client.auth_test()
    except SlackApiError as refusal:
        code = refusal.response.get("error")
        raise Broken(
            f"Slack refuses the bot token ({code}). Copy it anew from “OAuth & Permissions”."
        ) from None
    except (aiohttp.ClientError, OSError) as error:
        raise Broken(
            f"{settings.slack_api_url} cannot be reached ({type(error).__name__}). Check the "
            "network, HTTPS_PROXY and SLIPWAY_SLACK_API_URL."
        ) from None
    _check_clock(answer, before)
    _check_scopes(answer)
    return f"Slack knows us as {answer['user']} in {answer['team']}, with every scope."


def _check_scopes(answer: AsyncSlackResponse) -> None:
    granted = {scope.strip() for scope in _header(answer, "x-oauth-scopes").split(",") if scope}
    missing = sorted(set(names.REQUIRED_SCOPES) - granted)
    if granted and missing:
        raise Broken(
            f"The Slack app lacks the scopes {', '.join(missing)}. Update the app from "
            "manifest.yml and install it again."
        )


def _check_clock(answer: AsyncSlackResponse, before: float) -> None:
    date = _header(answer, "date")
    if not date:
        return
    off = parsedate_to_datetime(date).timestamp() - before
    if abs(off) > CLOCK_TOLERANCE:
        raise Broken(
            f"This machine's clock is {abs(off):.0f} seconds off Slack's. Signatures fail beyond "
            "five minutes: let it be set by NTP."
        )


def _header(answer: AsyncSlackResponse, wanted: str) -> str:
    return next((str(v) for k, v in answer.headers.items() if k.lower() == wanted), "")


async def _socket(settings: Settings) -> str:
    if settings.slack_mode != "socket":
        return "Not used: Slack reaches us by HTTP."
    if settings.slack_app_token is None:
        raise Broken("Without an app-level token there is no Socket Mode.")
    token = settings.slack_app_token.get_secret_value()
    client = AsyncWebClient(token=token, base_url=settings.slack_api_url)
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as refusal:
        code = refusal.response.get("error")
        raise Broken(
            f"Slack refuses the app-level token ({code}). Make one with connections:write under "
            "“Basic Information”, and switch Socket Mode on."
        ) from None
    except (aiohttp.ClientError, OSError) as error:
        raise Broken(f"Slack cannot be reached ({type(error).__name__}).") from None
    return "Slack opens a socket for us."
