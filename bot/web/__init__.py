"""The web: one folder a dialect, always routes and schemas."""
