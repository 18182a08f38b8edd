"""Why a device was not added, as whoever holds it reads it: a sentence for each code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRefusal:
    """What went wrong, in few words and in a sentence that ends with what to do."""

    title: str
    sentence: str


_AGAIN: Final = "Open the page on the device again and tap the button there."

#: By the code of the error. No sentence tells whose a device or a link is.
REFUSALS: Final = {
    "over": EnrolmentRefusal(
        title="This took too long",
        sentence=f"A question to a device ends after a quarter of an hour. {_AGAIN}",
    ),
    "replayed": EnrolmentRefusal(
        title="Answered already",
        sentence="This question was answered before, and takes one answer. If that was your "
        f"device, it is here. If not: {_AGAIN[0].lower()}{_AGAIN[1:]}",
    ),
    "wrong_challenge": EnrolmentRefusal(
        title="An answer to something else",
        sentence=f"The device answered another question than this one. {_AGAIN}",
    ),
    "damaged": EnrolmentRefusal(
        title="The answer was damaged",
        sentence=f"What came from the device could not be read. {_AGAIN}",
    ),
    "empty": EnrolmentRefusal(
        title="The answer was empty",
        sentence=f"The device sent a signature and nothing that it signed. {_AGAIN}",
    ),
    "bad_signature": EnrolmentRefusal(
        title="The answer was changed",
        sentence=f"It is not what the device signed: something on the way changed it. {_AGAIN} "
        "If it happens again, use another network.",
    ),
    "no_plist": EnrolmentRefusal(
        title="The answer made no sense",
        sentence=f"What came from the device is not what one says of itself. {_AGAIN}",
    ),
    "no_udid": EnrolmentRefusal(
        title="No UDID",
        sentence="The device did not tell its UDID, so nothing can be signed for it. Send the UDID "
        "to Slipway in a direct message; it is in Finder when the device is connected to a Mac.",
    ),
    "not_verified": EnrolmentRefusal(
        title="Not verified",
        sentence="No device of Apple's that is known here signed this answer, and this Slipway "
        "takes no other. Use an iPhone or iPad, or ask an admin to let unverified devices in.",
    ),
    "too_large": EnrolmentRefusal(
        title="The answer was too large",
        sentence=f"This is larger than anything a device says of itself. {_AGAIN}",
    ),
    "too_many": EnrolmentRefusal(
        title="Too many answers",
        sentence="So many devices were added, or so many answers came, that this stopped. Try "
        "again tomorrow, or ask a release manager to add the device.",
    ),
    "busy": EnrolmentRefusal(
        title="Very busy",
        sentence="Many devices are being added just now. Wait a minute, then open the page on the "
        "device again.",
    ),
    "device_taken": EnrolmentRefusal(
        title="Kept for somebody else",
        sentence="This device is kept for somebody else. If it is yours now, ask them or a release "
        "manager to hand it over.",
    ),
    "person_left": EnrolmentRefusal(
        title="Nobody to add it for",
        sentence="Whoever this link was made for is not in the workspace any more. Ask a release "
        "manager.",
    ),
    "failed": EnrolmentRefusal(
        title="Something went wrong on our side",
        sentence="The device answered, and it could not be kept. Wait a minute, then open the page "
        "on the device again. Whoever runs this Slipway finds more in the log.",
    ),
}


def refusal_of(code: str) -> EnrolmentRefusal:
    """Return what to say of a refusal; of one that has no words, that it was our fault."""
    return REFUSALS.get(code, REFUSALS["failed"])
