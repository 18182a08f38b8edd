"""The doctor: each thing that can be wrong with an installation, and what to do about it."""
