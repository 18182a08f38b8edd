"""App Store Connect: a client that knows Apple, and nothing of us."""
