"""What Slack's payloads look like."""
