"""The page of the sandbox: a workspace in which a newcomer posts, clicks and reads as Ann, Bob, Cid or Dee."""
