"""
Manifest and resources as app bundles hold them: in protobuf.

The messages are those of AOSP's aapt2, `Resources.proto` and `Configuration.proto`.
"""

from collections.abc import Iterator

from storage.inspection import protowire as pb
from storage.inspection.android import (
    ATTRIBUTES,
    ELEMENTS,
    MAX_DEPTH,
    Config,
    Element,
    Reference,
    Value,
)
from storage.inspection.rejection import PackageRejected

# XmlNode, XmlElement, XmlAttribute
_ELEMENT, _NAME, _ATTRIBUTE, _CHILD = 1, 3, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_VALUE, _RESOURCE_ID, _COMPILED = 2, 3, 5, 6
# ResourceTable, Package, Type, Entry, ConfigValue, Value
_PACKAGE, _TYPE, _ENTRY, _CONFIG_VALUE, _ITEM = 2, 3, 3, 6, 4
_ID, _NAMED, _CONFIG, _VALUE = 1, 2, 1, 2
_LOCALE, _DENSITY = 3, 18
# Item, Primitive
_REFERENCE, _STRING, _RAW, _STYLED, _FILE, _PRIMITIVE = 1, 2, 3, 4, 5, 7
_DECIMAL, _HEXADECIMAL, _BOOLEAN = 6, 7, 8
_REFERENCE_ID, _REFERENCE_NAME = 2, 3
_MAX_VALUES = 2000
_SIGN, _WRAP = 1 << 31, 1 << 32


def elements(data: bytes) -> Iterator[Element]:
    """Yield each element of a manifest as it opens; raise PackageRejected for damage and depth."""
    yield from _elements(memoryview(data), 1)


def _elements(node: memoryview, depth: int) -> Iterator[Element]:
    if depth > MAX_DEPTH:
        raise PackageRejected("The AndroidManifest.xml is nested too deeply.")
    for body in pb.messages(node, _ELEMENT):
        name = pb.text(body, _NAME)
        attributes: dict[int | str, Value] = {}
        if name in ELEMENTS:
            for attribute in pb.messages(body, _ATTRIBUTE):
                _take(attribute, attributes, root=depth == 1)
        yield Element(name, attributes, depth)
        for child in pb.messages(body, _CHILD):
            yield from _elements(child, depth + 1)


def _take(attribute: memoryview, attributes: dict[int | str, Value], *, root: bool) -> None:
    known = pb.number(attribute, _RESOURCE_ID)
    if known in ATTRIBUTES:
        key: int | str = known
    elif root and not known:
        key = pb.text(attribute, _ATTRIBUTE_NAME)
    else:
        return
    compiled = _item(pb.message(attribute, _COMPILED))
    value = pb.text(attribute, _ATTRIBUTE_VALUE) if compiled is None else compiled
    attributes.setdefault(key, value)


class ProtoResources:
    """The resource table of one module."""

    def __init__(self, data: bytes) -> None:
        """Find the types in the table; raise PackageRejected when it is damaged."""
        self._by_number: dict[tuple[int, int], list[memoryview]] = {}
        self._by_name: dict[str, list[memoryview]] = {}
        for package in pb.messages(memoryview(data), _PACKAGE):
            package_id = pb.number(pb.message(package, _ID), _ID)
            for kind in pb.messages(package, _TYPE):
                type_id = pb.number(pb.message(kind, _ID), _ID)
                self._by_number.setdefault((package_id, type_id), []).append(kind)
                self._by_name.setdefault(pb.text(kind, _NAMED), []).append(kind)

    def values(self, reference: Reference) -> list[tuple[Config, Value]]:
        """Return each value of a resource with its configuration."""
        entry = self._find(reference)
        found: list[tuple[Config, Value]] = []
        for pair in pb.messages(entry, _CONFIG_VALUE):
            value = _item(pb.message(pb.message(pair, _VALUE), _ITEM))
            if value is not None and len(found) < _MAX_VALUES:
                config = pb.message(pair, _CONFIG)
                found.append((Config(pb.text(config, _LOCALE), pb.number(config, _DENSITY)), value))
        return found

    def _find(self, reference: Reference) -> memoryview:
        """Return an entry by its number, or by `type/name` where it has none."""
        if reference.id:
            package, kind, place = _split(reference.id)
            for entry in self._entries(self._by_number.get((package, kind), [])):
                if pb.number(pb.message(entry, _ID), _ID) == place:
                    return entry
        named, _, name = reference.name.rpartition(":")[2].partition("/")
        for entry in self._entries(self._by_name.get(named, [])):
            if name and pb.text(entry, _NAMED) == name:
                return entry
        return memoryview(b"")

    def _entries(self, kinds: list[memoryview]) -> Iterator[memoryview]:
        return (entry for kind in kinds for entry in pb.messages(kind, _ENTRY))


def _split(number: int) -> tuple[int, int, int]:
    return number >> 24, number >> 16 & 0xFF, number & 0xFFFF


def _item(item: memoryview) -> Value | None:
    """Return a value, None for those that are never asked for: colours, sizes, styles."""
    for number, value in pb.fields(item):
        if isinstance(value, int):
            continue
        if number == _REFERENCE:
            return Reference(pb.number(value, _REFERENCE_ID), pb.text(value, _REFERENCE_NAME))
        if number in (_STRING, _RAW, _STYLED, _FILE):
            return pb.text(value, 1)
        if number == _PRIMITIVE:
            return _primitive(value)
    return None


def _primitive(primitive: memoryview) -> Value | None:
    for number, value in pb.fields(primitive):
        if isinstance(value, int) and number == _BOOLEAN:
            return bool(value)
        if isinstance(value, int) and number in (_DECIMAL, _HEXADECIMAL):
            word = value & (_WRAP - 1)
            return word - _WRAP if word & _SIGN else word
    return None
