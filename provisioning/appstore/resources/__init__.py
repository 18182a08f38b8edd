"""What Apple has: one file a resource, its values and what can be done with them."""
