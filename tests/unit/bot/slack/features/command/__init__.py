"""The command's help."""
