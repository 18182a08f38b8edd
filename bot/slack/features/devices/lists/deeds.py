"""Reads lists of devices that are posted to us, and imports them when somebody says so."""

from bot.house import House
from bot.slack.features.devices.lists import messages
from bot.slack.files.device_lists import DeviceListFiles
from bot.slack.files.files import file_of
from bot.slack.kit.blocks import Message
from bot.slack.kit.payloads import Asker, Body, Click, entries, text
from bot.slack.line.errors import problem
from bot.slack.line.postings import Spot, showing
from bot.slack.workspace import Workspace
from provisioning.actors import Identity, email, slack
from provisioning.devices.errors import DeviceListRefused
from provisioning.errors import NotAllowed, SourceFailed

#: So many files of one message are read.
MOST_FILES = 5


class ListImports:
    """Shows what a list would bring, and what it brought. The file itself stays in Slack."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._imports = house.devices.imports
        self._workspace = workspace
        self._files = DeviceListFiles(workspace)

    def posted(self, event: Body) -> None:
        """Answer a message with lists, after the event was: Slack may still be scanning them."""
        asker = Asker(user_id=text(event, "user"), team_id="")

        async def read() -> None:
            try:
                await self._imports.require(asker.by)
            except NotAllowed:
                await self._workspace.voice.direct(asker.user_id, messages.not_yours())
                return
            for entry in entries(event, "files")[:MOST_FILES]:
                await self._preview(file_of(entry).id, text(event, "channel"), asker)

        self._workspace.errors.start(read, asker, during="a list of devices")

    def carry_out(self, click: Click) -> None:
        """Import the list that a button names, after Slack was answered."""
        file_id = click.subject

        async def work() -> None:
            by, channel_id = click.asker.by, click.asker.channel_id or ""
            await self._imports.require(by)
            name, found = await self._files.read(file_id)
            await self._draw(file_id, channel_id, messages.under_way(name, len(found.rows)))
            outcomes = await self._imports.carry_out(
                found, by, owner=slack(click.asker.user_id), owner_of=self._owner_of
            )
            await self._draw(file_id, channel_id, messages.outcome(name, outcomes))

        self._workspace.errors.start(work, click.asker, during="an import of devices")

    async def _preview(self, file_id: str, channel_id: str, asker: Asker) -> None:
        try:
            name, found = await self._files.read(file_id)
            preview = await self._imports.preview(found, asker.by)
        except (DeviceListRefused, SourceFailed) as error:
            await self._draw(file_id, channel_id, problem(str(error)))
            return
        await self._draw(file_id, channel_id, messages.preview(file_id, name, found, preview))

    async def _owner_of(self, address: str) -> Identity:
        """Return who has an address in Slack; the address itself where nobody has."""
        person = await self._workspace.directory.with_email(address)
        return slack(person.id) if person is not None else email(address)

    async def _draw(self, file_id: str, channel_id: str, message: Message) -> None:
        key, spot = f"devices:{file_id}:{channel_id}", Spot(channel_id=channel_id)
        await self._workspace.postings.draw(key, spot, showing(message))
