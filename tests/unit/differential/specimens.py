"""The smallest bytes that show each difference that is meant."""

import plistlib
import zlib
from collections.abc import Iterator
from datetime import datetime

from tests.unit.differential import comparing
from tests.unit.differential.comparing import Disagreement
from tests.unit.differential.writing import blob, command, envelope, program, superblob
from tests.unit.storage.inspection.zips import LINK, STORED, Part, zip_of

Found = Iterator[Disagreement]

_PLAIN = Part(name=b"plain.txt", data=b"plain")
_PROFILE: dict[str, object] = {
    "Name": "Harbour",
    "ExpirationDate": datetime(2030, 1, 1),  # noqa: DTZ001 - plistlib writes naive moments only
    "Entitlements": {},
}


def archive(*parts: Part) -> Found:
    return comparing.package(zip_of([*parts, _PLAIN]))


def named(name: bytes, *, flags: int = 0) -> Part:
    return Part(name=name, data=b"x", flags=flags)


def two_spellings() -> Found:
    yield from archive(Part(name="Café".encode()), Part(name="Cafe\u0301".encode()))
    yield from archive(Part(name=b"folder", method=STORED), Part(name=b"folder/", method=STORED))


def overlap() -> Found:
    yield from archive(Part(name=b"one", data=b"twice"), Part(name=b"two", offset=0, local=False))
    # Its own header takes the room of what follows, and so it holds nothing; as it should.
    data = bytearray(zip_of([Part(name=b"folder/", method=STORED), _PLAIN]))
    data[28:30] = (40).to_bytes(2, "little")
    yield from comparing.package(bytes(data))


def strange_packing() -> Found:
    yield from archive(Part(name=b"secret.txt", data=b"x", flags=1))
    yield from archive(Part(name=b"lzma.txt", data=b"x", method=14))


def too_much() -> Found:
    return archive(Part(name=b"bomb", size=40 << 30, wide=True))


def link() -> Found:
    return archive(Part(name=b"link", data=b"plain.txt", method=STORED, attributes=LINK))


def bytes_behind_a_stream() -> Found:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = packer.compress(b"x") + packer.flush() + b"more"
    return archive(Part(name=b"x", data=b"x", raw=raw))


def place_outside() -> Found:
    yield from comparing.program(program(command(0x1D, 0x4000, 0x1000)))
    yield from comparing.program(program(command(0x19, *[0] * 9, 0x4000, *[0] * 6)))


def big_endian() -> Found:
    return comparing.program(program(cpu=(18, 0), order=">"))


def old_platform() -> Found:
    return comparing.program(program(command(0x25, 0x000F0000, 0)))


def other_parts() -> Found:
    claimed = blob(0xFADE7171, plistlib.dumps({"get-task-allow": True}))
    return comparing.signature(superblob({5: claimed}))


def profile(**values: object) -> Found:
    return comparing.profile(envelope(plistlib.dumps(_PROFILE | values)))


def profile_without_its_end() -> Found:
    values = {key: value for key, value in _PROFILE.items() if key != "ExpirationDate"}
    return comparing.profile(envelope(plistlib.dumps(values)))


def damaged_bag() -> Found:
    no_certificate = bytes.fromhex("3003020101")
    return comparing.profile(envelope(plistlib.dumps(_PROFILE), bag=no_certificate))


def odd_count() -> Found:
    """Give a binary list whose count is no integer by its marker: plistlib takes it for one."""
    values = _PROFILE | {f"Key {number}": number for number in range(20)}
    content = plistlib.dumps(values, fmt=plistlib.FMT_BINARY)
    return comparing.profile(envelope(content.replace(b"\xdf\x10", b"\xdf\x04", 1)))


def deep_and_wide() -> Found:
    nested: object = []
    for _ in range(100):
        nested = [nested]
    yield from profile(Nested=nested)
    yield from profile(Wide=[True] * 200_001)
