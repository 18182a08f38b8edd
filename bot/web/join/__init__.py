"""The pages of people outside Slack who join: they ask, and see what was decided."""
