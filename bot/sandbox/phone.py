"""A phone of our own: opens a link, and installs or enrols as the real ones do."""

import asyncio
import plistlib
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from cryptography import x509

from bot.sandbox import enrolling
from bot.sandbox.arriving import Arriving
from bot.sandbox.enrolling import ANSWER_TYPE, CannotEnroll, read_question
from bot.sandbox.judging import refusal
from bot.sandbox.samples.deviceauthority import DeviceAuthority
from bot.sandbox.samples.handsets import SYSTEM, Handset
from storage.errors import SlipwayError

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
INSTALLER = f"com.apple.appstored/1.0 iOS/18.1 model/{{}} hwp/t{{}} build/{SYSTEM} (6; dt:311)"
#: What enrols on an iPhone, and what follows its answer.
PROFILES = "Profile/1.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)


class CannotInstall(SlipwayError):
    """The install page did not lead to a package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What arrived on the phone."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Where Safari stands when a device has enrolled, and the page that it shows."""

    url: str
    page: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


class Phone:
    """
    An iPhone or an Android phone with a browser and an installer.

    A *handset* of Apple's trusts the authorities of *roots*, and *devices* signed its certificate.
    Without one it has no UDID, takes every app and enrols nowhere.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        android: bool,
        handset: Handset | None = None,
        roots: Sequence[x509.Certificate] = (),
        devices: DeviceAuthority | None = None,
    ) -> None:
        self._client = client
        self._android = android
        self._handset = handset
        self._roots = roots
        self._devices = devices
        model, chip = (handset.model, handset.chip) if handset else ("iPhone16,2", "8130")
        self._installer = INSTALLER.format(model, chip)

    async def install(self, link: str, *, kept: Path | None = None) -> Installed:
        """
        Open an install link, press Install, and fetch the package.

        The bytes of an iOS package are checked against the manifest, piece by piece, as iOS does,
        and every bundle's profile is asked for the UDID; it is left at *kept*, if that is given.
        Raise CannotInstall.
        """
        links = _Links()
        links.feed(await self.look(link))
        if self._android:
            return await self._android_package(link, links.found)
        return await self._ios_package(links.found, kept)

    async def look(self, link: str) -> str:
        """Open an install link and return the page. Raise CannotInstall."""
        browser = CHROME if self._android else SAFARI
        page = await self._client.get(link, headers={"User-Agent": browser})
        if page.status_code != httpx.codes.OK:
            raise CannotInstall(f"The install page answered {page.status_code}.")
        return page.text

    async def enroll(self, page_url: str) -> Landed:
        """
        Open an enrolment page, install its profile, and go where the answer leads.

        iOS follows a 301, and calls a profile invalid after anything else. Raise CannotEnroll.
        """
        if self._handset is None:
            raise CannotEnroll("This phone has no UDID that it could send.")
        question = await self._question(page_url)
        answered = await self._client.post(
            question.url,
            content=await enrolling.answer(question, self._handset, self._devices),
            headers={"User-Agent": PROFILES, "Content-Type": ANSWER_TYPE},
        )
        if answered.status_code != httpx.codes.MOVED_PERMANENTLY:
            raise CannotEnroll(f"Invalid profile: the answer was answered {answered.status_code}.")
        url = urljoin(question.url, answered.headers.get("Location", ""))
        return Landed(url=url, page=(await self._seen(url, "page that it leads to")).text)

    async def _question(self, page_url: str) -> enrolling.Question:
        links = _Links()
        links.feed((await self._seen(page_url, "enrolment page")).text)
        profile = next((one for one in links.found if _is_profile(one)), None)
        if profile is None:
            raise CannotEnroll("The page offers no profile.")
        answer = await self._seen(urljoin(page_url, profile), "profile")
        return read_question(answer.content, answer.headers.get("Content-Type", ""))

    async def _seen(self, url: str, what: str) -> httpx.Response:
        """Open an address, which is secret, in Safari. Raise CannotEnroll."""
        answer = await self._client.get(url, headers={"User-Agent": SAFARI})
        if answer.status_code != httpx.codes.OK:
            raise CannotEnroll(f"The {what} answered {answer.status_code}.")
        return answer

    async def _android_package(self, page: str, links: list[str]) -> Installed:
        package = next((link for link in links if urlsplit(link).path.endswith(".apk")), None)
        if package is None:
            raise CannotInstall("The install page offers no package.")
        return await self._fetch(urljoin(page, package), Arriving(), CHROME)

    async def _ios_package(self, links: list[str], kept: Path | None) -> Installed:
        install = next((link for link in links if link.startswith("itms-services:")), None)
        if install is None:
            raise CannotInstall("The install page has no Install button.")
        manifest_url = parse_qs(urlsplit(install).query)["url"][0]
        answer = await self._client.get(manifest_url, headers={"User-Agent": self._installer})
        if answer.status_code != httpx.codes.OK:
            raise CannotInstall(f"The manifest answered {answer.status_code}.")
        item = plistlib.loads(answer.content)["items"][0]
        package = next(one for one in item["assets"] if one["kind"] == "software-package")
        if self._handset is None:
            return await self._promised(package, Arriving(package["sha256-size"]))
        with TemporaryDirectory(prefix="slipway-phone-") as folder:
            path = Path(folder) / "package.ipa"
            installed = await self._promised(package, Arriving(package["sha256-size"], path))
            title = str(item["metadata"]["title"])
            why = await asyncio.to_thread(refusal, path, title, self._handset, self._roots)
            if kept is not None:
                await asyncio.to_thread(shutil.copyfile, path, kept)
        if why is not None:
            raise CannotInstall(why)
        return installed

    async def _promised(self, package: dict[str, Any], arriving: Arriving) -> Installed:
        """Fetch a package of iOS, and hold it against its manifest."""
        installed = await self._fetch(package["url"], arriving, self._installer)
        if arriving.pieces() != package["sha256s"]:
            raise CannotInstall("The package differs from what the manifest promises.")
        return installed

    async def _fetch(self, url: str, arriving: Arriving, agent: str) -> Installed:
        """Fetch in two ranges, as an installer that was interrupted once."""
        headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
        head = await self._client.head(url, headers=headers)
        size = int(head.headers["Content-Length"])
        etag = head.headers["ETag"]
        for first, last in ((0, size // 2 - 1), (size // 2, size - 1)):
            ranged = {**headers, "Range": f"bytes={first}-{last}", "If-Range": etag}
            async with self._client.stream("GET", url, headers=ranged) as answer:
                if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                    raise CannotInstall(f"The package answered {answer.status_code} to a range.")
                async for chunk in answer.aiter_raw():
                    await arriving.add(chunk)
        return Installed(size=arriving.size, sha256=arriving.whole.hexdigest())


def _is_profile(link: str) -> bool:
    return urlsplit(link).path.endswith(".mobileconfig")


@asynccontextmanager
async def phone(
    *,
    android: bool,
    handset: Handset | None = None,
    roots: Sequence[x509.Certificate] = (),
    devices: DeviceAuthority | None = None,
) -> AsyncGenerator[Phone]:
    """
    Lend a phone; what it is given is said at `Phone`.

    Proxies of the environment are not for addresses on this machine.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=60, follow_redirects=False) as client:
        yield Phone(client, android=android, handset=handset, roots=roots, devices=devices)
