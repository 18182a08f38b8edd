"""How the house is put together: one file a capability."""
