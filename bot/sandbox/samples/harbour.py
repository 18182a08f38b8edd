"""
The easy doors: packages of Harbour, the app that Harbour Labs does not have.

The demo posts them, and the tests that need any good package ask here.
"""

from dataclasses import replace
from pathlib import Path

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa


def harbour_ipa(
    folder: Path, *, version: str = "2.4.0", build: str = "241", app: SampleApp | None = None
) -> Path:
    """Write `Harbour-<version>-<build>.ipa` into the folder; `app` changes anything else."""
    path = folder / f"Harbour-{version}-{build}.ipa"
    write_ipa(path, replace(app or SampleApp(), version=version, build=build))
    return path


def harbour_apk(
    folder: Path, *, version: str = "2.4.0", build: str = "241", app: SampleApk | None = None
) -> Path:
    """Write `harbour-<version>-<build>.apk` into the folder; `app` changes anything else."""
    path = folder / f"harbour-{version}-{build}.apk"
    write_apk(path, replace(app or SampleApk(), version=version, version_code=int(build)))
    return path
