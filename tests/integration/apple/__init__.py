"""The client of App Store Connect and the sandbox's Apple, each the other's judge."""
