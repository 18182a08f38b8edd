"""How a device of Apple's enrols: asked by a profile, it sends its UDID in a signed answer."""

import asyncio
import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from bot.sandbox.samples.deviceauthority import DeviceAuthority
from bot.sandbox.samples.handsets import SYSTEM, Handset
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.cms import read_signed_message
from storage.errors import SlipwayError

PROFILE_TYPE: Final = "application/x-apple-aspen-config"
ANSWER_TYPE: Final = "application/pkcs7-signature"
#: A real device sends its UDID by https alone; a demo is reached on this machine.
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class CannotEnroll(SlipwayError):
    """The page did not lead to an answer that was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a profile asks for: some attributes, a word to give back, and where to send it all."""

    url: str
    challenge: str | bytes
    attributes: tuple[str, ...]


def read_question(content: bytes, content_type: str) -> Question:
    """Read a `.mobileconfig`, signed or not, as strictly as iOS does. Raise CannotEnroll."""
    if content_type.partition(";")[0].strip() != PROFILE_TYPE:
        raise CannotEnroll(f"The profile came as {content_type}, and iOS wants {PROFILE_TYPE}.")
    values = _plist(content)
    if values.get("PayloadType") != "Profile Service" or values.get("PayloadVersion") != 1:
        raise CannotEnroll("The profile is no profile service.")
    missing = {"PayloadUUID", "PayloadIdentifier", "PayloadDisplayName"} - values.keys()
    if missing:
        raise CannotEnroll(f"The profile lacks {', '.join(sorted(missing))}.")
    asked = values.get("PayloadContent")
    if not isinstance(asked, dict) or not isinstance(asked.get("URL"), str):
        raise CannotEnroll("The profile does not say where the answer goes.")
    address = urlsplit(asked["URL"])
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise CannotEnroll("A device sends its UDID by https only.")
    return Question(
        url=asked["URL"],
        challenge=asked.get("Challenge", ""),
        attributes=tuple(asked.get("DeviceAttributes", ())),
    )


async def answer(question: Question, handset: Handset, authority: DeviceAuthority | None) -> bytes:
    """Return what a handset answers, as CMS. Raise CannotEnroll where nobody can sign it."""
    if authority is None:
        raise CannotEnroll(
            "This phone signs its answer with the openssl command, which this machine does not "
            "have, or not in a version that can. Install OpenSSL and start the demo again."
        )
    told = {
        "UDID": handset.udid,
        "PRODUCT": handset.model,
        "VERSION": SYSTEM,
        "DEVICE_NAME": handset.name,
    }
    values: dict[str, object] = {
        name: value for name, value in told.items() if name in question.attributes
    }
    if question.challenge:
        values["CHALLENGE"] = question.challenge
    return await asyncio.to_thread(authority.answer_of_a_device, values)


def _plist(content: bytes) -> Mapping[str, Any]:
    try:
        if not content.lstrip().startswith(b"<?xml"):
            content = read_signed_message(content).content or b""
        values = plistlib.loads(content)
    except (Malformed, ValueError, plistlib.InvalidFileException) as error:
        raise CannotEnroll("The profile cannot be read.") from error
    if not isinstance(values, dict):
        raise CannotEnroll("The profile cannot be read.")
    return values
