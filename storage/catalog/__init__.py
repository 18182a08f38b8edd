"""The questions we ask, one file a noun."""
