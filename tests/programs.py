"""Programs of others that tests ask, and what becomes of a test where they are not installed."""

import shutil

import pytest

#: Browsers that Playwright can steer, by the names that systems give them.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def needed(*names: str) -> str:
    """Return the path of the first of these programs that there is; without one, skip the test."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"{' or '.join(names)} is not installed here.")
    return found
