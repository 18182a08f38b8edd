"""Sending releases to groups of people, and looking at what they have then."""

from provisioning.actors import Identity
from provisioning.distributing.order import Order
from storage.catalog import destinations, receipts, testers
from storage.records.destination import DestinationKind
from storage.records.grant import ReceiptKind
from tests.unit.provisioning.conftest import MANAGER, Domain


async def group(domain: Domain, name: str, *people: Identity) -> str:
    made = await domain.groups.create(name, MANAGER)
    await domain.groups.add_people(made.id, list(people), MANAGER)
    return made.id


async def send(domain: Domain, release_id: str, *group_ids: str, **order: object) -> None:
    values: dict[str, object] = {"key": f"{release_id}:{group_ids}:{order}"[:128]}
    await domain.distributions.request(
        Order(**{**values, **order}, release_id=release_id, by=MANAGER, group_ids=group_ids)  # type: ignore[arg-type]
    )


async def known_as(domain: Domain, who: Identity) -> str:
    async with domain.database.reading() as session:
        organization_id = (await domain.lists.apps())[0].app.organization_id
        found = await testers.with_slack_id(session, organization_id, who.value)
    assert found is not None
    return found.id


async def fetch(domain: Domain, release_id: str, who: Identity) -> None:
    """Let somebody begin to fetch a release."""
    grant = await domain.grants.give(release_id, await known_as(domain, who))
    async with domain.database.writing() as session:
        receipt = await receipts.claim(session, grant.id, ReceiptKind.BINARY)
        receipt.count += 1
        session.add(receipt)


async def opens(domain: Domain, release_id: str, who: Identity) -> bool:
    """Return whether somebody's link leads anywhere."""
    grant = await domain.grants.give(release_id, await known_as(domain, who))
    return await domain.grants.open(domain.grants.token(grant)) is not None


async def current(domain: Domain, group_id: str) -> list[int]:
    """Return the numbers of the releases that are current for a group."""
    app = (await domain.lists.apps())[0].app
    async with domain.database.reading() as session:
        found = await destinations.current(session, app.id, DestinationKind.GROUP, [group_id])
    return [number for _, number in found]


async def acts(domain: Domain, release_id: str) -> list[str]:
    return [act.distribution_id for act in (await domain.cards.release(release_id)).acts]
