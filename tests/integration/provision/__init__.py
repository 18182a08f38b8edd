"""From a UDID to an installed build: the roads against an Apple of our own."""
