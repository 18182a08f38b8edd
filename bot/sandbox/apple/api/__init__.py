"""App Store Connect's API: who may call it, what it takes, and what it answers."""
