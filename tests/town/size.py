"""How large a town is."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    What grows with the years; the defaults are the size that reads are held to.

    `crowd` is how many people are in each Slack user group, and in the release that is looked at:
    the answer to one question, so that it stays when the town grows.
    """

    apps: int = 300
    releases: int = 20_000
    testers: int = 5_000
    groups: int = 100
    recipients: int = 300_000
    symbols: int = 2_000
    holdings: int = 400
    crowd: int = 500

    def times(self, share: float) -> "Size":
        """Return a town of *share* of this size, with crowds as large."""
        grown = {
            name: max(1, round(getattr(self, name) * share))
            for name in (
                *("apps", "releases", "testers", "groups", "recipients", "symbols"),
                "holdings",
            )
        }
        return replace(self, **grown)


#: A town that is built in a moment.
SMALL = Size(
    apps=6,
    releases=60,
    testers=30,
    groups=6,
    recipients=300,
    symbols=60,
    holdings=3,
    crowd=12,
)
