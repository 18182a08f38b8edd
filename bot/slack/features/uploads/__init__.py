"""Builds that people post: noticed, fetched, and shown as cards."""
