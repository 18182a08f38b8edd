"""The keys of teams at Apple: sealed, and brought from one secret key to the next."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from secrets import token_bytes

import pytest

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.identities import OTHER_TEAM, signing_identity
from provisioning.actors import COMMAND_LINE
from provisioning.appstore.client import AppStores
from provisioning.appstore.errors import KeyRejected
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.devices import teams
from provisioning.devices.teams import AppleTeams, TeamWords
from provisioning.errors import NotNow, Unclear
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.secrets import Secrets, SecretUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A team at the sandbox's Apple, and organizations that may connect it."""

    apple: SandboxApple
    stores: AppStores
    database: Database

    async def teams(self, key: bytes, organization: str = "main") -> AppleTeams:
        async with self.database.writing() as session:
            own = (await organizations.named(session, organization)).id
        return AppleTeams(self.database, Secrets(key), self.stores, organization_id=own)


@pytest.fixture
async def bench(database: Database) -> AsyncGenerator[Bench]:
    async with SandboxApple.serve() as apple:
        stores = AppStores(base_url=apple.url)
        yield Bench(apple=apple, stores=stores, database=database)
        await stores.aclose()


async def _connect(bench: Bench, own: AppleTeams) -> None:
    key = bench.apple.team.key
    await own.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE)


async def test_a_new_secret_key_takes_the_keys_of_teams_along(bench: Bench) -> None:
    old, new = token_bytes(32), token_bytes(32)
    before, after = await bench.teams(old), await bench.teams(new)
    await _connect(bench, before)
    unreadable = [one.complaint for one in await after.report()]

    assert await teams.rotate(bench.database, Secrets(new, [old])) == 1

    assert unreadable == [teams.UNREADABLE]
    assert [one.complaint for one in await after.report()] == [""]
    assert [one.complaint for one in await before.report()] == [teams.UNREADABLE]
    with pytest.raises(SecretUnreadable):
        await teams.rotate(bench.database, Secrets(token_bytes(32)))


async def test_a_team_whose_secret_key_was_lost_is_connected_again(bench: Bench) -> None:
    await _connect(bench, await bench.teams(token_bytes(32)))
    after = await bench.teams(token_bytes(32))

    await _connect(bench, after)

    assert [one.complaint for one in await after.report()] == [""]


async def test_a_team_of_one_organization_is_nothing_to_another(bench: Bench) -> None:
    key = token_bytes(32)
    own, other = await bench.teams(key), await bench.teams(key, "other")
    await _connect(bench, own)

    assert await other.every() == []
    with pytest.raises(NotFound):
        await other.disconnect(bench.apple.team.issuer_id, COMMAND_LINE)
    assert len(await own.every()) == 1


async def test_a_key_that_is_refused_leaves_the_one_before(bench: Bench) -> None:
    own, team = await bench.teams(token_bytes(32)), bench.apple.team
    await _connect(bench, own)
    revoked = team.add_key()
    team.revoke_key(revoked.id)

    with pytest.raises(KeyRejected):
        await own.rotate(revoked.issuer_id, revoked.id, revoked.p8.encode(), COMMAND_LINE)

    assert [one.key_id for one in await own.every()] == [team.key.id]


async def test_of_two_who_connect_a_team_at_once_the_second_takes_nothing_away(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, team = await bench.teams(token_bytes(32)), bench.apple.team
    other = team.add_key()
    tried = AppleTeams._try

    async def slowly(teams: AppleTeams, key: AppStoreKey) -> object:
        monkeypatch.setattr(AppleTeams, "_try", tried)
        await _connect(bench, own)
        return await tried(teams, key)

    monkeypatch.setattr(AppleTeams, "_try", slowly)
    with pytest.raises(NotNow, match="connected already"):
        await own.connect(other.issuer_id, other.id, other.p8.encode(), COMMAND_LINE)

    assert [one.key_id for one in await own.every()] == [team.key.id]


async def test_a_team_is_named_by_its_id_or_not_at_all_when_it_is_alone(bench: Bench) -> None:
    own = await bench.teams(token_bytes(32))
    with pytest.raises(NotFound, match="No team at Apple is connected"):
        await own.meant("")
    await _connect(bench, own)
    alone = await own.meant("")
    other = bench.apple.add_team(OTHER_TEAM)
    await own.connect(other.issuer_id, other.key.id, other.key.p8.encode(), COMMAND_LINE)

    assert alone.issuer_id == bench.apple.team.issuer_id
    assert (await own.meant(other.issuer_id.upper())).key_id == other.key.id
    with pytest.raises(Unclear, match=f"Say which team; there are .*{other.issuer_id}"):
        await own.meant("")
    with pytest.raises(NotFound, match="No team Z1 is connected"):
        await own.meant("Z1")


async def test_what_people_call_a_team_stays_whatever_a_certificate_says(bench: Bench) -> None:
    own, key = await bench.teams(token_bytes(32)), bench.apple.team.key
    signer = signing_identity()
    said = TeamWords(name="The harbour", renews_on=date(2027, 3, 1))
    await own.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE, said)
    [before] = await own.every()

    after = await own.learn(before.id, signer.der)
    await own.learn(before.id, b"no certificate")
    await _connect(bench, own)

    assert (before.team_id, before.called) == ("", "The harbour")
    assert (after.team_id, after.called) == (bench.apple.team.id, "The harbour")
    # Connecting it once more, with nothing said, forgets nothing.
    assert await own.every() == [after]
    assert after.renews_on == date(2027, 3, 1)
