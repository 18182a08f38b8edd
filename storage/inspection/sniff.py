"""A first glance: whether the beginning of a file is that of something we read."""

#: Zip (ipa, apk, appx ...), xar (pkg), an OLE compound file (msi), a Windows program.
_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"xar!", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ")


def may_be_package(head: bytes) -> bool:
    """
    Return False when a file that begins with *head* is certainly no package.

    An image for macOS (.dmg) says what it is at its end only; it is known by its name.
    """
    return head.startswith(_HEADS)
