"""Forms and messages of a distribution."""
