"""The xar format of macOS installer packages: a packed table of contents, then a heap of files."""

import hashlib
import struct
import zlib
from base64 import b64encode
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives import hashes

from bot.sandbox.samples.identities import Identity

_CREATED = "2026-06-15T09:30:00"
_SHA1_SIZE, _RSA_SIZE = 20, 256


def xar(files: Mapping[str, bytes], signer: Identity | None = None) -> bytes:
    """Give an archive of files, each packed; a signer signs the sum of the table of contents."""
    heap_at = _SHA1_SIZE + (_RSA_SIZE if signer else 0)
    root = ET.Element("xar")
    contents = ET.SubElement(root, "toc")
    _text(contents, "creation-time", _CREATED)
    checksum = ET.SubElement(contents, "checksum", style="sha1")
    _place(checksum, 0, _SHA1_SIZE)
    if signer:
        _describe_signature(contents, signer)
    heap = b""
    folders: dict[str, ET.Element] = {"": contents}
    for name, content in files.items():
        packed = zlib.compress(content)
        above, _, leaf = name.rpartition("/")
        file = _file(_folder(folders, above), leaf)
        _describe(file, heap_at + len(heap), (content, packed))
        heap += packed
    plain = coded(root)
    table = zlib.compress(plain)
    digest = hashlib.sha1(table, usedforsecurity=False).digest()
    signature = signer.sign(table, hashes.SHA1()) if signer else b""  # noqa: S303 - xar has no other
    header = struct.pack(">4s2H2QI", b"xar!", 28, 1, len(table), len(plain), 1)
    return header + table + digest + signature + heap


def coded(root: ET.Element) -> bytes:
    """Give an XML document in UTF-8 with its declaration."""
    document: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document


def _folder(folders: dict[str, ET.Element], path: str) -> ET.Element:
    """Give the element of a folder, made the first time; in xar files lie inside their folder."""
    if path not in folders:
        above, _, leaf = path.rpartition("/")
        folders[path] = _file(_folder(folders, above), leaf, kind="directory")
    return folders[path]


def _file(folder: ET.Element, name: str, kind: str = "file") -> ET.Element:
    element = ET.SubElement(folder, "file", id=str(len(list(folder.iter("file"))) + 1))
    _text(element, "name", name)
    _text(element, "type", kind)
    return element


def _describe(file: ET.Element, offset: int, contents: tuple[bytes, bytes]) -> None:
    plain, packed = contents
    data = ET.SubElement(file, "data")
    _place(data, offset, len(plain))
    _text(data, "length", str(len(packed)))
    ET.SubElement(data, "encoding", style="application/x-gzip")
    for tag, content in (("extracted-checksum", plain), ("archived-checksum", packed)):
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        ET.SubElement(data, tag, style="sha1").text = digest


def _describe_signature(contents: ET.Element, signer: Identity) -> None:
    signature = ET.SubElement(contents, "signature", style="RSA")
    _place(signature, _SHA1_SIZE, _RSA_SIZE)
    info = ET.SubElement(signature, "KeyInfo", xmlns="http://www.w3.org/2000/09/xmldsig#")
    data = ET.SubElement(info, "X509Data")
    for certificate in signer.bag:
        _text(data, "X509Certificate", b64encode(certificate).decode())


def _place(element: ET.Element, offset: int, size: int) -> None:
    _text(element, "offset", str(offset))
    _text(element, "size", str(size))


def _text(parent: ET.Element, tag: str, content: str) -> None:
    ET.SubElement(parent, tag).text = content
