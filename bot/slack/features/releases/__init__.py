"""Looking at apps and releases."""
