"""Going back: an older release is a group's current one again."""
