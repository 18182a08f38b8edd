"""Other notes for a release, typed, in a form or on a page."""
