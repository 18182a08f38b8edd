"""Manifest and resources in protobuf, as app bundles hold them (AOSP's `Resources.proto`)."""

import struct

from bot.sandbox.samples import protobuf as pb
from bot.sandbox.samples.binaryxml import (
    ANDROID,
    ATTRIBUTE_IDS,
    Colour,
    Dp,
    Element,
    Reference,
    Value,
)
from bot.sandbox.samples.resourcetable import Config, Resource, ResourceTable

_PNG, _PROTO_XML = 1, 3


def proto_xml(root: Element) -> bytes:
    """Give the document as an `XmlNode`; its root declares Android's namespace."""
    namespace = pb.message(1, pb.text(1, "android"), pb.text(2, ANDROID))
    return _node(root, namespace)


def proto_table(table: ResourceTable) -> bytes:
    """Give the resources as a `ResourceTable`."""
    kinds = b"".join(
        pb.message(
            3,
            pb.message(1, pb.number(1, number)),
            pb.text(2, kind),
            *(_entry(place, resource) for place, resource in enumerate(resources)),
        )
        for number, (kind, resources) in enumerate(table.types.items(), 1)
    )
    package_id = pb.message(1, pb.number(1, 0x7F))
    return pb.message(2, package_id, pb.text(2, table.package), kinds)


def _node(element: Element, namespace: bytes = b"") -> bytes:
    attributes = (_attribute(name, value) for name, value in element.attributes.items())
    children = (pb.message(5, _node(child)) for child in element.children)
    return pb.message(1, namespace, pb.text(3, element.name), *attributes, *children)


def _attribute(name: str, value: Value) -> bytes:
    short = name.removeprefix("android:")
    parts = [pb.text(2, short), pb.text(3, _as_text(value))]
    if short != name:
        parts = [pb.text(1, ANDROID), *parts, pb.number(5, ATTRIBUTE_IDS[short])]
    if not isinstance(value, str):
        parts.append(pb.message(6, _item(value)))
    return pb.message(4, *parts)


def _as_text(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Reference():
            return f"@0x{value.id:08x}"
        case Colour():
            return f"#{value.argb:08x}"
        case Dp():
            return f"{value.size}dp"
    return str(value)


def _item(value: Value) -> bytes:
    match value:
        case str():
            return pb.message(2, pb.text(1, value))
        case Reference():
            return pb.message(1, pb.number(2, value.id))
    return pb.message(7, _primitive(value))


def _primitive(value: Colour | Dp | float) -> bytes:
    match value:
        case Colour():
            return pb.number(9, value.argb)
        case Dp():
            return pb.number(13, value.size << 8 | 1)
        case bool():
            return pb.number(8, int(value))
        case int():
            low = struct.unpack("<i", struct.pack("<I", value & 0xFFFFFFFF))[0]
            return pb.number(6, low)
    return pb.floating(3, value)


def _entry(place: int, resource: Resource) -> bytes:
    values = (
        pb.message(6, pb.message(1, _config(config)), pb.message(2, pb.message(4, item)))
        for config, value in resource.values.items()
        for item in [_file(value) if resource.type in {"mipmap", "drawable"} else _item(value)]
    )
    return pb.message(3, pb.message(1, pb.number(1, place)), pb.text(2, resource.name), *values)


def _file(value: Value) -> bytes:
    path = str(value)
    kind = _PROTO_XML if path.endswith(".xml") else _PNG if path.endswith(".png") else 0
    return pb.message(5, pb.text(1, path), pb.number(2, kind))


def _config(config: Config) -> bytes:
    parts = [pb.text(3, config.locale)] if config.locale else []
    parts += [pb.number(18, config.density)] if config.density else []
    parts += [pb.number(24, config.sdk)] if config.sdk else []
    return b"".join(parts)
