"""The page on which the notes of a release are edited."""
