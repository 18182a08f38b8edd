"""Reading, verifying and re-signing iOS apps; a library that knows nothing of the rest."""
