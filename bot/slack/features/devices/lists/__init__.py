"""Lists of devices that are posted as files."""
