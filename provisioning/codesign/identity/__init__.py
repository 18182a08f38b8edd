"""Who signs: a private key with its certificate, imported or made here."""
