"""Join links: people outside Slack come into a group by one."""
