"""Following a release that went out: who has it, who is reminded, and who cannot install it."""
