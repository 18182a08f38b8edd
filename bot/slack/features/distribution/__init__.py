"""Giving a release to people: the forms that ask, and the messages that tell."""
