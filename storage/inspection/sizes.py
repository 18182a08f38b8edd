"""Sizes as people read them."""

KB = 1000


def human(size: int) -> str:
    """Write *size* in bytes with three digits: 999 bytes, 12.3 MB."""
    if size < KB:
        return f"{size} bytes"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= KB
        if value < KB or unit == "GB":
            break
    return f"{value:.3g} {unit}" if value < KB else f"{value:.0f} {unit}"
