"""A plain client that says anything, and tokens of any kind."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bot.sandbox.apple.keys import ApiKey
from bot.sandbox.apple.server import SandboxApple


def token(key: ApiKey, header: dict[str, Any] | None = None, **claims: Any) -> str:  # noqa: ANN401 - JSON
    """Make a token of a key; *header* and *claims* change it, and None takes a part away."""
    now = int(time.time())
    usual = {"iss": key.issuer_id, "iat": now - 60, "exp": now + 840, "aud": "appstoreconnect-v1"}
    if key.is_individual:
        usual = {**usual, "sub": "user"}
        del usual["iss"]
    said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    head = {"alg": "ES256", "kid": key.id, "typ": "JWT"} | (header or {})
    signed = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(said).encode())}"
    seal = key.private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    halves = b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(seal))
    return f"{signed}.{_part(halves)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; *body* is empty where the answer was no JSON object."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        return self.body["data"]

    @property
    def code(self) -> str:
        return str(self.body["errors"][0]["code"])

    @property
    def detail(self) -> str:
        return str(self.body["errors"][0]["detail"])


@dataclass(slots=True, kw_only=True)
class AppleClient:
    """Speaks with the key of the first team, or another; *seconds* is how long it waits."""

    apple: SandboxApple
    session: aiohttp.ClientSession
    seconds: float = 5.0
    key: ApiKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.apple.team.key

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        bearer: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request; a *path* begins with a slash, or is a whole address."""
        said = token(self.key) if bearer is None else bearer
        async with self.session.request(
            method,
            path if "://" in path else f"{self.apple.url}/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {said}", **(headers or {})},
            timeout=aiohttp.ClientTimeout(total=self.seconds),
        ) as response:
            text = await response.text()
            read = json.loads(text) if response.content_type == "application/json" and text else {}
            return Answer(status=response.status, headers=dict(response.headers), body=read)

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, kind: str, attributes: object, **relations: object) -> Answer:
        """Make a resource; relations are given as JSON:API's `data`."""
        entity: dict[str, object] = {"type": kind, "attributes": attributes}
        if relations:
            entity["relationships"] = {name: {"data": to} for name, to in relations.items()}
        return await self.ask("POST", f"/{kind}", {"data": entity})

    async def patch(self, kind: str, id_: str, **attributes: object) -> Answer:
        entity = {"type": kind, "id": id_, "attributes": attributes}
        return await self.ask("PATCH", f"/{kind}/{id_}", {"data": entity})

    async def delete(self, kind: str, id_: str) -> Answer:
        return await self.ask("DELETE", f"/{kind}/{id_}")

    async def register(self, udid: str, name: str = "Bob's", platform: str = "IOS") -> Answer:
        attributes = {"name": name, "udid": udid, "platform": platform}
        return await self.post("devices", attributes)
