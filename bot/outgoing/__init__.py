"""What Slipway calls on its own: addresses that somebody configured."""
