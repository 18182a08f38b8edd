"""What came of a device's answer: as much as its owner needs to recognise it, and what follows."""

from dataclasses import dataclass
from typing import Final

from provisioning.devices.sheets import DeviceSheet
from storage.records.registration import RegistrationState

#: What happens next, by where a device stands; None is no team.
_NEXT: Final[dict[RegistrationState | None, str]] = {
    None: "A release manager has to connect a team first. Builds that you have do not install on "
    "it until they are signed again.",
    RegistrationState.AWAITING_APPROVAL: "You will be told what they decide. The builds that you "
    "were given do not install on it yet: they have to be signed again with this device among "
    "theirs.",
    RegistrationState.REGISTERING: "That takes a minute as a rule. Then the builds that you were "
    "given are signed again for it, and you will be told when the first is there.",
    RegistrationState.PROCESSING: "Then the builds that you were given are signed again for it.",
    RegistrationState.INELIGIBLE: "Until then no build installs on it. You will be told when that "
    "changes.",
    RegistrationState.READY: "Builds that can be signed again for it are; if one does not install "
    "yet, give it a few minutes.",
    RegistrationState.REFUSED: "Ask a release manager why, and to look at it again.",
    RegistrationState.DISABLED: "You can enable it again in Slack: `/release devices` shows it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentOutcome:
    """
    A device that was added, for whoever added it.

    `tail` is the end of its UDID; `stands` and `next` are sentences. It holds nothing else of the
    device.
    """

    model: str
    tail: str
    stands: str
    next: str
    is_settled: bool


def outcome_of(found: DeviceSheet) -> EnrolmentOutcome:
    state = found.state
    return EnrolmentOutcome(
        model=found.model_name,
        tail=found.tail,
        stands=found.sentence,
        next=_NEXT[state],
        is_settled=state is RegistrationState.READY,
    )
