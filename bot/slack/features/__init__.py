"""What people can do in Slack, one folder a feature."""
