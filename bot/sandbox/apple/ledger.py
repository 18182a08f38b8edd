"""What the teams at Apple have, written into a file: another process goes on from there."""

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.sandbox.apple.app_ids import AppId, Capability
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.devices import Device
from bot.sandbox.apple.keys import ApiKey, Role
from bot.sandbox.apple.profiles import ProvisioningProfile
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.shapes import JsonObject


class Ledger:
    """The file, which holds keys in the open: they guard nothing but a sandbox."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, teams: Iterable[SandboxTeam]) -> None:
        """Write down what every team has, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(json.dumps({team.id: _written(team) for team in teams}))
        half.replace(self._path)

    def restore(self, team: SandboxTeam) -> None:
        """Give a new team what it had; one of which nothing is known stays as it is."""
        noted = json.loads(self._path.read_text()) if self._path.exists() else {}
        if team.id in noted:
            _restore(team, noted[team.id])


def _written(team: SandboxTeam) -> JsonObject:
    return {
        "ids": team.ids.made,
        "born": team.devices.born,
        "key": team.key.id,
        "keys": [_written_key(key) for key in team.keys.values()],
        "devices": [asdict(device) for device in team.devices],
        "app_ids": [asdict(app_id) for app_id in team.app_ids],
        "certificates": [_written_certificate(one) for one in team.certificates],
        "profiles": [asdict(one) | {"content": _text(one.content)} for one in team.profiles],
    }


def _restore(team: SandboxTeam, noted: JsonObject) -> None:
    team.ids.made = noted["ids"]
    team.devices.born = noted["born"]
    team.keys = {key["id"]: _read_key(team, key) for key in noted["keys"]}
    team.key = team.keys.get(noted["key"], team.key)
    for device in noted["devices"]:
        team.devices.add(Device(**device))
    for app_id in noted["app_ids"]:
        team.app_ids.add(_read_app_id(app_id))
    for certificate in noted["certificates"]:
        team.certificates.add(_read_certificate(certificate))
    for profile in noted["profiles"]:
        content = base64.b64decode(profile["content"])
        team.profiles.add(ProvisioningProfile(**{**profile, "content": content}))


def _written_key(key: ApiKey) -> JsonObject:
    return {
        "id": key.id,
        "role": key.role.value,
        "is_individual": key.is_individual,
        "p8": key.p8,
    }


def _read_key(team: SandboxTeam, noted: JsonObject) -> ApiKey:
    private_key = load_pem_private_key(noted["p8"].encode(), None)
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    return ApiKey(
        id=noted["id"],
        issuer_id=team.issuer_id,
        role=Role(noted["role"]),
        is_individual=noted["is_individual"],
        private_key=private_key,
    )


def _read_app_id(noted: JsonObject) -> AppId:
    capabilities = {kind: Capability(**one) for kind, one in noted["capabilities"].items()}
    return AppId(**{**noted, "capabilities": capabilities})


def _written_certificate(one: Certificate) -> JsonObject:
    return {
        "id": one.id,
        "type": one.type,
        "team_name": one.team_name,
        "certificate": _text(one.der),
        "is_activated": one.is_activated,
    }


def _read_certificate(noted: JsonObject) -> Certificate:
    der = base64.b64decode(noted["certificate"])
    return Certificate(**{**noted, "certificate": x509.load_der_x509_certificate(der)})


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
