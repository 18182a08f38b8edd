"""`python -m bot` is `slipway`."""

from bot.cli.main import main

main()
