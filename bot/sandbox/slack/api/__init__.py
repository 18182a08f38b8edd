"""The Web API that the app calls, one file a family of methods."""
