"""Addresses of single entities."""

from urllib.parse import quote


def under(path: str, *parts: str) -> str:
    """Return a path below another; an id, wherever it came from, stays one part of it."""
    return "/".join((path, *(quote(part, safe="") for part in parts)))
