"""The synthetic signing world hangs together, and nobody real is in it."""

import re
from itertools import pairwise

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.sandbox.samples.identities import (
    HARBOUR_LABS,
    OTHER_TEAM,
    android_identity,
    device_id,
    identity_from_p12,
    old_device_id,
    root_authority,
    signing_identity,
)


def test_a_certificate_is_signed_by_the_one_above_up_to_the_root() -> None:
    identity = signing_identity()
    links = [identity.certificate, *identity.chain]
    for lower, upper in pairwise(links):
        lower.verify_directly_issued_by(upper)
    assert links[-1] == root_authority().certificate
    links[-1].verify_directly_issued_by(links[-1])


def test_a_distribution_certificate_names_its_team() -> None:
    assert signing_identity().common_name == "iPhone Distribution: Harbour Labs (A1B2C3D4E5)"
    assert "OU=A1B2C3D4E5" in signing_identity().certificate.subject.rfc4514_string()


def test_identities_are_made_once_and_differ_by_team_kind_and_number() -> None:
    same = signing_identity(HARBOUR_LABS)
    assert same is signing_identity(HARBOUR_LABS)
    assert same is signing_identity(team=HARBOUR_LABS, kind="iPhone Distribution", number=1)
    others = [
        signing_identity(OTHER_TEAM),
        signing_identity(HARBOUR_LABS, "iPhone Developer"),
        signing_identity(HARBOUR_LABS, number=2),
    ]
    assert len({identity.fingerprint for identity in (same, *others)}) == 4


def test_an_identity_survives_the_way_through_a_p12_file() -> None:
    identity = android_identity()
    again = identity_from_p12(identity.p12("anchor"), "anchor")
    assert again.fingerprint == identity.fingerprint
    signature = again.sign(b"x")
    public = identity.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())


def test_device_ids_follow_the_grammars_of_apple() -> None:
    assert re.fullmatch("[0-9A-F]{8}-[0-9A-F]{16}", device_id(1))
    assert re.fullmatch("[0-9a-f]{40}", old_device_id(1))
    assert len({device_id(number) for number in range(100)}) == 100
