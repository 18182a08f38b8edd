"""
Manifest and resources as app bundles hold them: in protobuf.

The messages are those of AOSP's aapt2, `Resources.proto` and `Configuration.proto`.
"""

from collections.abc import Iterator
from struct import unpack

from storage.inspection import protowire as pb
from storage.inspection.android import MANIFEST, Asked, Config, Element, Reference, Value
from storage.inspection.axml import measure
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
_FLOAT, _DECIMAL, _HEXADECIMAL, _BOOLEAN = 3, 6, 7, 8
_COLOURS, _DIMENSION, _FRACTION = frozenset({9, 10, 11, 12}), 13, 14
_REFERENCE_ID, _REFERENCE_NAME = 2, 3
_MAX_VALUES = 2000
_SIGN, _WRAP, _FLOAT_SIZE = 1 << 31, 1 << 32, 4


def elements(data: bytes, asked: Asked = MANIFEST) -> Iterator[Element]:
    """Yield each element of a document as it opens; raise PackageRejected for damage and depth."""
    yield from _elements(memoryview(data), asked, 1)


def _elements(node: memoryview, asked: Asked, depth: int) -> Iterator[Element]:
    if depth > asked.depth:
        raise PackageRejected(f"The {asked.title} is nested too deeply.")
    for body in pb.messages(node, _ELEMENT):
        name = pb.text(body, _NAME)
        attributes: dict[int | str, Value] = {}
        if asked.wants(name):
            for attribute in pb.messages(body, _ATTRIBUTE):
                _take(attribute, attributes, asked, root=depth == 1)
        yield Element(name, attributes, depth)
        for child in pb.messages(body, _CHILD):
            yield from _elements(child, asked, depth + 1)


def _take(
    attribute: memoryview, attributes: dict[int | str, Value], asked: Asked, *, root: bool
) -> None:
    known = pb.number(attribute, _RESOURCE_ID)
    if known in asked.attributes:
        key: int | str = known
    elif root and not known:
        key = pb.text(attribute, _ATTRIBUTE_NAME)
    else:
        return
    item, written = pb.message(attribute, _COMPILED), pb.text(attribute, _ATTRIBUTE_VALUE)
    compiled = _item(item)
    if compiled is None or (isinstance(compiled, str) and pb.message(item, _PRIMITIVE)):
        # A float is given as it was written: 1.0 is another version than 1.
        compiled = written or compiled or ""
    attributes.setdefault(key, compiled)


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
    """Return a value, None for those that are never asked for, such as styles."""
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
        if not isinstance(value, int):
            if number == _FLOAT and len(value) == _FLOAT_SIZE:
                return f"{unpack('<f', value)[0]:g}"
            continue
        word = value & (_WRAP - 1)
        if number == _BOOLEAN:
            return bool(value)
        if number in (_DECIMAL, _HEXADECIMAL) or number in _COLOURS:
            return word - _WRAP if word & _SIGN else word
        if number in (_DIMENSION, _FRACTION):
            return measure(word, share=number == _FRACTION)
    return None
