"""What Slipway calls on its own."""
