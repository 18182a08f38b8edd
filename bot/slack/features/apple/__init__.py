"""Teams at Apple, by command."""
