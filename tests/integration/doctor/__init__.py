"""The doctor, and what it is called for."""
