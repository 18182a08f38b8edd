"""Files in Slack: noticed, looked up, and streamed to whoever keeps them."""
