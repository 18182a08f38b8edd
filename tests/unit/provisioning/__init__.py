"""What we do with what we have."""
