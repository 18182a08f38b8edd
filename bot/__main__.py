"""`python -m bot` is `slipway`."""

from bot.cli import main

main()
