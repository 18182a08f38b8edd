"""The slash command: parse, answer, and teach."""
