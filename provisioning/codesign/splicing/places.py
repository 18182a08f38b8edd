"""Places of hashes in a CodeResources: found once, trusted only after a trial."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.splicing.index import HashPlace
from provisioning.codesign.structures.digest import Digest
from provisioning.codesign.structures.plist import read_plist

#: An entry has two hashes at most; without a limit, open ones would each be read to the end.
_VALUE: Final = re.compile(
    rb"\s*(?:<data>(?P<data>[^<]*)</data>|<dict>(?P<dict>.{0,1024}?)</dict>)", re.DOTALL
)
_DATA: Final = re.compile(
    rb"<key>(?P<key>hash2?)</key>\s*<data>\s*(?P<text>[A-Za-z0-9+/=]+)\s*</data>"
)
_TEXT: Final = re.compile(rb"[A-Za-z0-9+/=]+")
#: The length of a hash in base64 tells which one it is.
_ALGORITHMS: Final = {28: "sha1", 44: "sha256"}


def find_places(content: bytes, paths: Sequence[str]) -> tuple[HashPlace, ...] | None:
    """
    Find where the hashes of *paths* stand in an XML CodeResources.

    None when that is not certain: the file is binary, spaced, escaped or spelled in some other way.
    It is certain when a trial, written there and parsed, shows where it must and nowhere else.
    """
    found = tuple(place for path in paths for place in _places_of(content, path))
    trial = {
        path: Digest(sha1=number.to_bytes(20, "big"), sha256=number.to_bytes(32, "big"))
        for number, path in enumerate(paths, 1)
    }
    try:
        values = read_plist(write_places(content, found, trial), "CodeResources")
    except Malformed:
        return None
    expected = [
        (path, algorithm, hashed) for path in paths for algorithm, hashed in _hashes(values, path)
    ]
    if {path for path, _, _ in expected} != set(paths):
        return None
    # Each hash that was written stands where the file's own is, and none of those was left out.
    right = all(hashed == getattr(trial[path], kind) for path, kind, hashed in expected)
    return found if right and len(expected) == len(found) and found else None


def _hashes(values: dict[str, Any], path: str) -> Iterator[tuple[str, object]]:
    for listed in ("files", "files2"):
        sealed = values.get(listed, {}).get(path)
        if isinstance(sealed, dict):
            kinds = {"hash": "sha1", "hash2": "sha256"}
            yield from ((kinds[key], sealed[key]) for key in kinds if key in sealed)
        elif sealed is not None:
            yield "sha1", sealed


def _places_of(content: bytes, path: str) -> Iterator[HashPlace]:
    key = b"<key>" + escape(path, quote=False).encode() + b"</key>"
    start = content.find(key)
    while start >= 0:
        value = _VALUE.match(content, start + len(key))
        if value is not None:
            for offset, text in _texts(value):
                if len(text) in _ALGORITHMS:
                    yield HashPlace(path=path, offset=offset, algorithm=_ALGORITHMS[len(text)])
        start = content.find(key, start + len(key))


def _texts(value: "re.Match[bytes]") -> Iterator[tuple[int, bytes]]:
    if value["data"] is not None:
        found = _TEXT.search(value["data"])
        if found is not None:
            yield value.start("data") + found.start(), found[0]
        return
    for data in _DATA.finditer(value["dict"]):
        yield value.start("dict") + data.start("text"), data["text"]


def write_places(
    content: bytes, places: Iterable[HashPlace], changes: Mapping[str, Digest]
) -> bytes:
    """Return *content* with the hashes of *changes* at their places."""
    changed = bytearray(content)
    for place in places:
        digest = changes[place.path]
        text = base64.b64encode(digest.sha1 if place.algorithm == "sha1" else digest.sha256)
        changed[place.offset : place.offset + len(text)] = text
    return bytes(changed)
