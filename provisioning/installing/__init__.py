"""Installing: who may install what, whether it can work, and what was seen of it."""
