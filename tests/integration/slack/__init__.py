"""The Slack surface of a whole house against a strict Slack, over both transports."""
