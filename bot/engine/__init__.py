"""The durable engine, and the clock beside it."""
