"""Damage to provisioning profiles: to the lengths of the envelope, the text, the values in it."""

import plistlib
import re
from copy import deepcopy
from random import Random

from tests.unit.differential.mutations.damage import anything, overwrite
from tests.unit.differential.writing import envelope

_HEADER = re.compile(rb"[\x30\x31\xa0\x04\x02\x06]")
_TAGS = (0, 1, 2, 4, 0x1F, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0x84, 0xA0, 0xFF)
_VALUES: tuple[object, ...] = (
    *(None, "", "A text", "Umbr\0uch \u202eleft\nline", "x" * 300, True, False, 7, 1 << 62, 2.5),
    *(b"bytes", [], ["one"], ["one", 2, "one"], [f"Q{number}" for number in range(20)]),
    *({}, {"get-task-allow": True}, {"a": {"b": [1, 2.5, b"c"]}}),
)
_FORMS = (plistlib.FMT_XML, plistlib.FMT_BINARY)
_KEYS = ("ProvisionsAllDevices", "ProvisionedDevices", "New")


def damaged(data: bytes, random: Random) -> bytes:
    if random.randrange(2):
        return _with_other_values(data, random)
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2))):
        way = random.randrange(10)
        if way < 4:
            overwrite(changed, random.randrange(80), random, _TAGS)
        elif way < 6:
            overwrite(changed, random.randrange(len(changed) + 1), random)
        elif way < 8:
            places = [found.start() for found in _HEADER.finditer(changed)]
            overwrite(changed, random.choice(places or [0]) + random.randrange(3), random, _TAGS)
        else:
            anything(changed, random)
    return bytes(changed)


def _with_other_values(data: bytes, random: Random) -> bytes:
    """Put other values into the list of a profile, and the list into a plain envelope."""
    values = _values(data)
    for _ in range(random.choice((1, 1, 2))):
        inner = values.get("Entitlements")
        holder = inner if isinstance(inner, dict) and random.randrange(3) == 0 else values
        key, value = random.choice((*sorted(holder), *_KEYS)), deepcopy(random.choice(_VALUES))
        holder.pop(key, None)
        if value is not None:
            holder[key] = value
    try:
        return envelope(plistlib.dumps(values, fmt=random.choice(_FORMS)))
    except ValueError:
        # A text with a control character can stand in a binary list only.
        return envelope(plistlib.dumps(values, fmt=plistlib.FMT_BINARY))


def _values(data: bytes) -> dict[str, object]:
    """Return the list in a profile; that of an open envelope, which is in pieces, is not found."""
    begin, end = data.find(b"<?xml"), data.find(b"</plist>") + len(b"</plist>")
    if not 0 <= begin < end or b"\x04" in data[begin:end]:
        return {"Name": "Harbour", "Entitlements": {}}
    values: dict[str, object] = plistlib.loads(data[begin:end])
    return values
