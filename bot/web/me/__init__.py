"""The page of a tester's own: everything that they may install."""
