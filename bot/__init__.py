"""Who asks and who hears: Slack, the web, the command line."""
