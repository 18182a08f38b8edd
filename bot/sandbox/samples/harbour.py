"""
The easy doors: packages of Harbour, the app that Harbour Labs does not have.

The demo posts them, and the tests that need any good package ask here.
"""

from dataclasses import replace
from pathlib import Path

from bot.sandbox.samples.ipa import SampleApp, write_ipa


def harbour_ipa(
    folder: Path, *, version: str = "2.4.0", build: str = "241", app: SampleApp | None = None
) -> Path:
    """Write `Harbour-<version>-<build>.ipa` into the folder; `app` changes anything else."""
    path = folder / f"Harbour-{version}-{build}.ipa"
    write_ipa(path, replace(app or SampleApp(), version=version, build=build))
    return path
