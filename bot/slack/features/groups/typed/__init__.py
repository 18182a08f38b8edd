"""Groups by typed commands."""
