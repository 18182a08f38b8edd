"""The process that reads an app never has the key: it gets signatures over digests, and no more."""

import hashlib
import json
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.samples import identities as samples
from provisioning.codesign.bundles import find_app
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.container.parts import Part, open_parts, whole_file
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.identity.keys import (
    DigestSigner,
    KeyAtHand,
    SignatureAlgorithm,
    algorithm_of,
)
from provisioning.codesign.structures import superblob
from provisioning.codesign.structures.cms import SignedMessage, read_signed_message
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.signature import read_signature
from provisioning.codesign.verifying.verifier import verify
from provisioning.signing import signer as signing
from provisioning.signing.apart import (
    Overstepped,
    Reply,
    SigningFailed,
    nothing_to_ask,
    run_apart,
)
from provisioning.signing.notary import Notary
from provisioning.signing.signer import Signed, Signer, resign_apart, splice_apart
from provisioning.signing.splice_base import prepare_apart
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.signing.test_apart import ends_with_its_house, is_running

DIGEST = hashlib.sha256(b"words").hexdigest()
RSA, ECDSA = SignatureAlgorithm.RSA, SignatureAlgorithm.ECDSA

#: A process that was taken over by what it read: it says which it is, and then this.
FORGED = """
import os, sys, time
from pathlib import Path
from provisioning.signing.apart import ask, serve

def say(content):
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()

def work(job):
    Path(job["out"]).write_text(str(os.getpid()))
    {deed}
    time.sleep(600)

serve(work)
"""
SIGNATURE = f'"sign": "{RSA}", "digest": "{DIGEST}"'
#: What it does, and what people read then.
FORGERIES = {
    "too many": (f"for _ in range(4): ask({{{SIGNATURE}}})", "more than 3 signatures"),
    "another kind of key": (f'ask({{"sign": "{ECDSA}", "digest": "{DIGEST}"}})', "another kind"),
    "an unknown kind": (f'ask({{"sign": "rsa-raw", "digest": "{DIGEST}"}})', "another kind"),
    "no text as kind": (f'ask({{"sign": 5, "digest": "{DIGEST}"}})', "another kind"),
    "a short digest": (f'ask({{"sign": "{RSA}", "digest": "{DIGEST[2:]}"}})', "than a digest"),
    "a long digest": (f'ask({{"sign": "{RSA}", "digest": "{DIGEST}00"}})', "than a digest"),
    "no digest": (f'ask({{"sign": "{RSA}", "digest": "words"}})', "than a digest"),
    "a digest that is no text": (f'ask({{"sign": "{RSA}", "digest": [1]}})', "than a digest"),
    "something else": ('ask({"open": "the key"})', "something else"),
    "something more": (f'ask({{{SIGNATURE}, "key": True}})', "something else"),
    "a long line": (f"ask({{{SIGNATURE}, 'more': 'x' * 300}})", "asked for what"),
    "a line without end": ('while True: say(b"x" * 65536)', "asked for what"),
    "no JSON": ('say(b"a key, please\\n")', "asked for what"),
    "nests": ('say(b"[" * 200 + b"\\n")', "asked for what"),
    "no object": ('say(b"[]\\n")', "asked for what"),
    "an answer without measure": ("say(b'{\"answer\": 99999999999}\\n')", "asked for what"),
    "an answer of less than nothing": ("say(b'{\"answer\": -1}\\n')", "asked for what"),
}

#: Asks for one signature, and answers with it.
ASKS = """
from provisioning.codesign.identity.keys import SignatureAlgorithm
from provisioning.signing.apart import serve
from provisioning.signing.notary import FarKey

def work(job):
    key = FarKey(algorithm=SignatureAlgorithm(job["algorithm"]))
    return {"signature": key.sign_digest(bytes.fromhex(job["digest"])).hex()}

serve(work)
"""
#: A house in which whoever is asked for a signature never comes back.
HOUSE = """
import asyncio, sys
from pathlib import Path
from provisioning.signing.apart import run_apart

async def never(question):
    await asyncio.sleep(600)

room = Path(sys.argv[1])
asyncio.run(run_apart("forged", {"out": str(room / "pid")}, room=room, reply=never))
"""


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a module that a process apart can be."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, content: str) -> None:
        (tmp_path / f"{name}.py").write_text(content)

    return write


Module = Callable[[str, str], None]
WATCHED = "tests.unit.provisioning.signing.watched"


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A key that remembers what it signed."""

    inner: DigestSigner
    digests: list[bytes] = field(default_factory=list)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        return self.inner.algorithm

    def sign_digest(self, digest: bytes) -> bytes:
        self.digests.append(digest)
        return self.inner.sign_digest(digest)


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_30_a_process_that_oversteps_is_killed_and_nothing_is_signed(
    tmp_path: Path, write_module: Module, forgery: str
) -> None:
    deed, says = FORGERIES[forgery]
    write_module("forged", FORGED.format(deed=deed))
    key = Recording(inner=KeyAtHand(private=samples.signing_identity().key))

    with pytest.raises(Overstepped, match=says):
        await run_apart(
            "forged",
            {"out": str(tmp_path / "pid")},
            room=tmp_path,
            reply=Notary(key, most=3).reply,
        )

    assert len(key.digests) == (3 if forgery == "too many" else 0)
    assert not is_running(int((tmp_path / "pid").read_text()))


async def test_30_a_process_that_has_to_ask_nothing_gets_no_signature(
    tmp_path: Path, write_module: Module
) -> None:
    write_module("forged", FORGED.format(deed=f"ask({{{SIGNATURE}}})"))

    with pytest.raises(Overstepped):
        await run_apart("forged", {"out": str(tmp_path / "pid")}, room=tmp_path)
    with pytest.raises(Overstepped):
        await nothing_to_ask({})


@pytest.mark.parametrize("curve", [False, True], ids=["RSA", "P-256"])
async def test_30_a_signature_from_afar_is_the_one_that_the_key_gives(
    tmp_path: Path, write_module: Module, *, curve: bool
) -> None:
    write_module("asks", ASKS)
    key = samples.signing_identity(curve=curve).key
    at_hand = KeyAtHand(private=key)
    job = {"algorithm": at_hand.algorithm, "digest": DIGEST}

    answer = await run_apart("asks", job, room=tmp_path, reply=Notary(at_hand).reply)

    signature = bytes.fromhex(answer["signature"])
    if isinstance(key, rsa.RSAPrivateKey):
        assert signature == key.sign(b"words", padding.PKCS1v15(), hashes.SHA256())
    else:
        key.public_key().verify(signature, b"words", ec.ECDSA(hashes.SHA256()))


async def test_30_a_process_that_dies_after_it_asked_is_given_up(
    tmp_path: Path, write_module: Module
) -> None:
    deed = f"say(b'{{{SIGNATURE}}}\\n'); os.kill(os.getpid(), 9)"
    write_module("forged", FORGED.format(deed=deed))
    key = KeyAtHand(private=samples.signing_identity().key)

    with pytest.raises(SigningFailed) as failure:
        await run_apart(
            "forged", {"out": str(tmp_path / "pid")}, room=tmp_path, reply=Notary(key).reply
        )

    assert not isinstance(failure.value, Overstepped)


async def test_30_a_process_that_waits_for_a_signature_ends_with_the_house(
    tmp_path: Path, write_module: Module
) -> None:
    write_module("forged", FORGED.format(deed=f"ask({{{SIGNATURE}}})"))
    await ends_with_its_house(HOUSE, tmp_path)


Way = Callable[[Path, Signer, Path], Awaitable[Signed]]


async def spliced(ipa: Path, signer: Signer, out: Path) -> Signed:
    ready = await prepare_apart(
        whole_file(ipa), out.with_name("prepared"), kept=ipa, roots=world.roots()
    )
    assert ready.index is not None
    return await splice_apart(ready.parts, ready.index, signer, out)


async def anew(ipa: Path, signer: Signer, out: Path) -> Signed:
    return await resign_apart(whole_file(ipa), signer, out, one_piece=False)


WAYS: list[Any] = [pytest.param(spliced, 1, id="spliced"), pytest.param(anew, 2, id="anew")]


def signer_of(ipa: Path, identity: Identity) -> Signer:
    profiles = world.new_profiles(ipa, identity)
    return Signer(identity=identity, profiles=profiles, roots=world.roots())


def written(parts: tuple[Part, ...], path: Path) -> Path:
    """Write a file out that lies in parts of others."""
    with open_parts(parts) as opened:
        whole = opened.archive.source
        path.write_bytes(whole.read(0, whole.size))
    return path


def messages(path: Path) -> Iterator[SignedMessage]:
    """Yield the CMS of each slice of each program and library."""
    with open_archive(path) as archive:
        for bundle in find_app(archive).bundles:
            for name in (bundle.executable, *bundle.code):
                source = archive.inflated(archive.by_name[name]).source
                for part in read_slices(source):
                    signature = read_signature(source, part)
                    cms = signature.blob.get(superblob.CMS_SLOT) if signature else None
                    assert cms is not None
                    yield read_signed_message(cms.payload)


@pytest.mark.parametrize(("way", "number"), WAYS)
async def test_30_an_app_signed_from_afar_has_the_very_signatures_of_the_key(
    signed_ipa: Path, tmp_path: Path, way: Way, number: int
) -> None:
    identity = world.identity(number)
    recording = Recording(inner=identity.key)
    key = samples.signing_identity(number=number).key
    assert isinstance(key, rsa.RSAPrivateKey)

    signed = await way(
        signed_ipa, signer_of(signed_ipa, replace(identity, key=recording)), tmp_path / "out"
    )
    path = written(signed.parts, tmp_path / "whole.ipa")

    assert verify(path, world.NEW_PHONE, roots=world.roots()) == []
    ours = {item.signed: item.signature for item in messages(path) if item.signed}
    fresh = {hashlib.sha256(content).digest(): content for content in ours}
    assert len(recording.digests) > 1
    for digest in recording.digests:
        content = fresh[digest]
        assert ours[content] == key.sign(content, padding.PKCS1v15(), hashes.SHA256())


async def test_30_a_key_on_an_elliptic_curve_signs_an_app_from_afar(
    signed_ipa: Path, tmp_path: Path
) -> None:
    identity = world.identity(curve=True)
    assert algorithm_of(samples.signing_identity(curve=True).key.public_key()) is ECDSA

    signed = await anew(signed_ipa, signer_of(signed_ipa, identity), tmp_path / "out")

    path = written(signed.parts, tmp_path / "whole.ipa")
    assert verify(path, world.NEW_PHONE, roots=world.roots()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows a process its memory")
@pytest.mark.parametrize(("way", "number"), WAYS)
async def test_30_the_process_that_reads_an_app_never_has_the_key(
    signed_ipa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way, number: int
) -> None:
    async def watched(
        module: str, job: dict[str, Any], *, room: Path, reply: Reply
    ) -> dict[str, Any]:
        assert module == signing.__name__
        return await run_apart(WATCHED, job, room=room, reply=reply)

    monkeypatch.setattr(signing, "run_apart", watched)
    identity = world.identity(number)
    await way(signed_ipa, signer_of(signed_ipa, identity), tmp_path / "out")

    known = {
        name: (tmp_path / name).read_bytes()
        for name in ("told", "environment", "arguments", "memory")
    }
    found = [(where, what) for where, what, form in secrets_of(number) if form in known[where]]
    assert found == []
    # What it has to know is there: the copies are what they claim to be.
    assert identity.der in known["memory"]
    assert b"TMPDIR" in known["environment"]
    assert b"watched" in known["arguments"]
    lines = [json.loads(line) for line in known["told"].splitlines()]
    assert set(lines[0]) <= {
        "app",
        "out",
        "certificates",
        "profiles",
        "roots",
        "index",
        "one_piece",
    }
    assert lines[1:]
    assert all(set(line) == {"signature"} for line in lines[1:])


def secrets_of(number: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield where to look for a key, what of it to look for, and in which form."""
    key = samples.signing_identity(number=number).key
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    whole = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    forms = [("all of it", whole), ("all of it", b64encode(whole))]
    for name, value in (("p", numbers.p), ("q", numbers.q), ("d", numbers.d)):
        raw = value.to_bytes((value.bit_length() + 7) // 8)
        # As it is written, as OpenSSL has it in memory, and as text.
        forms += [(name, form) for form in (raw, raw[::-1], raw.hex().encode())]
    for where in ("told", "environment", "arguments", "memory"):
        yield from ((where, name, form) for name, form in forms)
