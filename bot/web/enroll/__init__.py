"""What a phone loads to tell its UDID: the page, the profile, and what came of it."""
