"""
The easy doors: packages of Harbour, the app that Harbour Labs does not have.

The demo posts them, and the tests that need any good package ask here.
"""

from dataclasses import replace
from pathlib import Path

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.identities import android_identity, kept_identity, signing_identity
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa


def harbour_ipa(
    folder: Path,
    *,
    version: str = "2.4.0",
    build: str = "241",
    app: SampleApp | None = None,
    keys: Path | None = None,
) -> Path:
    """
    Write `Harbour-<version>-<build>.ipa` into the folder; `app` changes anything else.

    `keys` is a folder where the identity is kept, so that later processes sign as the same one.
    """
    app = replace(app or SampleApp(), version=version, build=build)
    if keys:
        app = replace(app, identity=kept_identity(keys / "harbour-ios.p12", signing_identity))
    path = folder / f"Harbour-{version}-{build}.ipa"
    write_ipa(path, app)
    return path


def harbour_apk(
    folder: Path,
    *,
    version: str = "2.4.0",
    build: str = "241",
    app: SampleApk | None = None,
    keys: Path | None = None,
) -> Path:
    """Write `harbour-<version>-<build>.apk` into the folder; the rest as with `harbour_ipa`."""
    app = replace(app or SampleApk(), version=version, version_code=int(build))
    if keys:
        app = replace(app, identity=kept_identity(keys / "harbour-android.p12", android_identity))
    path = folder / f"harbour-{version}-{build}.apk"
    write_apk(path, app)
    return path
