"""How the app hears of what happened: Socket Mode and signed HTTP."""
