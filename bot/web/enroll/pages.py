"""What the enrolment page says: everything as words, decided before the template sees it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.links import Links
from bot.web.install.names import tidy
from bot.web.install.pages import path_of
from bot.web.install.visitors import Visitor
from provisioning.devices.enrolment.asking import can_be_answered
from provisioning.devices.enrolment.enrolments import Enrolee


class Holding(StrEnum):
    """What the person who reads the page has in hand, as far as its browser tells."""

    APPLE = "apple"
    ANDROID = "android"
    #: A desktop, or an iPad that says that it is a Mac.
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPage:
    """
    All that the template shows. Addresses are paths, but for the one to be copied.

    `device` is what to call what is in somebody's hand; `elsewhere` is a browser that may save the
    profile as a file; `insecure` is an address to which no device answers; `signed` says whether
    the profile shows as verified.
    """

    person: str
    holding: Holding
    device: str
    webview: bool
    elsewhere: bool
    insecure: bool
    signed: bool
    profile: str
    code: str
    address: str


def enrol_page(
    enrolee: Enrolee, visitor: Visitor, links: Links, token: str, *, signed: bool
) -> EnrolPage:
    """Return what the page of a link says to *visitor*."""
    holding = _holding(visitor)
    tablet = visitor.phone is not None and visitor.phone.family == "ipad"
    on_apple = holding is Holding.APPLE
    return EnrolPage(
        person=tidy(enrolee.name),
        holding=holding,
        device="iPad" if tablet else "iPhone" if on_apple else "device",
        webview=visitor.webview,
        elsewhere=on_apple and not visitor.safari and not visitor.webview,
        insecure=not can_be_answered(links.base_url),
        signed=signed,
        profile=path_of(links.enroll_profile(token)),
        code=path_of(links.enroll_code(token)),
        address=links.enroll(token),
    )


def _holding(visitor: Visitor) -> Holding:
    if visitor.phone is None:
        return Holding.DESK
    return Holding.APPLE if visitor.phone.maker == "ios" else Holding.ANDROID
