"""Which teams at Apple are connected: by the key of an API, or by one that signs."""

from storage.catalog import apple_teams, organizations
from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.identity import SigningIdentity

BY = "person:slack:UANN"


def team(organization_id: str, team_id: str, issuer_id: str) -> AppleTeam:
    return AppleTeam(
        organization_id=organization_id,
        issuer_id=issuer_id,
        team_id=team_id,
        key_id="K",
        sealed_key=b"sealed",
        created_by=BY,
    )


def identity(organization_id: str, team_id: str, sealed_key: bytes = b"sealed") -> SigningIdentity:
    return SigningIdentity(
        organization_id=organization_id,
        key_fingerprint="1" * 64,
        sealed_key=sealed_key,
        name="Harbour",
        team_id=team_id,
        created_by=BY,
    )


async def test_a_team_is_connected_by_a_key_of_either_kind(database: Database) -> None:
    async with database.writing() as session:
        ours = (await organizations.named(session, "main")).id
        theirs = (await organizations.named(session, "others")).id
        session.add_all(
            [
                team(ours, "API", "1"),
                team(ours, "BOTH", "2"),
                team(ours, "", "3"),  # Nothing at Apple has told it yet.
                team(theirs, "THEIRS", "1"),
                identity(ours, "BOTH"),
                identity(ours, "SIGNS"),
                identity(ours, ""),
                identity(ours, "RETIRED", b""),
            ]
        )

    async with database.reading() as session:
        assert await apple_teams.connected(session, ours) == {"API", "BOTH", "SIGNS"}
        assert await apple_teams.connected(session, theirs) == {"THEIRS"}
        assert await apple_teams.connected(session, "none") == frozenset()
