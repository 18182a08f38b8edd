"""App Home: what a person can install, and what waits for a manager."""
