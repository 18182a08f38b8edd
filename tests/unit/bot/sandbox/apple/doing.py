"""Each operation that the sandbox knows, done once."""

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.samples.identities import device_id
from provisioning.codesign.identity.request import make_request
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient


async def everything(
    client: AppleClient, app_id: AppId, certificate: Certificate
) -> list[tuple[str, Answer]]:
    """Do each thing once, and give the operations with their answers."""
    phone = await client.register(device_id(1))
    bundle = {"type": "bundleIds", "id": app_id.id}
    new = {"identifier": "com.example.pier", "name": "Pier", "platform": "IOS"}
    made = await client.post("bundleIds", new)
    capability = await client.post(
        "bundleIdCapabilities", {"capabilityType": "PUSH_NOTIFICATIONS"}, bundleId=bundle
    )
    csr = make_request("Slipway").csr_pem.decode()
    issued = await client.post(
        "certificates", {"certificateType": "DISTRIBUTION", "csrContent": csr}
    )
    profile = await client.post(
        "profiles",
        {"name": "Harbour 1", "profileType": "IOS_APP_ADHOC"},
        bundleId=bundle,
        certificates=[{"type": "certificates", "id": certificate.id}],
        devices=[{"type": "devices", "id": phone.data["id"]}],
    )
    ids = {
        "bundleIds": made.data["id"],
        "certificates": issued.data["id"],
        "devices": phone.data["id"],
        "profiles": profile.data["id"],
    }
    done = [
        ("POST devices", phone),
        ("POST devices", await client.register(device_id(1))),
        ("POST bundleIds", made),
        ("POST bundleIdCapabilities", capability),
        ("POST certificates", issued),
        ("POST profiles", profile),
        ("PATCH devices/{id}", await client.patch("devices", ids["devices"], name="Ann's")),
        ("PATCH bundleIds/{id}", await client.patch("bundleIds", ids["bundleIds"], name="Quay")),
    ]
    for path in ("bundleIds", "certificates", "devices", "profiles"):
        done.append((f"GET {path}", await client.get(f"/{path}?limit=200&sort=id")))
        done.append((f"GET {path}/{{id}}", await client.get(f"/{path}/{ids[path]}")))
    for path in ("bundleId", "devices", "certificates"):
        for part in (path, f"relationships/{path}"):
            answer = await client.get(f"/profiles/{ids['profiles']}/{part}")
            done.append((f"GET profiles/{{id}}/{part}", answer))
    done.append(("GET profiles", await client.get("/profiles?include=devices&limit[devices]=50")))
    done.append(("GET profiles", await client.get("/profiles?filter[profileState]=ACTIVE")))
    gone = ("profiles", "certificates", "bundleIds")
    return done + [(f"DELETE {kind}/{{id}}", await client.delete(kind, ids[kind])) for kind in gone]
