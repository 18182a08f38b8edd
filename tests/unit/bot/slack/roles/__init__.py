"""Messages of roles."""
