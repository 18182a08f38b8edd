"""Whether somebody can install a build on the phone in their hand, and if not, exactly why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from provisioning.installing.reasons import PORTABLE, reasons
from storage.inspection.facts import Facts
from storage.inspection.systems import android, least_system

Maker = Literal["ios", "android"]

#: Since Android 14 an app that targets less than this is refused (developer.android.com, changes
#: of behaviour in 14 and 15).
LEAST_TARGET = {14: 23, 15: 24}

#: The processors of phones that run 32-bit code only; many phones since 2023 do not run it at all.
NARROW_ABIS = frozenset({"armeabi", "armeabi-v7a", "x86"})

#: A version: up to four numbers, none of them absurd.
VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,3}", re.ASCII)

SYSTEM_NAMES = {
    "ios": "iPhone and iPad",
    "android": "Android",
    "macos": "macOS",
    "windows": "Windows",
}


class Way(StrEnum):
    """How a build gets onto a device."""

    AIR = "over the air"  #: iOS fetches and installs it after a tap.
    PACKAGE = "package"  #: Android installs the file it downloaded.
    DOWNLOAD = "download"  #: It is fetched, and installed by other means.
    ELSEWHERE = "elsewhere"  #: A link leads there, and what lies there is not known.


class Hint(StrEnum):
    """Something to know before or after the tap; the page has the words for each."""

    REGISTERED_DEVICES = "registered devices"
    DEVELOPER_MODE = "developer mode"
    TRUST_DEVELOPER = "trust developer"
    UNKNOWN_SOURCES = "unknown sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """What a browser says of the device it runs on. None where it does not say, or may lie."""

    maker: Maker
    version: tuple[int, ...] | None = None
    family: Literal["iphone", "ipad"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """
    What can be said before the tap.

    `obstacles` are sentences about what will make it fail; `cautions` about what may.
    """

    way: Way
    obstacles: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()


def judge(facts: Facts, phone: Phone | None, *, at: datetime) -> Judgement:
    """Judge a build for *phone*, or for nobody's in particular, at a moment."""
    if facts.kind == "link":
        return _judge_elsewhere(facts, phone)
    found = reasons(facts, at=at)
    said = [reason.sentence for reason in found]
    if any(reason.final for reason in found):
        return Judgement(way=Way.DOWNLOAD, obstacles=tuple(said))
    if facts.platform == "ios":
        return _judge_apple(facts, phone, said)
    if facts.platform == "android":
        return _judge_android(facts, phone, said)
    name = SYSTEM_NAMES.get(facts.platform, facts.platform)
    return Judgement(way=Way.DOWNLOAD, obstacles=tuple(_wrong_phone(name, phone)))


def _judge_elsewhere(facts: Facts, phone: Phone | None) -> Judgement:
    maker: Maker | None = {"ios": "ios", "android": "android"}.get(facts.platform)  # type: ignore[assignment]
    name = SYSTEM_NAMES.get(facts.platform, facts.platform)
    return Judgement(way=Way.ELSEWHERE, obstacles=tuple(_wrong_phone(name, phone, maker=maker)))


def _judge_apple(facts: Facts, phone: Phone | None, said: list[str]) -> Judgement:
    obstacles = [
        *_wrong_phone(SYSTEM_NAMES["ios"], phone, maker="ios"),
        *said,
        *_wrong_family(facts, phone),
        *_old_apple(facts, phone),
    ]
    hints = {
        "adhoc": (Hint.REGISTERED_DEVICES,),
        "development": (Hint.REGISTERED_DEVICES, Hint.DEVELOPER_MODE),
        "enterprise": (Hint.TRUST_DEVELOPER,),
    }
    return Judgement(
        way=Way.AIR, obstacles=tuple(obstacles), hints=hints.get(facts.signing.kind or "", ())
    )


def _judge_android(facts: Facts, phone: Phone | None, said: list[str]) -> Judgement:
    obstacles = [
        *_wrong_phone(SYSTEM_NAMES["android"], phone, maker="android"),
        *said,
        *_old_android(facts, phone),
        *_old_target(facts, phone),
    ]
    return Judgement(
        way=Way.PACKAGE,
        obstacles=tuple(obstacles),
        cautions=tuple(_narrow(facts)),
        hints=(Hint.UNKNOWN_SOURCES,),
    )


def _wrong_phone(name: str, phone: Phone | None, *, maker: Maker | None = None) -> Iterator[str]:
    if phone is not None and phone.maker != maker:
        device = {"ipad": "iPad", "iphone": "iPhone"}.get(phone.family or "", "Android phone")
        yield f"This app is for {name}. It cannot run on this {device}."


def _wrong_family(facts: Facts, phone: Phone | None) -> Iterator[str]:
    # An iPad runs apps for iPhones; the other way round there is nothing.
    if phone and phone.family == "iphone" and set(facts.device_families) & PORTABLE == {"ipad"}:
        yield "This app is for the iPad only. It cannot run on this iPhone."


def _old_apple(facts: Facts, phone: Phone | None) -> Iterator[str]:
    needed = numbers(facts.min_os)
    if phone is None or phone.maker != "ios" or not phone.version or not needed:
        return
    if phone.version < needed:
        yield f"It needs iOS {facts.min_os} or later; this device has iOS {dotted(phone.version)}."


def _old_android(facts: Facts, phone: Phone | None) -> Iterator[str]:
    name = least_system(facts)
    needed = numbers(name.removeprefix("Android ")) if name else None
    if phone is None or phone.maker != "android" or not phone.version or not needed:
        return
    if phone.version < needed[: len(phone.version)]:
        yield f"It needs {name} or later; this phone has Android {dotted(phone.version)}."


def _old_target(facts: Facts, phone: Phone | None) -> Iterator[str]:
    if phone is None or phone.maker != "android" or not phone.version or not facts.target_sdk:
        return
    least = max(
        (target for system, target in LEAST_TARGET.items() if phone.version[0] >= system), default=0
    )
    if facts.target_sdk < least:
        yield (f"It was made for {android(facts.target_sdk)}, which this phone refuses for safety.")


def _narrow(facts: Facts) -> Iterator[str]:
    if facts.abis and set(facts.abis) <= NARROW_ABIS:
        yield "Its code is 32-bit only, which many phones since 2023 refuse."


def numbers(version: str | None) -> tuple[int, ...] | None:
    """Return `17.4.1` as numbers, without zeros at the end; None for what is no version."""
    plain = (version or "").rstrip("LW")  # Android 12L and 4.4W.
    if not VERSION.fullmatch(plain):
        return None
    found = [int(part) for part in plain.split(".")]
    while len(found) > 1 and not found[-1]:
        found.pop()
    return tuple(found)


def dotted(version: tuple[int, ...]) -> str:
    """Return a version as people write it: `17.4.1`."""
    return ".".join(str(number) for number in version)
