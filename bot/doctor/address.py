"""The public address, looked at from outside: as a phone would."""

import asyncio
import io
import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp

from bot.doctor.complaint import Broken, Complaint, Doubtful, NotLooked
from bot.doctor.outside import ANSWER_WITHIN, Outside
from bot.secret_key import KeyMissing, installation_id, kept_key
from bot.settings import Settings, SettingsWrong
from bot.web import probe

#: In days: with less left, a certificate that renews itself should have done so.
LEAST_DAYS = 14
#: In bytes: more than the 1 MB that nginx takes unless it is told otherwise.
LARGE = 2 * 1024 * 1024
TOO_LARGE = 413
FIRST, LAST = 1000, 1099

#: OpenSSL's numbers for what is wrong with a certificate, in our words.
WRONG: dict[int, tuple[str, str]] = {
    10: ("has expired", "Renew it."),
    9: ("is not valid yet", "Check the clock of this machine and of whoever issued it."),
    18: ("is signed by itself, so no phone trusts it", "Get one from Let's Encrypt, for instance."),
    19: (
        "comes from an authority of your own, which phones trust only after it was installed there",
        "Get one from Let's Encrypt, or install the authority on this machine and every phone.",
    ),
    20: (
        "comes without its chain, or from an authority that nobody knows",
        "Give the proxy the full chain (`fullchain.pem`), not the certificate alone.",
    ),
    62: ("is for another name", "Get one for the name in SLIPWAY_BASE_URL."),
}


async def form(settings: Settings, _outside: Outside) -> str:
    """Say whether phones elsewhere could open such an address at all."""
    if not settings.base_url.startswith("https:"):
        raise Broken(
            f"SLIPWAY_BASE_URL is {settings.base_url}; iPhones install over https only.",
            "Put a proxy with a trusted certificate in front and set the https address "
            "(docs/operating.md).",
        )
    if not settings.is_public:
        raise Broken(
            f"SLIPWAY_BASE_URL is {settings.base_url}, which phones elsewhere cannot open.",
            "Set it to a name that phones can open.",
        )
    return f"Install links begin with {settings.base_url}."


async def name(settings: Settings, outside: Outside) -> str:
    """Say what the name of the address leads to."""
    parts = urlsplit(settings.base_url)
    addresses = await _addresses(parts, outside)
    return f"{parts.hostname} is {', '.join(addresses)}."


async def certificate(settings: Settings, outside: Outside) -> str:
    """Say whether phones trust the certificate, and for how long."""
    parts = urlsplit(settings.base_url)
    if parts.scheme != "https":
        raise NotLooked("Without https there is no certificate.")
    try:
        address = (await _addresses(parts, outside))[0]
    except Complaint:
        raise NotLooked("The name leads nowhere.") from None
    ends = await _end_of_certificate(parts, address, outside)
    days = (ends - time.time()) / 86400
    if days < LEAST_DAYS:
        raise Doubtful(
            f"The certificate of {parts.hostname} ends in {days:.0f} days.",
            "Renew it, and look why that did not happen by itself.",
        )
    return f"The certificate of {parts.hostname} is trusted, and for {days:.0f} more days."


async def _end_of_certificate(parts: SplitResult, address: str, outside: Outside) -> float:
    """Return when the certificate ends, in seconds since 1970. Raise Broken, NotLooked."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            _reader, writer = await asyncio.open_connection(
                address, _port(parts), ssl=outside.trust(), server_hostname=parts.hostname
            )
    except ssl.SSLCertVerificationError as wrong:
        what, to_do = WRONG.get(
            wrong.verify_code, (f"is not trusted: {wrong.verify_message}", "Get another one.")
        )
        raise Broken(f"The certificate of {parts.hostname} {what}.", to_do) from None
    except ssl.SSLError as wrong:
        raise Broken(
            f"{parts.hostname}, port {_port(parts)}, does not speak TLS ({wrong.reason}).",
            "Let the proxy speak https there, or correct the port in SLIPWAY_BASE_URL.",
        ) from None
    except (OSError, TimeoutError):
        raise NotLooked("Nothing answers there.") from None
    try:
        found: Any = writer.get_extra_info("peercert")
        return float(ssl.cert_time_to_seconds(found["notAfter"]))
    finally:
        writer.close()


async def way_in(settings: Settings, outside: Outside) -> str:
    """Say whether the address leads to this very Slipway."""
    address = f"{settings.base_url}/healthz"
    try:
        async with outside.session() as session:
            answer = await session.get(address, allow_redirects=False)
            async with answer:
                body = await answer.content.read(65536)
    except aiohttp.ClientConnectorCertificateError:
        raise NotLooked("The certificate is not trusted.") from None
    except aiohttp.ClientConnectorDNSError:
        raise NotLooked("The name leads nowhere.") from None
    except (aiohttp.ClientConnectorError, ConnectionError):
        raise Broken(
            f"Nobody answers at {settings.base_url}.",
            "Start the proxy, and let the firewall pass its port.",
        ) from None
    except TimeoutError:
        raise Broken(
            f"{settings.base_url} does not answer within {ANSWER_WITHIN:g} seconds.",
            "Let the firewall pass its port, and the proxy reach Slipway.",
        ) from None
    except aiohttp.ClientError as error:
        raise Broken(
            f"What answers at {settings.base_url} makes no sense ({type(error).__name__}).",
            "Look which program listens there.",
        ) from None
    said = _health(body)
    if said is None:
        raise _somebody_else(settings, answer)
    return _compared(settings, said)


def _health(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "installation" in said else None


def _somebody_else(settings: Settings, answer: aiohttp.ClientResponse) -> Broken:
    """Return what it means that an answer is not Slipway's."""
    base, status = settings.base_url, answer.status
    here = f"{settings.host}:{settings.port}"
    if status in {502, 503, 504}:
        return Broken(
            f"The proxy at {base} does not reach Slipway (it answers {status}).",
            f"Start Slipway (`slipway serve`), and let the proxy pass requests on to {here}.",
        )
    if status in {301, 302, 303, 307, 308}:
        return Broken(
            f"{base} sends everybody on to {answer.headers.get('Location', 'elsewhere')}.",
            "Set SLIPWAY_BASE_URL to the address that answers itself; a sign-in in front of "
            "Slipway keeps phones out.",
        )
    if status in {401, 403}:
        return Broken(
            f"The proxy at {base} lets nobody in without a password (it answers {status}).",
            "Let everybody pass: install links are secret themselves, and phones know no password.",
        )
    return Broken(
        f"Something else than Slipway answers at {base} (with {status}).",
        f"Let the proxy pass this address on to {here}, without the path of SLIPWAY_BASE_URL.",
    )


def _compared(settings: Settings, said: dict[str, Any]) -> str:
    try:
        own = installation_id(kept_key(settings.key_file))
    except KeyMissing:
        own = ""
    except SettingsWrong:
        raise NotLooked("The secret key cannot be read, so nothing can be compared.") from None
    if said["installation"] != own:
        raise Broken(
            f"Another Slipway answers at {settings.base_url}.",
            "Let the name and the proxy lead to this one, or give this one its own address.",
        )
    unwell = [
        str(check.get("sentence", ""))
        for check in (said.get("checks") or {}).values()
        if isinstance(check, dict) and not check.get("ok")
    ]
    if unwell:
        raise Doubtful(f"{settings.base_url} leads to this Slipway, which says: {unwell[0]}")
    return f"{settings.base_url} leads to this Slipway."


async def downloads(settings: Settings, outside: Outside) -> str:
    """Say whether HEAD and ranges pass, which installers and interrupted downloads need."""
    address = f"{settings.base_url}{probe.PATH}"
    await _require_way_in(settings, outside)
    async with outside.session() as session:
        async with session.head(address, allow_redirects=False) as head:
            length = head.headers.get("Content-Length", "")
            if head.status != 200 or length != str(len(probe.CONTENT)):  # noqa: PLR2004 - HTTP's own
                raise Broken(
                    f"The proxy spoils HEAD (it answers {head.status}, length {length or 'none'}).",
                    "Let it pass HEAD on as it is, and switch off compression and caching.",
                )
        asked = {"Range": f"bytes={FIRST}-{LAST}"}
        async with session.get(address, headers=asked, allow_redirects=False) as part:
            body = await part.read()
            offers = part.headers.get(probe.OFFERED, "")
    if part.status != 206 or body != probe.CONTENT[FIRST : LAST + 1]:  # noqa: PLR2004 - HTTP's own
        raise Broken(
            f"The proxy spoils range requests (it answers {part.status} with {len(body)} bytes).",
            "Let it pass `Range` on, and switch off compression and caching: a download that broke "
            "off could not go on.",
        )
    if settings.sendfile not in {"off", offers}:
        raise Doubtful(
            f"SLIPWAY_SENDFILE is {settings.sendfile}, and the proxy does not offer to send "
            "packages, so Slipway goes on sending them itself.",
            "Give the proxy the lines of docs/operating.md, or set SLIPWAY_SENDFILE=off.",
        )
    return "HEAD and range requests pass."


async def large_requests(settings: Settings, outside: Outside) -> str:
    """Say whether the proxy takes large bodies."""
    await _require_way_in(settings, outside)
    address, body = f"{settings.base_url}{probe.PATH}", io.BytesIO(bytes(LARGE))
    try:
        async with outside.session() as session, session.post(address, data=body) as answer:
            status, said = answer.status, await answer.read()
    except aiohttp.ClientError:
        status, said = TOO_LARGE, b""  # It hung up in the middle.
    if status != TOO_LARGE and status >= 400:  # noqa: PLR2004 - HTTP's own
        raise Doubtful(
            f"The proxy spoils a request of {LARGE // 1024**2} MB (it answers {status}).",
            "Look into the proxy's log.",
        )
    if status != 200 or json.loads(said) != {"received": LARGE}:  # noqa: PLR2004 - HTTP's own
        raise Doubtful(
            f"The proxy refuses a request of {LARGE // 1024**2} MB (it answers {status}).",
            "Raise its limit: `client_max_body_size 5g;` in nginx, which takes 1 MB by itself.",
        )
    return f"Requests of {LARGE // 1024**2} MB pass."


async def _require_way_in(settings: Settings, outside: Outside) -> None:
    try:
        await way_in(settings, outside)
    except Doubtful:
        return
    except Complaint:
        raise NotLooked("The address does not lead here.") from None


async def _addresses(parts: SplitResult, outside: Outside) -> list[str]:
    """Return the addresses of a name. Raise Broken for none."""
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            found = await outside.resolver().resolve(host, _port(parts), socket.AF_UNSPEC)
    except (OSError, TimeoutError):
        raise Broken(
            f"The name {host} leads nowhere.",
            "Make its DNS record, or correct SLIPWAY_BASE_URL.",
        ) from None
    return list(dict.fromkeys(one["host"] for one in found))


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)
