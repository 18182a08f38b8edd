"""The examination: every check in turn, each of which ends in a finding, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.doctor import (
    address,
    apple,
    authorities,
    disk,
    packages,
    records,
    secret,
    slack,
    surroundings,
)
from bot.doctor.complaint import Complaint, Doubtful, NotLooked, in_two
from bot.doctor.outside import Outside
from bot.findings import Finding, Gravity
from bot.observability import redacted
from bot.settings import Settings
from storage.errors import SlipwayError

#: In seconds, for one check.
PATIENCE = 20.0

#: Returns what is well in a sentence; raises Broken or Doubtful for what is not.
Look: TypeAlias = Callable[[Settings, Outside], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A thing that is looked at. *brief* ones are looked at when Slipway starts as well."""

    what: str
    look: Look
    brief: bool = False


#: In the order in which they are best mended.
EXAMINED: tuple[Examined, ...] = (
    Examined(what="settings", look=surroundings.settings, brief=True),
    Examined(what="data folder", look=disk.folder, brief=True),
    Examined(what="free space", look=disk.space, brief=True),
    Examined(what="file descriptors", look=disk.descriptors, brief=True),
    Examined(what="secret key", look=secret.key, brief=True),
    Examined(what="Apple's authorities", look=authorities.apples, brief=True),
    Examined(what="database", look=records.database),
    Examined(what="backups", look=records.backups, brief=True),
    Examined(what="reading packages", look=packages.reading),
    Examined(what="public address", look=address.form, brief=True),
    Examined(what="name", look=address.name),
    Examined(what="certificate", look=address.certificate),
    Examined(what="way in", look=address.way_in),
    Examined(what="downloads", look=address.downloads),
    Examined(what="large requests", look=address.large_requests),
    Examined(what="Slack settings", look=slack.settings_of_slack),
    Examined(what="Slack", look=slack.bot_token),
    Examined(what="clock", look=slack.clock),
    Examined(what="scopes", look=slack.scopes),
    Examined(what="Socket Mode", look=slack.socket_mode),
    Examined(what="admins", look=surroundings.admins, brief=True),
    Examined(what="admins in Slack", look=slack.admins_in_slack),
    Examined(what="channels", look=slack.channels),
    Examined(what="Apple", look=apple.teams),
)


async def examine(
    settings: Settings, outside: Outside | None = None, *, brief: bool = False
) -> Sequence[Finding]:
    """
    Return a finding for each check, in the order in which they are best mended.

    *outside* is how the world is reached. The *brief* form is that of a start: what can be seen
    without waiting for anybody.
    """
    outside = outside or Outside()
    chosen = [one for one in EXAMINED if one.brief or not brief]
    return await asyncio.gather(*(_finding(one, settings, outside) for one in chosen))


async def _finding(one: Examined, settings: Settings, outside: Outside) -> Finding:
    to_do = ""
    try:
        async with asyncio.timeout(PATIENCE):
            return Finding(what=one.what, found=await one.look(settings, outside))
    except NotLooked as reason:
        return _of(one, Gravity.SKIPPED, reason)
    except Doubtful as doubt:
        return _of(one, Gravity.WARNING, doubt)
    except Complaint as complaint:
        return _of(one, Gravity.BROKEN, complaint)
    except SlipwayError as error:
        found, to_do = in_two(str(error))
    except TimeoutError:
        found = f"No answer within {PATIENCE:g} seconds."
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, never a crash
        # Drivers quote addresses with their passwords, and admins are shown this in Slack.
        found = redacted(f"The check itself failed with {type(error).__name__}: {error}")
    return Finding(what=one.what, gravity=Gravity.BROKEN, found=found, to_do=to_do)


def _of(one: Examined, gravity: Gravity, complaint: Complaint) -> Finding:
    return Finding(what=one.what, gravity=gravity, found=str(complaint), to_do=complaint.to_do)
