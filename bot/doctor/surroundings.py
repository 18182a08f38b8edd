"""The surroundings: the names in the environment, and whether anybody is in charge."""

from bot.doctor.complaint import Broken, Doubtful
from bot.doctor.outside import Outside
from bot.doctor.records import open_records
from bot.settings import Settings, strangers
from storage.catalog import organizations, roles
from storage.records.role import Role


async def settings(_settings: Settings, _outside: Outside) -> str:
    """Say which names in the environment are no settings."""
    unknown = strangers()
    meant = {name: real for name, real in unknown.items() if real}
    if meant:
        raise Broken(
            f"{_listed(list(meant))} no setting, and ignored.",
            " ".join(f"Did you mean {real}?" for real in dict.fromkeys(meant.values())),
        )
    if unknown:
        raise Doubtful(
            f"{_listed(list(unknown))} no setting, and ignored.",
            "Remove it; docs/settings.md lists all there are.",
        )
    return "Every SLIPWAY_ name in the environment is a setting."


def _listed(names: list[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


async def admins(settings: Settings, _outside: Outside) -> str:
    """Say whether anybody can give roles."""
    count = len(settings.admins)
    if count:
        return f"{count} {'person is' if count == 1 else 'people are'} named in SLIPWAY_ADMINS."
    if await _role_was_given(settings):
        return "Nobody is named in SLIPWAY_ADMINS; the role was given in Slack."
    raise Broken(
        "Nobody is an admin, so nobody can distribute or give roles.",
        "Set SLIPWAY_ADMINS to your Slack user id: your profile, ⋮, “Copy member ID”.",
    )


async def _role_was_given(settings: Settings) -> bool:
    async with open_records(settings) as database:
        if database is None:
            return False
        async with database.reading() as session:
            own = await organizations.called(session, settings.organization)
            return own is not None and await roles.is_given(session, own.id, Role.ADMIN)
