"""
Is this worth fetching? A first guess from a file's name and first bytes.

Reading decides what a file is, by content alone. This only keeps holiday pictures from being
fetched, and tells when a refusal should be said aloud.
"""

# Whoever sends one of these means a build, and wants to know why it cannot be used.
_BUILDS = (
    ".ipa",
    ".apk",
    ".aab",
    ".apks",
    ".xapk",
    ".dmg",
    ".pkg",
    ".msix",
    ".msixbundle",
    ".msixupload",
    ".appx",
    ".appxbundle",
    ".appxupload",
    ".appinstaller",
    ".msi",
    ".app.zip",
    ".xcarchive.zip",
    ".dsym.zip",
    ".mobileprovision",
    ".provisionprofile",
)
# These may hold a build, a program of any other kind, or anything at all.
_PERHAPS = (".zip", ".exe", "mapping.txt")
_MAGICS = (b"PK\x03\x04", b"xar!", b"MZ", b"\xd0\xcf\x11\xe0", b"0\x82", b"0\x80")
_ENOUGH = 4


def claims_to_be_package(file_name: str) -> bool:
    """Tell whether the name says that this is a build, so that silence would be rude."""
    return file_name.lower().endswith(_BUILDS)


def looks_like_package(file_name: str, head: bytes = b"") -> bool:
    """
    Tell whether it is worth to fetch and read a file.

    A name that claims to be a build is always worth it: a broken one deserves its sentence. Others
    count by their ending, and by their first bytes where four or more are at hand.
    """
    if claims_to_be_package(file_name):
        return True
    if not file_name.lower().endswith(_PERHAPS):
        return False
    text = file_name.lower().endswith(".txt")
    return text or len(head) < _ENOUGH or head.startswith(_MAGICS)
