"""Homes that are open while something is done: whose are to be looked at afterwards."""

from collections.abc import Awaitable

from provisioning.actors import Identity
from provisioning.telling.home_tabs import HomeTabs
from storage.catalog import organizations
from storage.catalog.database import Database


async def opened(database: Database, *people: Identity) -> HomeTabs:
    """Return the tabs of an organization, of which some people have opened theirs."""
    async with database.reading() as session:
        organization = await organizations.named(session, "main")
    tabs = HomeTabs(database, organization_id=organization.id)
    for who in people:
        await tabs.opened(who.value)
    return tabs


async def stirred(tabs: HomeTabs, doing: Awaitable[object]) -> set[str]:
    """Return whose tabs are due after something was done, by Slack id, and look at them."""
    await doing
    found = await tabs.due(limit=99)
    for tab in found:
        taken = await tabs.take(tab)
        assert taken is not None
        await tabs.done(taken)
    return {tab.slack_id for tab in found}
