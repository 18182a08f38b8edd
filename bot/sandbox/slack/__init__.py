"""A Slack-compatible workspace of our own, as strict as Slack, for the demo and for the tests."""
