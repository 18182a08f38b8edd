"""What the pages of those who join say, decided before the template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.web.install.names import tidy
from provisioning.people.join_links import LinkOver, LinkSheet
from provisioning.people.joining import JoinPage
from provisioning.wording import day
from storage.records.join_request import ADDRESS, NAME, JoinState

#: The page of somebody who waits looks again after so many seconds.
AGAIN_AFTER: Final = 30

#: Why nobody joins by a link any more, in words for whoever was sent it.
OVER: Final = {
    LinkOver.REVOKED: "This link was taken back.",
    LinkOver.EXPIRED: "This link has run out.",
    LinkOver.FULL: "All places of this link are taken.",
    LinkOver.GONE: "There is nothing to join by this link any more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinFormPage:
    """
    All that the template of the form shows.

    `what` is what one joins, `wrong` sentences by the field that they belong beside, `complaint`
    what belongs to none, and `over` why there is no form.
    """

    what: str
    host: str
    app: str = ""
    domains: str = ""
    key: str = ""
    name: str = ""
    email: str = ""
    longest_name: int = NAME
    longest_email: int = ADDRESS
    code: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    complaint: str = ""
    over: str = ""
    on_phone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPage:
    """All that the template of a request shows. `builds` leads to what they may install."""

    title: str
    sentences: tuple[str, ...]
    again_after: int = 0
    builds: str = ""
    until: str = ""


def form_page(sheet: LinkSheet, code: str, key: str) -> JoinFormPage:
    """Return the page of a link, with nothing entered."""
    return JoinFormPage(
        what=tidy(sheet.app) or tidy(sheet.group),
        host=tidy(sheet.host),
        app=tidy(sheet.app),
        domains=" or ".join(f"@{one}" for one in sheet.domains),
        key=key,
        code=code,
        over=OVER[sheet.over] if sheet.over is not None else "",
    )


def answer(page: JoinPage, builds: str) -> AnswerPage:
    """Return what somebody reads of their request; *builds* is where theirs are."""
    whom = tidy(page.host) or "whoever invited you"
    group = tidy(page.group) or "the group"
    if page.state is JoinState.WAITING:
        return AnswerPage(
            title="You have asked to join",
            sentences=(
                f"{whom} or a colleague decides who joins {group}.",
                (
                    "Keep this page open, or keep its address: it looks again every half a minute, "
                    "and leads to your builds once somebody has said yes."
                ),
            ),
            again_after=AGAIN_AFTER,
        )
    if page.state is JoinState.DECLINED:
        because = (f"They wrote: {tidy(page.reason)}",) if page.reason else ()
        return AnswerPage(
            title="You were not let in",
            sentences=(
                f"Somebody declined your request to join {group}.",
                *because,
                f"If that is a mistake, ask {whom}.",
            ),
        )
    if page.state is JoinState.EXPIRED:
        return AnswerPage(
            title="Nobody answered",
            sentences=(f"Your request to join {group} is over. Ask {whom} for a new link.",),
        )
    if not builds:
        return AnswerPage(
            title="This leads nowhere any more",
            sentences=(
                f"It led to your builds in {group}.",
                f"If you should still have them, ask {whom} for a new link.",
            ),
        )
    return AnswerPage(
        title="Welcome",
        sentences=(
            f"You are in {group}. Whatever is sent to it appears on a page of your own.",
            (
                "Open it on the phone that you want to install on, and keep its address: no "
                "message is sent to you."
            ),
        ),
        builds=builds,
        until=day(page.until) if page.until else "",
    )
