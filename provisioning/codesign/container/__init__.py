"""The zip around an app: read without unpacking, rewritten without recompressing."""
