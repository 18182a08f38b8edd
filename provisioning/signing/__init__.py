"""Signing: identities, and variants of builds for our devices."""
