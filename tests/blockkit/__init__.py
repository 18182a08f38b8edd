"""What Slack would refuse in blocks and views, checked by rules of our own beside slack_sdk's."""
