"""Every public address of ours, made from the configured base URL and nothing else."""

import re
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

#: The iOS installer unescapes what it is given once more than one expects, so that every address
#: of ours keeps to characters that mean the same escaped and unescaped.
PLAIN = re.compile(r"https?://[A-Za-z0-9/_.~:-]+")

#: The pages that are for one person each: whoever has their address is taken for them.
PERSONAL = ("i", "me", "joined", "n", "apple", "enroll")

#: What the package is called in its address, by its kind, where a phone installs it from there.
PACKAGES = {"ipa": "app.ipa", "apk": "app.apk"}
OTHER_PACKAGE = "app.bin"


class Links:
    """
    Makes absolute addresses.

    *base_url* is how people reach this installation. A request's own `Host` is never believed: a
    forged one would end up in somebody's install link. Raise ValueError for a base that is no plain
    http or https address.
    """

    def __init__(self, base_url: str) -> None:
        base = base_url.rstrip("/")
        if not PLAIN.fullmatch(base):
            raise ValueError(
                "The base URL may hold a scheme, a host, a port and a path of plain letters, "
                "digits and `_ . ~ -`."
            )
        self.base_url = base

    @property
    def secure(self) -> bool:
        """True when people reach us by https, which iOS asks for."""
        return self.base_url.startswith("https://")

    @property
    def loopback(self) -> bool:
        """True when only this very machine reaches us, as in the demo."""
        return urlsplit(self.base_url).hostname in {"localhost", "127.0.0.1"}

    def install(self, token: str) -> str:
        """Return the page that a person opens."""
        return f"{self.base_url}/i/{token}"

    def newer(self, token: str) -> str:
        """Return where the page of an older release leads to the newer one."""
        return f"{self.install(token)}/newer"

    def other_platform(self, token: str, platform: str) -> str:
        """Return where the page of a release leads to the same version for another platform."""
        return f"{self.install(token)}/on/{platform}"

    def me(self, token: str) -> str:
        """Return the page of a tester's own, with everything that they may install."""
        return f"{self.base_url}/me/{token}"

    def me_all(self, token: str) -> str:
        """Return the same page with more on it."""
        return f"{self.me(token)}/all"

    def me_code(self, token: str) -> str:
        """Return the address of the QR code of that page."""
        return f"{self.me(token)}/code.svg"

    def me_release(self, token: str, release_id: str) -> str:
        """Return where that page leads whoever wants to install a release."""
        return f"{self.me(token)}/{release_id}"

    def release(self, release_id: str) -> str:
        """Return what leads to the card of a release in Slack, for whoever may look there."""
        return f"{self.base_url}/r/{release_id}"

    def release_in(self, url: str) -> str:
        """Return the release that an address of ours leads to, empty for any other address."""
        found = re.fullmatch(rf"{re.escape(self.base_url)}/r/([0-9a-f]{{32}})/?", url)
        return found[1] if found else ""

    def is_personal(self, url: str) -> bool:
        """Return whether an address is of a page that is for one person."""
        return url.startswith(tuple(f"{self.base_url}/{page}/" for page in PERSONAL))

    def join(self, token: str) -> str:
        """Return the page on which somebody outside Slack asks to join."""
        return f"{self.base_url}/join/{token}"

    def join_code(self, token: str) -> str:
        """Return the address of the QR code of that page."""
        return f"{self.join(token)}/code.svg"

    def join_picture(self, token: str) -> str | None:
        """Return where Slack fetches that code as a picture, None when it could not."""
        host = urlsplit(self.base_url).hostname or ""
        return f"{self.join(token)}/code.png" if self.secure and _is_public(host) else None

    def joined(self, token: str) -> str:
        """Return the page that says what became of somebody's request to join."""
        return f"{self.base_url}/joined/{token}"

    def notes(self, token: str) -> str:
        """Return the page on which somebody edits the notes of a release."""
        return f"{self.base_url}/n/{token}"

    def apple(self, token: str) -> str:
        """Return the page on which an admin connects a team at Apple."""
        return f"{self.base_url}/apple/{token}"

    def enroll(self, token: str) -> str:
        """Return the page on which a tester adds the device that opens it."""
        return f"{self.base_url}/enroll/{token}"

    def enroll_profile(self, token: str) -> str:
        """Return what a device installs to be asked for its UDID."""
        return f"{self.enroll(token)}/slipway.mobileconfig"

    def enroll_code(self, token: str) -> str:
        """Return the address of the QR code of the enrolment page."""
        return f"{self.enroll(token)}/code.svg"

    def enroll_answer(self, token: str) -> str:
        """Return where a device sends its answer to a question."""
        return f"{self.base_url}/enroll/answer/{token}"

    def enroll_result(self, token: str) -> str:
        """Return the page that shows what came of an answer."""
        return f"{self.base_url}/enroll/result/{token}"

    def enroll_refused(self, code: str) -> str:
        """Return the page that says why an answer was refused."""
        return f"{self.base_url}/enroll/refused/{code}"

    def enroll_from(self, install_token: str) -> str:
        """Return where an install page sends whoever has a device to add."""
        return f"{self.install(install_token)}/enroll"

    def trouble(self, install_token: str) -> str:
        """Return where somebody says that what an install page offers does not install."""
        return f"{self.install(install_token)}/trouble"

    def manifest(self, token: str) -> str:
        return f"{self.install(token)}/manifest.plist"

    def package(self, token: str, kind: str) -> str:
        """Return the address of a package of a *kind*, one of `storage.inspection.facts.Kind`."""
        return f"{self.install(token)}/{PACKAGES.get(kind, OTHER_PACKAGE)}"

    def icon(self, token: str, size: int) -> str:
        """Return the address of the icon, *size* pixels wide: 57, 180 or 512."""
        return f"{self.install(token)}/icon-{size}.png"

    def card_icon(self, icon_sha256: str, *, plain: bool = False) -> str | None:
        """
        Return where Slack fetches the icon of a card, None when it could not.

        Slack's servers fetch pictures from the internet, by https; *plain* is for a Slack that is
        reached by http itself. The digest of a picture is as hard to guess as the picture.
        """
        host = urlsplit(self.base_url).hostname or ""
        if not plain and not (self.secure and _is_public(host)):
            return None
        return f"{self.base_url}/icons/{icon_sha256}.png"

    def code(self, token: str) -> str:
        """Return the address of the QR code of the install page."""
        return f"{self.install(token)}/code.svg"

    def itms(self, token: str) -> str:
        """Return what makes Safari on iOS ask whether to install."""
        manifest = quote(self.manifest(token), safe="")
        return f"itms-services://?action=download-manifest&url={manifest}"


def _is_public(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True
