"""Property lists that are made to break readers."""

import plistlib
import struct
from collections.abc import Sequence

Node = bytes | Sequence[int] | dict[int, int]


def binary(objects: Sequence[Node], *, count: int | None = None, root: int = 0) -> bytes:
    """
    Write a binary list out of raw objects.

    A `bytes` is a text, a sequence an array and a dictionary a dictionary of object numbers, which
    may point anywhere, at themselves too. *count* is what the trailer claims.
    """
    data, offsets = bytearray(b"bplist00"), []
    for item in objects:
        offsets.append(len(data))
        data += _object(item)
    table = len(data)
    data += b"".join(struct.pack(">L", offset) for offset in offsets)
    told = len(objects) if count is None else count
    return bytes(data) + struct.pack(">6x2B3Q", 4, 2, told, root, table)


def _object(item: Node) -> bytes:
    if isinstance(item, bytes):
        return _head(0x50, len(item)) + item
    if isinstance(item, dict):
        numbers = [*item.keys(), *item.values()]
        return _head(0xD0, len(item)) + struct.pack(f">{len(numbers)}H", *numbers)
    return _head(0xA0, len(item)) + struct.pack(f">{len(item)}H", *item)


def _head(kind: int, count: int) -> bytes:
    return bytes([kind | 0xF, 0x12]) + struct.pack(">L", count)


def with_trick(tail: Sequence[Node], key: bytes = b"Trick", **info: str) -> bytes:
    """Write a dictionary of texts whose key *key* holds the first of the objects in *tail*."""
    texts = [word.encode() for pair in info.items() for word in pair]
    pairs = {1 + 2 * place: 2 + 2 * place for place in range(len(info))}
    begin = len(texts) + 1
    return binary([pairs | {begin: begin + 1}, *texts, key, *_moved(tail, begin + 1)])


def _moved(objects: Sequence[Node], by: int) -> list[Node]:
    moved: list[Node] = []
    for item in objects:
        if isinstance(item, bytes):
            moved.append(item)
        elif isinstance(item, dict):
            moved.append({key + by: value + by for key, value in item.items()})
        else:
            moved.append([number + by for number in item])
    return moved


def shared_arrays(levels: int = 60) -> list[Node]:
    """Return arrays each of which holds the next one twice: 2^levels nodes when walked."""
    return [*([level + 1, level + 1] for level in range(levels)), b"end"]


def nested_arrays(depth: int, info: bytes) -> bytes:
    """Put so many arrays into each other, in XML, behind what *info* says."""
    body = b"<array>" * depth + b"</array>" * depth
    root = plistlib.dumps(plistlib.loads(info), fmt=plistlib.FMT_XML)
    return root.replace(b"</dict>\n</plist>", b"<key>Deep</key>" + body + b"</dict></plist>")


def billion_laughs(info: bytes) -> bytes:
    """Put entities into the list that stand for a billion times the same."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE plist [<!ENTITY a0 "ha">{entities}]><plist'
    root = plistlib.dumps(plistlib.loads(info), fmt=plistlib.FMT_XML)
    return _redeclared(root, head.encode()).replace(b">App<", b">&a9;<", 1)


def external_entity(info: bytes) -> bytes:
    """Let the name of the app stand in a file of the machine that reads."""
    head = b'<!DOCTYPE plist [<!ENTITY x SYSTEM "file:///etc/passwd">]><plist'
    root = plistlib.dumps(plistlib.loads(info), fmt=plistlib.FMT_XML)
    return _redeclared(root, head).replace(b">App<", b">&x;<", 1)


def _redeclared(root: bytes, head: bytes) -> bytes:
    begin, end = root.index(b"<!DOCTYPE"), root.index(b"<plist")
    return root[:begin] + head + root[end + len(b"<plist") :]
