"""How our nouns look in Slack, wherever they are shown."""
