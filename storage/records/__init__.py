"""The nouns, as tables."""
