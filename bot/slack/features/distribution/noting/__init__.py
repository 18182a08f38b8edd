"""The notes in the form that distributes: how they read, and a page with room for all of them."""
