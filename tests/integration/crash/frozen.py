"""Imported last by the server that children are forked from."""

import gc

# A child would otherwise walk through all that was imported, and copy it by that.
gc.collect()
gc.freeze()
