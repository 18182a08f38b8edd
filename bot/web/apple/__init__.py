"""The page on which an admin connects a team at Apple."""
