"""Distribution groups, by command and by form."""
