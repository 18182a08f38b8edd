"""Apple's profile service: what asks a device for its UDID, and what the device answers."""
