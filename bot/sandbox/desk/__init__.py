"""The sandbox's page: a workspace in which a newcomer is Ann, Bob, Cid or Dee."""
