"""Writers of packages that only tests read."""
