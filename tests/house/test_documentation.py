"""What an admin looks for in the documentation is there, under its heading."""

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"

#: What was missed once: the document, its heading, and words that belong below it.
WANTED = {
    "retention": ("operating.md", "## What is kept, and how long", "| builds"),
    "systemd": ("operating.md", "## With systemd", "ExecStart="),
    "restoring": ("operating.md", "### Restoring", "secret.key"),
    "upgrading": ("operating.md", "## Upgrading", "slipway migrate"),
    "disk": ("operating.md", "## How much disk", "GB a week"),
    "nginx with TLS": ("operating.md", "## Behind a proxy", "ssl_certificate"),
    "Caddy": ("operating.md", "## Behind a proxy", "reverse_proxy"),
    "a sub-path": ("operating.md", "## Behind a proxy", "SLIPWAY_BASE_URL=https://"),
    "wrong tokens": ("slack.md", "## If it does not work", "token"),
}


@pytest.mark.parametrize("what", WANTED)
def test_d6_the_documentation_tells_of_it(what: str) -> None:
    document, heading, words = WANTED[what]
    _, found, below = (DOCS / document).read_text().partition(f"\n{heading}\n")

    assert found, f"{document} has no heading {heading}."
    level = heading.split(" ")[0]
    assert words in below.split(f"\n{level} ")[0]
