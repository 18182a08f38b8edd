"""What every page and feed shares."""
