"""Letting time pass for what is mandatory, as the clock of a house would."""

from datetime import timedelta

from sqlmodel import select

from storage.records.base import now
from storage.records.destination import Destination
from storage.records.mandate import Milestone
from tests.integration.slack.house import House


async def let_pass(house: House, time: timedelta) -> None:
    """Let everything that is mandatory have begun so much earlier, and tick once."""
    async with house.running.ground.database.writing() as session:
        for row in (await session.exec(select(Destination))).all():
            if row.mandatory_from is not None:
                row.mandatory_from -= time
                session.add(row)
        # The earliest first, so that none takes the moment of one that is there yet.
        for one in sorted((await session.exec(select(Milestone))).all(), key=lambda m: m.due_at):
            one.due_at -= time
            session.add(one)
            await session.flush()
    due = await house.running.house.distributing.reminding.due(now(), now() - timedelta(days=14))
    await house.running.engine.start_missing("remind", due)
