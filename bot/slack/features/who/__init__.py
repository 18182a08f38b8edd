"""Who has a release, and reminding those who have not."""
