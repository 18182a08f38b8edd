"""Both roads with a Slack whose methods fail, one after the other and each in many ways."""
