"""What a team has is there again in another run, for the same keys and under the same authority."""

from pathlib import Path

import aiohttp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.sandbox.apple.ledger import Ledger
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.authorities import Authorities
from bot.sandbox.samples.identities import OTHER_TEAM, device_id, new_signing_identity
from provisioning.codesign.structures.profile import read_profile
from provisioning.codesign.verifying.profile import check_origin
from tests.unit.bot.sandbox.apple.client import AppleClient


def shown(team: SandboxTeam) -> dict[str, object]:
    """Return everything of a team that can be compared."""
    encoded = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "keys": [
            (
                key.id,
                key.role,
                key.is_individual,
                key.private_key.public_key().public_bytes(*encoded),
            )
            for key in team.keys.values()
        ],
        "devices": list(team.devices),
        "born": team.devices.born,
        "app_ids": list(team.app_ids),
        "certificates": list(team.certificates),
        "profiles": list(team.profiles),
    }


async def test_another_run_goes_on_where_the_first_one_ended(tmp_path: Path) -> None:
    authorities, ledger = Authorities.kept_in(tmp_path), Ledger(tmp_path / "teams.json")
    first = SandboxApple(authorities=authorities, ledger=ledger)
    team = first.team
    team.add_key(is_individual=True)
    identity = new_signing_identity(team.identity, "iPhone Distribution", authorities.developers)
    certificate = team.certificates.adopt(identity.certificate, "IOS_DISTRIBUTION")
    app_id = team.app_ids.register("com.example.harbour", "Harbour")
    team.turn_on(app_id, "ASSOCIATED_DOMAINS")
    device = team.devices.register("Bob's", device_id(1))
    first.add_team(OTHER_TEAM).devices.register("Lea's", device_id(2))
    first.keep()

    again = SandboxApple(authorities=Authorities.kept_in(tmp_path), ledger=ledger)
    other = again.add_team(OTHER_TEAM)

    assert shown(again.team) == shown(team)
    assert again.team.key.id == team.key.id
    assert [each.name for each in other.devices] == ["Lea's"]
    fresh = again.team.devices.register("Dee's", device_id(3))
    taken = {*team.keys, certificate.id, app_id.id, device.id}
    assert fresh.id not in taken
    assert again.authorities == first.authorities


async def test_what_was_done_by_the_api_is_written_before_it_is_answered(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "teams.json")
    async with SandboxApple.serve(ledger=ledger) as apple, aiohttp.ClientSession() as session:
        client = AppleClient(apple=apple, session=session)
        answer = await client.register(device_id(1), "Bob's iPhone")
        at_once = SandboxApple(ledger=ledger)

    assert answer.status == 201
    assert [device.id for device in at_once.team.devices] == [answer.data["id"]]
    assert (tmp_path / "teams.json").stat().st_mode & 0o077 == 0


async def test_a_profile_leads_to_the_authorities_that_its_apple_was_given(tmp_path: Path) -> None:
    authorities = Authorities.kept_in(tmp_path)
    async with (
        SandboxApple.serve(authorities=authorities) as apple,
        aiohttp.ClientSession() as session,
    ):
        client = AppleClient(apple=apple, session=session)
        team = apple.team
        identity = new_signing_identity(
            team.identity, "iPhone Distribution", authorities.developers
        )
        certificate = team.certificates.adopt(identity.certificate, "IOS_DISTRIBUTION")
        app_id = team.app_ids.register("com.example.harbour", "Harbour")
        device = team.devices.register("Bob's", device_id(1))
        answer = await client.post(
            "profiles",
            {"name": "Harbour 1", "profileType": "IOS_APP_ADHOC"},
            bundleId={"type": "bundleIds", "id": app_id.id},
            certificates=[{"type": "certificates", "id": certificate.id}],
            devices=[{"type": "devices", "id": device.id}],
        )
        (made,) = apple.team.profiles

    kept = Authorities.kept_in(tmp_path)
    strangers = Authorities.kept_in(tmp_path / "others")
    assert answer.status == 201
    assert read_profile(made.content).devices == {device_id(1)}
    assert list(check_origin(made.content, [kept.root.certificate], None, "")) == []
    assert list(check_origin(made.content, [strangers.root.certificate], None, "")) != []
