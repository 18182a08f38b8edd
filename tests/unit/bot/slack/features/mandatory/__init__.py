"""Forms and messages of a mandatory release."""
