"""Packages: whether the process that reads them works."""

import tempfile
from pathlib import Path

from bot.doctor.complaint import Broken
from bot.doctor.outside import Outside
from bot.settings import Settings
from storage.inspection.facts import Hashes
from storage.inspection.rejection import NotAPackage, PackageRejected
from storage.inspection.worker import InspectionPool

#: The smallest archive there is; it is readable, and no app.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
TO_DO = "Look into the log; the process needs `spawn`, a temporary folder and 1 GB of memory."


async def reading(_settings: Settings, _outside: Outside) -> str:
    """Say whether an archive is read in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as probe:
        probe.write(EMPTY_ZIP)
        probe.flush()
        nothing = Hashes(md5="0" * 32, sha1="0" * 40, sha256="0" * 64)
        async with InspectionPool(workers=1) as pool:
            try:
                await pool.inspect(Path(probe.name), nothing)
            except NotAPackage:
                return "Packages are read in a process of their own, with limits."
            except PackageRejected as failure:
                raise Broken(f"The reading process does not work: {failure}", TO_DO) from None
    raise Broken("The reading process took an empty archive for an app.", TO_DO)
