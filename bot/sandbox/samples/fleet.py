"""Every package that the demo posts, by file name: two products of Harbour Labs, build by build."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from bot.sandbox.samples.aab import write_aab
from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.handsets import JOINED, REGISTERED
from bot.sandbox.samples.identities import HARBOUR_LABS, OTHER_TEAM, Team
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.errors import NotFound

App: TypeAlias = SampleApp | SampleApk

_DEVICES = tuple(handset.udid for handset in REGISTERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An app with the team whose key signs it."""

    app: App
    team: Team = HARBOUR_LABS


def _harbour(version: str, build: int, **changes: object) -> SampleApp:
    app = SampleApp(version=version, build=str(build), devices=_DEVICES)
    return replace(app, **changes)  # type: ignore[arg-type]  # fields of SampleApp


def _beacon(version: str, build: int) -> SampleApp:
    return _harbour(
        version,
        build,
        name="Beacon",
        executable="Beacon",
        bundle_id="com.example.beacon",
        labels={"en": "Beacon", "de": "Leuchtfeuer"},
        picture="lighthouse",
    )


def _harbour_android(version: str, code: int, **changes: object) -> SampleApk:
    app = SampleApk(version=version, version_code=code)
    return replace(app, **changes)  # type: ignore[arg-type]  # fields of SampleApk


def _beacon_android(version: str, code: int) -> SampleApk:
    return _harbour_android(
        version,
        code,
        name="Beacon",
        package="com.example.beacon",
        labels={"de": "Leuchtfeuer"},
        picture="lighthouse",
    )


_CHARTS: Mapping[str, object] = {
    "info": {"NSCameraUsageDescription": "Harbour reads the number on a buoy."},
    "entitlements": {"com.apple.developer.associated-domains": ["applinks:harbour.example"]},
    "devices": (*_DEVICES, *(handset.udid for handset in JOINED)),
    "minimum_os": "16.0",
    "payload_bytes": 48_000,
}

#: What is posted before anybody opens the page, and what the guide offers to post.
FLEET: Mapping[str, Packed] = {
    "Harbour-2.3.0-230.ipa": Packed(app=_harbour("2.3.0", 230)),
    "Harbour-2.3.1-234.ipa": Packed(app=_harbour("2.3.1", 234)),
    "Harbour-2.4.0-241.ipa": Packed(app=_harbour("2.4.0", 241, payload_bytes=9_000)),
    "Harbour-2.5.0-251.ipa": Packed(app=_harbour("2.5.0", 251, **_CHARTS)),
    "Harbour-2.6.0-262.ipa": Packed(app=_harbour("2.6.0", 262, **_CHARTS)),
    "Harbour-2.5.1-253.ipa": Packed(
        app=_harbour("2.5.1", 253, **_CHARTS, team=OTHER_TEAM), team=OTHER_TEAM
    ),
    "harbour-2.4.0-2410.apk": Packed(app=_harbour_android("2.4.0", 2410)),
    "harbour-2.5.0-2510.apk": Packed(
        app=_harbour_android(
            "2.5.0",
            2510,
            permissions=(*SampleApk().permissions, "android.permission.CAMERA"),
            target_sdk=36,
        )
    ),
    "harbour-2.4.1-2412.aab": Packed(app=_harbour_android("2.4.1", 2412, schemes=("v1",))),
    "Beacon-1.2.0-61.ipa": Packed(app=_beacon("1.2.0", 61)),
    "Beacon-1.3.0-66.ipa": Packed(app=_beacon("1.3.0", 66)),
    "beacon-1.2.0-610.apk": Packed(app=_beacon_android("1.2.0", 610)),
    "beacon-1.2.1-618.apk": Packed(app=_beacon_android("1.2.1", 618), team=OTHER_TEAM),
}


def package(name: str, folder: Path, finished: Callable[[Packed], App]) -> Path:
    """
    Return the path of one of the fleet in *folder*, written when it is first asked for.

    Written anew it would be another build. *finished* gives an app its signer, and what else its
    team has for it. Raise NotFound.
    """
    packed = FLEET.get(name)
    if packed is None:
        raise NotFound(f"The demo has no sample called {name[:80]}.")
    place = folder / name
    if place.exists():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{name}.half"
    _write(half, finished(packed))
    return half.rename(place)


def _write(path: Path, app: App) -> None:
    if isinstance(app, SampleApp):
        write_ipa(path, app)
    elif path.name.endswith(".aab.half"):
        write_aab(path, app)
    else:
        write_apk(path, app)
