"""What a Distribute form remembers between its steps."""

import json
from dataclasses import dataclass
from hashlib import sha256

from bot.slack.kit import names
from bot.slack.kit.payloads import Outdated, Submission, at

VERSION = 1
MANDATORY = "mandatory"
NOTIFY = "notify"
#: Slack's text inputs hold this many characters; longer notes stay as they are.
INPUT_NOTES = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """
    The private metadata of a form.

    `counted` is the choice whose people were counted for the person, empty before that: only a
    choice that was shown with its number is carried out.
    """

    release_id: str
    revision: int
    counted: str = ""

    def packed(self) -> str:
        return json.dumps(
            {"v": VERSION, "release": self.release_id, "rev": self.revision, "sum": self.counted}
        )


def remembered(private_metadata: str) -> Remembered:
    """Raise Outdated for a form of an earlier version."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            return Remembered(
                release_id=str(kept["release"]),
                revision=int(kept["rev"]),
                counted=str(kept.get("sum") or ""),
            )
    except (ValueError, KeyError, TypeError):
        pass
    raise Outdated


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person has filled in. `notes` is None where the form had no room to show them."""

    group_ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    notes: str | None = None
    mandatory: bool = False
    notify: bool = True

    @property
    def fingerprint(self) -> str:
        """Return what must not change between the count and the act."""
        chosen = [sorted(self.group_ids), sorted(self.people), self.mandatory, self.notify]
        return sha256(json.dumps(chosen).encode()).hexdigest()


def wish_of(sent: Submission) -> Wish:
    """Read what was filled in."""
    ticked = sent.chosen(names.OPTIONS)
    has_notes = at(sent.values, names.NOTES) is not None
    return Wish(
        group_ids=sent.chosen(names.GROUPS),
        people=sent.chosen(names.PEOPLE),
        notes=sent.entered(names.NOTES) if has_notes else None,
        mandatory=MANDATORY in ticked,
        notify=NOTIFY in ticked,
    )
