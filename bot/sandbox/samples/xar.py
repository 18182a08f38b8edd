"""The xar format of macOS installer packages: a packed table of contents, then a heap of files."""

import hashlib
import struct
import zlib
from base64 import b64encode
from collections.abc import Mapping
from xml.etree import ElementTree as Tree

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from bot.sandbox.samples.identities import Identity

_CREATED = "2026-06-15T09:30:00"
_SHA1_SIZE, _RSA_SIZE = 20, 256


def xar(files: Mapping[str, bytes], signer: Identity | None = None) -> bytes:
    """Give an archive of files, each packed; a signer signs the sum of the table of contents."""
    heap_at = _SHA1_SIZE + (_RSA_SIZE if signer else 0)
    root = Tree.Element("xar")
    contents = Tree.SubElement(root, "toc")
    _text(contents, "creation-time", _CREATED)
    checksum = Tree.SubElement(contents, "checksum", style="sha1")
    _place(checksum, 0, _SHA1_SIZE)
    if signer:
        _describe_signature(contents, signer)
    heap = b""
    for number, (name, content) in enumerate(files.items(), 1):
        packed = zlib.compress(content)
        _describe(Tree.SubElement(contents, "file", id=str(number)), name, (content, packed))
        data = contents[-1].find("data")
        assert data is not None
        _text(data, "offset", str(heap_at + len(heap)))
        heap += packed
    plain = Tree.tostring(root, encoding="UTF-8", xml_declaration=True)
    table = zlib.compress(plain)
    digest = hashlib.sha1(table, usedforsecurity=False).digest()
    signature = signer.key.sign(table, padding.PKCS1v15(), hashes.SHA1()) if signer else b""  # noqa: S303 - xar has no other
    header = struct.pack(">4s2H2QI", b"xar!", 28, 1, len(table), len(plain), 1)
    return header + table + digest + signature + heap


def _describe(file: Tree.Element, name: str, contents: tuple[bytes, bytes]) -> None:
    plain, packed = contents
    _text(file, "name", name)
    _text(file, "type", "file")
    data = Tree.SubElement(file, "data")
    _text(data, "length", str(len(packed)))
    _text(data, "size", str(len(plain)))
    Tree.SubElement(data, "encoding", style="application/x-gzip")
    for tag, content in (("extracted-checksum", plain), ("archived-checksum", packed)):
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        Tree.SubElement(data, tag, style="sha1").text = digest


def _describe_signature(contents: Tree.Element, signer: Identity) -> None:
    signature = Tree.SubElement(contents, "signature", style="RSA")
    _place(signature, _SHA1_SIZE, _RSA_SIZE)
    info = Tree.SubElement(signature, "KeyInfo", xmlns="http://www.w3.org/2000/09/xmldsig#")
    data = Tree.SubElement(info, "X509Data")
    for certificate in signer.bag:
        _text(data, "X509Certificate", b64encode(certificate).decode())


def _place(element: Tree.Element, offset: int, size: int) -> None:
    _text(element, "offset", str(offset))
    _text(element, "size", str(size))


def _text(parent: Tree.Element, tag: str, content: str) -> None:
    Tree.SubElement(parent, tag).text = content
