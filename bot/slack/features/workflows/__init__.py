"""Our step in workflows of Slack's, and who lets them act in their name."""
