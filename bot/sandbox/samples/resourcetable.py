"""Android's `resources.arsc`: strings by language, pictures by density, in all codings."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.samples.binaryxml import StringPool, Value, chunk, coded_value

Coding = Literal["dense", "sparse", "short", "compact"]

_PACKAGE_ID = 0x7F
_CONFIG_SIZE = 64
_SPARSE, _SHORT, _COMPACT = 1, 2, 8
_NO_ENTRY, _NO_SHORT_ENTRY = 0xFFFFFFFF, 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """For which devices a value is: language such as `pt-BR`, density in dpi, first SDK."""

    locale: str = ""
    density: int = 0
    sdk: int = 0

    def coded(self) -> bytes:
        language, _, region = self.locale.partition("-")
        locale = language.encode().ljust(2, b"\0") + region.encode().ljust(2, b"\0")
        screen = struct.pack("<2BH", 0, 0, self.density)
        body = bytes(4) + locale + screen + bytes(8) + struct.pack("<2H", self.sdk, 0)
        return (struct.pack("<I", _CONFIG_SIZE) + body).ljust(_CONFIG_SIZE, b"\0")


EVERYWHERE = Config()


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a type such as `string` or `mipmap`, with its value for each configuration."""

    type: str
    name: str
    values: Mapping[Config, Value]


class ResourceTable:
    """Gives every resource its id, then the whole table."""

    def __init__(self, package: str, resources: Sequence[Resource]) -> None:
        self.package = package
        self.types: dict[str, list[Resource]] = {}
        for resource in resources:
            self.types.setdefault(resource.type, []).append(resource)

    def id(self, kind: str, name: str) -> int:
        """Give the id of a resource: package, type and entry in one word."""
        number = list(self.types).index(kind) + 1
        entry = [resource.name for resource in self.types[kind]].index(name)
        return _PACKAGE_ID << 24 | number << 16 | entry

    def coded(self, *, utf8: bool = True, coding: Coding = "dense") -> bytes:
        strings, kinds, keys = StringPool(), StringPool(), StringPool()
        chunks = b""
        for number, (kind, resources) in enumerate(self.types.items(), 1):
            kinds[kind]
            chunks += _specification(number, resources)
            for config in _configs(resources):
                chunks += _type(
                    number, config, _entries(resources, config, (strings, keys)), coding
                )
        kind_chunk = kinds.chunk(utf8=utf8)
        name = self.package.encode("utf-16-le").ljust(256, b"\0")
        start = 288 + len(kind_chunk)
        head = struct.pack("<I", _PACKAGE_ID) + name
        head += struct.pack("<5I", 288, len(self.types), start, 0, 0)
        package = chunk(0x0200, head, kind_chunk + keys.chunk(utf8=utf8) + chunks)
        return chunk(0x0002, struct.pack("<I", 1), strings.chunk(utf8=utf8) + package)


_Entry = tuple[int, int, int]
"""The key, the type of the value and its data."""


def _configs(resources: Sequence[Resource]) -> list[Config]:
    found = {config for resource in resources for config in resource.values}
    return sorted(found, key=lambda config: (config.locale, config.density, config.sdk))


def _entries(
    resources: Sequence[Resource], config: Config, pools: tuple[StringPool, StringPool]
) -> list[_Entry | None]:
    strings, keys = pools
    return [
        (keys[resource.name], *coded_value(resource.values[config], strings))
        if config in resource.values
        else None
        for resource in resources
    ]


def _specification(number: int, resources: Sequence[Resource]) -> bytes:
    # Locale is 4, density 0x100, version 0x400: by what the values of an entry differ.
    flags = []
    for resource in resources:
        configs = list(resource.values)
        by_locale = 4 if any(config.locale for config in configs) else 0
        by_density = 0x100 if any(config.density for config in configs) else 0
        by_sdk = 0x400 if any(config.sdk for config in configs) else 0
        flags.append(by_locale | by_density | by_sdk)
    head = struct.pack("<2BHI", number, 0, 0, len(resources))
    return chunk(0x0202, head, struct.pack(f"<{len(flags)}I", *flags))


def _type(number: int, config: Config, entries: list[_Entry | None], coding: Coding) -> bytes:
    coded = [entry and _coded_entry(entry, compact=coding == "compact") for entry in entries]
    offsets, offset = [], 0
    for item in coded:
        offsets.append(offset if item else None)
        offset += len(item or b"")
    flag, index, count = _index(offsets, coding)
    index += bytes(-len(index) % 4)
    start = 20 + _CONFIG_SIZE + len(index)
    head = struct.pack("<2BH2I", number, flag, 0, count, start) + config.coded()
    return chunk(0x0201, head, index + b"".join(item for item in coded if item))


def _index(offsets: Sequence[int | None], coding: Coding) -> tuple[int, bytes, int]:
    """Give the flag of the type chunk, the offsets as it codes them, and the count it tells."""
    if coding == "sparse":
        present = [(number, at // 4) for number, at in enumerate(offsets) if at is not None]
        return _SPARSE, b"".join(struct.pack("<2H", *pair) for pair in present), len(present)
    if coding == "short":
        shorts = [_NO_SHORT_ENTRY if at is None else at // 4 for at in offsets]
        return _SHORT, struct.pack(f"<{len(shorts)}H", *shorts), len(shorts)
    words = [_NO_ENTRY if at is None else at for at in offsets]
    return 0, struct.pack(f"<{len(words)}I", *words), len(words)


def _coded_entry(entry: _Entry, *, compact: bool) -> bytes:
    key, kind, data = entry
    if compact:
        return struct.pack("<2HI", key, _COMPACT | kind << 8, data)
    return struct.pack("<2HI", 8, 0, key) + struct.pack("<H2BI", 8, 0, kind, data)
