"""The doctor, by command."""
