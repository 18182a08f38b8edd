"""What `/release` can do: each verb with its usage, its examples and what answers it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.grammar import Token
from bot.slack.kit.payloads import actor
from provisioning.actors import Act, Actor

#: So many letters are mistyped once; with more mistakes another word was meant.
LETTERS_A_MISTAKE = 3
#: From so many letters on a word that begins another one is taken for it.
BEGUN = 3
#: So many are named to somebody whose word is like none of them.
LISTED = 14
#: No name is longer, and what is typed may be.
LONGEST_TYPED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    One use of the command: by whom, where, and the tokens behind the verb.

    `text` is all that was typed, for whoever keeps some of it as it was.
    `again` says that the same use was begun before and may be done: what is so already may be its
    own doing, and is no reason to complain.
    """

    user_id: str
    channel_id: str
    trigger_id: str
    rest: tuple[Token, ...]
    text: str = ""
    again: bool = False

    @property
    def by(self) -> Actor:
        """Return who asks."""
        return actor(self.user_id)


#: A message is shown to the person alone; a form is opened.
Reply: TypeAlias = Message | Form
Answer: TypeAlias = Callable[[Asked], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """
    A verb of the command.

    `usage` begins with the verb. `act` is what a person must be allowed to do for the verb to be
    in their help; whether they may is decided again by what answers.
    """

    name: str
    usage: str
    summary: str
    examples: Sequence[str]
    act: Act
    answer: Answer


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that somebody probably meant: begun, or mistyped in a few places."""
    typed = word.lower()[:LONGEST_TYPED]
    names_ = list(dict.fromkeys(known))
    begun = [one for one in names_ if len(typed) >= BEGUN and one.lower().startswith(typed)]
    if begun:
        return min(begun, key=len)
    near = [
        (distance, one)
        for one in names_
        if (distance := typing_errors(typed, one.lower()))
        <= max(len(typed), len(one)) // LETTERS_A_MISTAKE
    ]
    return min(near, key=lambda found: found[0])[1] if near else None


def typing_errors(typed: str, meant: str) -> int:
    """Return how many letters were left out, put in, mistaken or swapped with the next one."""
    before: list[int] = []
    last = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, start=1):
        row = [i]
        for j, wanted in enumerate(meant, start=1):
            found = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and (letter, typed[i - 2]) == (meant[j - 2], wanted):
                found = min(found, before[j - 2] + 1)
            row.append(found)
        before, last = last, row
    return last[-1]


def example(text: str) -> str:
    """Return an example as people type it."""
    return f"`{names.COMMAND} {text}`"


def unknown(word: str, known: Sequence[str], before: str = "") -> str:
    """
    Return the sentence about a word that is no verb; *before* is the verb it came after.

    The word is as it was typed: whoever shows the sentence escapes it.
    """
    meant = closest(word, known)
    shown = " ".join(word.split())[:40].replace("`", "'")
    if meant is None:
        listed = ", ".join(f"`{name}`" for name in known[:LISTED])
        more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
        return f"There is no `{shown}`. There are: {listed}{more}."
    return f"There is no `{shown}`. Did you mean {example(f'{before} {meant}'.strip())}?"
