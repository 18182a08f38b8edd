"""Apple's public CA certificates, one PEM a file."""
