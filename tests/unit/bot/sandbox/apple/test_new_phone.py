"""What the sandbox hands out is good enough to sign with: from a request to an app on a phone."""

import base64
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.identities import device_id
from provisioning.codesign.identity.identity import make_identity
from provisioning.codesign.identity.request import make_request
from provisioning.codesign.resign import resign
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.codesign.verifying.verifier import verify
from tests.unit.bot.sandbox.apple.client import AppleClient
from tests.unit.provisioning.codesign import world

PHONE = device_id(77)


async def _profile(client: AppleClient, identifier: str, certificate: str, phone: str) -> Profile:
    made = await client.post(
        "bundleIds", {"identifier": identifier, "name": "Harbour", "platform": "IOS"}
    )
    answer = await client.post(
        "profiles",
        {"name": f"{identifier} 1", "profileType": "IOS_APP_ADHOC"},
        bundleId={"type": "bundleIds", "id": made.data["id"]},
        certificates=[{"type": "certificates", "id": certificate}],
        devices=[{"type": "devices", "id": phone}],
    )
    return read_profile(base64.b64decode(answer.data["attributes"]["profileContent"]))


async def test_an_app_is_signed_for_a_new_phone_with_a_certificate_of_our_own(
    apple: SandboxApple, client: AppleClient, tmp_path: Path
) -> None:
    before, after = harbour_ipa(tmp_path), tmp_path / "after.ipa"
    request = make_request("Slipway")
    issued = await client.post(
        "certificates",
        {"certificateType": "DISTRIBUTION", "csrContent": request.csr_pem.decode()},
    )
    content = base64.b64decode(issued.data["attributes"]["certificateContent"])
    identity = make_identity(
        load_pem_private_key(request.key_pem, password=None),
        x509.load_der_x509_certificate(content),
        apple.authorities,
    )
    phone = await client.register(PHONE)
    identifiers = [each.application_id.partition(".")[2] for each in world.old_profiles(before)]
    profiles = [
        await _profile(client, identifier, issued.data["id"], phone.data["id"])
        for identifier in identifiers
    ]
    roots = apple.authorities[-1:]

    resign(before, identity, profiles, after, roots=roots)

    assert len(profiles) == 2
    assert verify(before, PHONE, roots=roots) != []
    assert verify(after, PHONE, roots=roots) == []
    assert apple.violations == []
