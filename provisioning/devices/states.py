"""Where a device stands with a team: the one table of what may follow what, and the words."""

from typing import Final

from storage.records.registration import RegistrationState

#: What may follow what. Everything that changes a state asks this table.
MAY_FOLLOW: Final[dict[RegistrationState, frozenset[RegistrationState]]] = {
    RegistrationState.AWAITING_APPROVAL: frozenset(
        {RegistrationState.REGISTERING, RegistrationState.REFUSED, RegistrationState.DISABLED}
    ),
    RegistrationState.REGISTERING: frozenset(
        {
            RegistrationState.REGISTERING,
            RegistrationState.PROCESSING,
            RegistrationState.READY,
            RegistrationState.INELIGIBLE,
            RegistrationState.REFUSED,
            RegistrationState.DISABLED,
        }
    ),
    RegistrationState.PROCESSING: frozenset(
        {
            RegistrationState.PROCESSING,
            RegistrationState.READY,
            RegistrationState.INELIGIBLE,
            RegistrationState.AWAITING_APPROVAL,
            RegistrationState.DISABLED,
        }
    ),
    RegistrationState.READY: frozenset(
        {
            RegistrationState.PROCESSING,
            RegistrationState.INELIGIBLE,
            RegistrationState.AWAITING_APPROVAL,
            RegistrationState.DISABLED,
        }
    ),
    RegistrationState.INELIGIBLE: frozenset(
        {
            RegistrationState.INELIGIBLE,
            RegistrationState.PROCESSING,
            RegistrationState.READY,
            RegistrationState.AWAITING_APPROVAL,
            RegistrationState.DISABLED,
        }
    ),
    RegistrationState.REFUSED: frozenset(
        {
            RegistrationState.AWAITING_APPROVAL,
            RegistrationState.REGISTERING,
            RegistrationState.DISABLED,
        }
    ),
    RegistrationState.DISABLED: frozenset(
        {RegistrationState.AWAITING_APPROVAL, RegistrationState.REGISTERING}
    ),
}

#: A sentence for people beside each.
SENTENCES: Final[dict[RegistrationState, str]] = {
    RegistrationState.AWAITING_APPROVAL: "A release manager has to approve it first.",
    RegistrationState.REGISTERING: "It is being registered at Apple.",
    RegistrationState.PROCESSING: (
        "Apple is checking this device; usually a day, at most three. You will hear from me."
    ),
    RegistrationState.READY: "Apple has it: builds can be signed for it.",
    RegistrationState.INELIGIBLE: (
        "Apple does not accept this device for now, for up to 30 days: it was part of another "
        "membership. Slipway keeps asking."
    ),
    RegistrationState.REFUSED: "It was not registered.",
    RegistrationState.DISABLED: "It is left out of new builds.",
}

#: Without a team there is nothing to register it with.
CLAIMED: Final = "It is kept here; no team at Apple is connected that it could be registered with."

#: In these, Apple is asked or a person, so that something will come of it.
UNDER_WAY: Final = frozenset(
    {
        RegistrationState.AWAITING_APPROVAL,
        RegistrationState.REGISTERING,
        RegistrationState.PROCESSING,
        RegistrationState.INELIGIBLE,
    }
)
