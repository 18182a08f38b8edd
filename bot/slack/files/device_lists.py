"""Lists of devices that are posted as files: which files are some, and what is in them."""

from bot.slack.files.files import Files, file_of
from bot.slack.files.source import SlackSource
from bot.slack.kit.payloads import Body, entries, is_direct
from bot.slack.workspace import Workspace
from provisioning.devices.bulk.reading import read_device_list
from provisioning.devices.bulk.rows import MOST_BYTES, DeviceList
from storage.inspection.endings import ending_of

#: What lists of devices are called; a build is called something else.
ENDINGS = frozenset({".tsv", ".csv", ".txt", ".deviceids", ".plist"})


def is_device_list(message: Body) -> bool:
    """Return whether all files of a message to us alone may be lists of devices."""
    files = [file_of(entry) for entry in entries(message, "files")]
    return bool(files) and is_direct(message) and all(ending_of(f.name) in ENDINGS for f in files)


class DeviceListFiles:
    """Fetches lists of devices from Slack."""

    def __init__(self, workspace: Workspace) -> None:
        files = Files(workspace.clients.patient, workspace.standing)
        self._source = SlackSource(workspace.clients, files, hosts=workspace.file_hosts)

    async def read(self, file_id: str) -> tuple[str, DeviceList]:
        """
        Return what a file is called, and the devices in it.

        Raise DeviceListRefused, and what `SlackSource.open` raises.
        """
        content = bytearray()
        async with self._source.open({"file_id": file_id}) as incoming:
            async for chunk in incoming.chunks:
                content += chunk
                if len(content) > MOST_BYTES:
                    break
        return incoming.file_name, read_device_list(bytes(content))
