"""The profile of one request, as people read it on their phone."""

from typing import Final
from urllib.parse import urlsplit

from bot.links import Links
from provisioning.devices.enrolment.asking import EnrolmentQuestion
from provisioning.devices.enrolment.enrolments import IssuedChallenge

_DESCRIPTION: Final = (
    "It tells Slipway the UDID, the model, the system and the name of this device, so that builds "
    "can be signed for it. Nothing stays on the device."
)


def question(issued: IssuedChallenge, links: Links) -> EnrolmentQuestion:
    """Return what a device is asked, and where it answers."""
    host = urlsplit(links.base_url).hostname or "localhost"
    return EnrolmentQuestion(
        url=links.enroll_answer(issued.token),
        challenge=issued.challenge,
        identifier=".".join([*reversed(host.split(".")), "slipway", "enrolment"]),
        title="Add this device",
        description=_DESCRIPTION,
        organization=f"Slipway at {host}",
    )
