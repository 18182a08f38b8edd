"""A Slack workspace, an Apple team and sample builds of our own, for the demo and for the tests."""
