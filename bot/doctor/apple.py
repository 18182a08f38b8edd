"""Apple: whether the key of each team works, and whether there is a certificate to sign with."""

from collections.abc import Sequence

from bot.doctor.complaint import Broken, Doubtful, NotLooked
from bot.doctor.outside import Outside
from bot.doctor.records import open_records
from bot.secret_key import KeyMissing, kept_key
from bot.settings import Settings, SettingsWrong
from provisioning.appstore.client import AppStores
from provisioning.appstore.wire.backoff import Backoff
from provisioning.devices.team_findings import findings
from provisioning.devices.team_report import AppleTeamReport
from provisioning.devices.teams import AppleTeams
from storage.catalog import apple_teams, organizations
from storage.records.base import now
from storage.secrets import Secrets

#: Whoever waits for the doctor waits for seconds only.
PATIENCE = Backoff(tries=2, first=0.5, within=5.0)


async def teams(settings: Settings, _outside: Outside) -> str:
    """Say what is wrong with a team at Apple, the worst first."""
    reports = await _reports(settings)
    found = [(report.card.called, one) for report in reports for one in findings(report, now())]
    found.sort(key=lambda each: not each[1].stops)
    if found:
        called, worst = found[0]
        more = f" There is more: {len(found) - 1}." if len(found) > 1 else ""
        kind = Broken if worst.stops else Doubtful
        raise kind(f"{called}: {worst.found}{more}", worst.to_do)
    if not reports:
        return "No team at Apple is connected."
    listed = ", ".join(report.card.called for report in reports)
    return f"Apple takes the key of {listed}, and there is a certificate to sign with."


async def _reports(settings: Settings) -> Sequence[AppleTeamReport]:
    """Try the key of each team. Raise NotLooked when another check tells why that cannot be."""
    async with open_records(settings) as database:
        if database is None:
            return ()
        async with database.reading() as session:
            own = await organizations.called(session, settings.organization)
            there = await apple_teams.every(session, own.id) if own is not None else ()
        if own is None or not there:
            return ()
        try:
            secrets = Secrets(kept_key(settings.key_file))
        except (KeyMissing, SettingsWrong):
            raise NotLooked("Without the secret key no team's key can be opened.") from None
        stores = AppStores(base_url=settings.apple_api_url, backoff=PATIENCE)
        try:
            known = AppleTeams(database, secrets, stores, organization_id=own.id)
            return await known.report()
        finally:
            await stores.aclose()
