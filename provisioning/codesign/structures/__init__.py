"""What a signed app is made of: the formats, read strictly and never written here."""
