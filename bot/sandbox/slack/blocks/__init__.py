"""What Slack accepts as Block Kit. A library: knows nothing of the workspace."""
