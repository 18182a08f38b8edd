"""A phone of our own: opens an install link and fetches the package as the real ones do."""

import plistlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from storage.errors import SlipwayError

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
INSTALLER = "com.apple.appstored/1.0 iOS/18.1 model/iPhone16,2 hwp/t8130 build/22B83 (6; dt:311)"
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


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


class Phone:
    """An iPhone or an Android phone with a browser and an installer."""

    def __init__(self, client: httpx.AsyncClient, *, android: bool) -> None:
        self._client = client
        self._android = android

    async def install(self, link: str) -> Installed:
        """
        Open an install link, press Install, and fetch the package.

        The bytes of an iOS package are checked against the manifest, piece by piece, as iOS does.
        Raise CannotInstall.
        """
        links = _Links()
        links.feed(await self.look(link))
        if self._android:
            return await self._android_package(link, links.found)
        return await self._ios_package(links.found)

    async def look(self, link: str) -> str:
        """Open an install link and return the page. Raise CannotInstall."""
        browser = CHROME if self._android else SAFARI
        page = await self._client.get(link, headers={"User-Agent": browser})
        if page.status_code != httpx.codes.OK:
            raise CannotInstall(f"The install page answered {page.status_code}.")
        return page.text

    async def _android_package(self, page: str, links: list[str]) -> Installed:
        package = next((link for link in links if urlsplit(link).path.endswith(".apk")), None)
        if package is None:
            raise CannotInstall("The install page offers no package.")
        return await self._fetch(urljoin(page, package), [], 0, CHROME)

    async def _ios_package(self, links: list[str]) -> Installed:
        install = next((link for link in links if link.startswith("itms-services:")), None)
        if install is None:
            raise CannotInstall("The install page has no Install button.")
        manifest_url = parse_qs(urlsplit(install).query)["url"][0]
        answer = await self._client.get(manifest_url, headers={"User-Agent": INSTALLER})
        if answer.status_code != httpx.codes.OK:
            raise CannotInstall(f"The manifest answered {answer.status_code}.")
        assets = plistlib.loads(answer.content)["items"][0]["assets"]
        package = next(asset for asset in assets if asset["kind"] == "software-package")
        return await self._fetch(
            package["url"], package["sha256s"], package["sha256-size"], INSTALLER
        )

    async def _fetch(self, url: str, pieces: list[str], piece_size: int, agent: str) -> Installed:
        """Fetch in two ranges, as an installer that was interrupted once."""
        headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
        head = await self._client.head(url, headers=headers)
        size = int(head.headers["Content-Length"])
        etag = head.headers["ETag"]
        arriving = _Arriving(piece_size)
        for first, last in ((0, size // 2 - 1), (size // 2, size - 1)):
            ranged = {**headers, "Range": f"bytes={first}-{last}", "If-Range": etag}
            async with self._client.stream("GET", url, headers=ranged) as answer:
                if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                    raise CannotInstall(f"The package answered {answer.status_code} to a range.")
                async for chunk in answer.aiter_raw():
                    arriving.add(chunk)
        if pieces and arriving.pieces() != pieces:
            raise CannotInstall("The package differs from what the manifest promises.")
        return Installed(size=arriving.size, sha256=arriving.whole.hexdigest())


class _Arriving:
    """Digests what arrives: the whole, and each piece of so many bytes (0: no pieces)."""

    def __init__(self, piece_size: int) -> None:
        self.whole = sha256()
        self.size = 0
        self._piece_size = piece_size
        self._piece = sha256()
        self._ended: list[str] = []

    def add(self, chunk: bytes) -> None:
        self.whole.update(chunk)
        rest = memoryview(chunk)
        while self._piece_size and rest:
            room = self._piece_size - self.size % self._piece_size
            taken, rest = rest[:room], rest[room:]
            self._piece.update(taken)
            self.size += len(taken)
            if self.size % self._piece_size == 0:
                self._ended.append(self._piece.hexdigest())
                self._piece = sha256()
        if not self._piece_size:
            self.size += len(chunk)

    def pieces(self) -> list[str]:
        """Return the digest of each piece, the last one shorter."""
        unfinished = self._piece_size and self.size % self._piece_size
        return [*self._ended, self._piece.hexdigest()] if unfinished else list(self._ended)


@asynccontextmanager
async def phone(*, android: bool) -> AsyncGenerator[Phone]:
    """Lend a phone. Proxies of the environment are not for addresses on this machine."""
    async with httpx.AsyncClient(trust_env=False, timeout=60, follow_redirects=False) as client:
        yield Phone(client, android=android)
